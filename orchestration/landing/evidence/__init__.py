"""Landing of evidence: records by the million, checked by the file in DuckDB and never row by row in Python.

`kinds` makes contracts of the rows of seeds/evidence, `received` streams a file into Parquet, `door` parts its rows
into accepted and quarantined, `layout` lays what is in effect out by kind and year. Ledger, words and folders are those
of all other sources.
"""
