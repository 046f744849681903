"""Early warnings: reading them from the warehouse, and handing open ones on to a webhook. Works without Dagster."""
