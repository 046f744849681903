"""Puts the definitions of one home together."""

from __future__ import annotations

import dagster as dg

from orchestration.home import Home
from orchestration.pipeline.automation import inbox_sensor, yearly_schedule
from orchestration.pipeline.dbt_models import dbt_model_assets, dbt_resource, read_manifest
from orchestration.pipeline.editions import series_of, yearly_partitions
from orchestration.pipeline.jobs import annual_run, land_year
from orchestration.pipeline.landing import landing_assets
from orchestration.pipeline.quality import validation_asset
from orchestration.pipeline.rebuild import rebuild_job
from orchestration.pipeline.resources import HomeResource
from orchestration.warehouse.dbt import prepare_manifest


def definitions_of(home: Home) -> dg.Definitions:
    """All assets, checks, jobs and automation of a home, over the editions of its series."""
    series_code = series_of(home)
    partitions = yearly_partitions(series_code)
    manifest = read_manifest(prepare_manifest(home))
    landing = landing_assets(partitions)
    models = dbt_model_assets(manifest)
    validation = validation_asset(partitions)
    return dg.Definitions(
        assets=[landing, models, validation],
        jobs=[
            annual_run(landing, models, validation),
            land_year(landing),
            rebuild_job(manifest),
        ],
        sensors=[inbox_sensor(home, series_code)],
        schedules=[yearly_schedule(series_code)],
        resources={"home": HomeResource(root=str(home.root), series_code=series_code), "dbt_cli": dbt_resource()},
        # There is one writer, and starting a process for each step costs more than most steps.
        executor=dg.in_process_executor,
    )
