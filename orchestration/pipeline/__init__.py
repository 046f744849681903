"""The Dagster layer: assets, checks, jobs, partitions and automation. Thin: what is done lies in the other folders."""
