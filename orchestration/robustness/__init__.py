"""How sure a rank is: draws of a scenario, scores under each, what the ranks do; and statistics that need matrices.

Nothing here knows dbt, Dagster or DuckDB: arrays go in, arrays come out. The dbt Python models call it.
"""
