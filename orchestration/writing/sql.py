"""Texts and names in statements: whatever they hold, DuckDB takes them for one text or one name."""

from __future__ import annotations


def literal(text: object) -> str:
    """A text, or a path, as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """The name of a column or table."""
    return '"' + name.replace('"', '""') + '"'
