"""Checks of the method: a reference scorer written from `docs/methodology.md` alone, and random methodologies."""
