"""The ways out of the house, one module each: what comes from a file, a cell or another program leaves as text.

`plain` says which characters are no text; `sheet` writes workbooks, `csv_rows` CSV, `markdown` what is read as
Markdown, `html` pages, `typst` what is set in type. The terminal is `commands/terminal.py`. Knows nothing of what is
written.
"""
