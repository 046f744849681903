"""The yearly run as a user has it: demo inputs, the command line, and what the marts then hold."""
