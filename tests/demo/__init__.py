"""Tests of the demo inputs: what is in the files, and what follows from them."""
