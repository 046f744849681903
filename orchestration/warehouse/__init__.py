"""The build warehouse: its one writer, its connections, its raw tables, and dbt run against it."""
