"""Makes the folder in which a user's index lives: its settings, its own seed rows, its inbox, and a page to read."""
