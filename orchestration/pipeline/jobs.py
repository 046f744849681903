"""The jobs over the assets: what a person launches for a year."""

from __future__ import annotations

import dagster as dg

ANNUAL_RUN = "annual_run"
LAND_YEAR = "land_year"
REBUILD_WAREHOUSE = "rebuild_warehouse"


def annual_run(
    landing: dg.AssetsDefinition,
    models: dg.AssetsDefinition,
    validation: dg.AssetsDefinition,
):
    """The whole way of a year: land, build, validate."""
    return dg.define_asset_job(
        ANNUAL_RUN,
        selection=dg.AssetSelection.assets(landing, models, validation),
        description="The whole way of one or more years: land what waits in the inbox, check it, build the scores, "
        "validate the marts.",
    )


def land_year(landing: dg.AssetsDefinition):
    """Only landing and loading, to see early what the checks at the door say."""
    return dg.define_asset_job(
        LAND_YEAR,
        selection=dg.AssetSelection.assets(landing),
        description="Land what waits in the inbox and load it, without scoring: what do the checks at the door say?",
    )
