"""What keeps strangers out, and what keeps text text: attacks that were made, each run again."""
