"""Landing: files of the inbox become checked, write-once batches. Works without Dagster and without the warehouse."""
