"""Puts the definitions of one home together."""

from __future__ import annotations

import dagster as dg

from orchestration.collect.orders import collect_settings
from orchestration.editions import is_released, series_of
from orchestration.home import Home
from orchestration.pipeline.automation import inbox_sensor, yearly_schedule
from orchestration.pipeline.collect import collect_asset
from orchestration.pipeline.dbt_models import dbt_model_assets, dbt_resource, read_manifest
from orchestration.pipeline.jobs import (
    annual_run,
    collect_year,
    land_year,
    public_site,
    publish_release,
    rebuild_warehouse,
    yearly_report,
)
from orchestration.pipeline.landing import landing_assets
from orchestration.pipeline.partitions import yearly_partitions
from orchestration.pipeline.quality import validation_asset
from orchestration.pipeline.release import release_asset
from orchestration.pipeline.report import report_asset
from orchestration.pipeline.resources import HomeResource
from orchestration.pipeline.site import site_asset
from orchestration.pipeline.warnings import handed_on_asset, open_warnings_check
from orchestration.warehouse.dbt import prepare_manifest


def definitions_of(home: Home) -> dg.Definitions:
    """All assets, checks, jobs and automation of a home, over the editions of its series."""
    series_code = series_of(home)
    partitions = yearly_partitions(home, series_code)
    manifest = read_manifest(prepare_manifest(home))
    landing = landing_assets(partitions)
    models = dbt_model_assets(manifest)
    validation = validation_asset(partitions)
    release = release_asset(partitions)
    report = report_asset(partitions)
    site = site_asset()
    warnings = handed_on_asset()
    collecting = [collect_asset(partitions)] if collect_settings(home).dagster else []
    steps = [landing, models, validation, warnings, *([release] if is_released(home, series_code) else [])]
    return dg.Definitions(
        assets=[landing, models, validation, warnings, release, report, site, *collecting],
        asset_checks=[open_warnings_check()],
        jobs=[
            annual_run(*steps),
            land_year(landing),
            publish_release(release),
            yearly_report(report),
            public_site(site),
            rebuild_warehouse(landing, models, validation),
            *map(collect_year, collecting),
        ],
        sensors=[inbox_sensor(home, series_code)],
        schedules=[yearly_schedule(home, series_code)],
        resources={"home": HomeResource(root=str(home.root), series_code=series_code), "dbt_cli": dbt_resource(home)},
        # There is one writer, and starting a process for each step costs more than most steps.
        executor=dg.in_process_executor,
    )
