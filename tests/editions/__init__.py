"""What a run makes of each edition: built anew, or taken over from the run before."""
