"""The jobs over the assets: what a person launches for a year."""

from __future__ import annotations

import dagster as dg

ANNUAL_RUN = "annual_run"
COLLECT_YEAR = "collect_year"
LAND_YEAR = "land_year"
PUBLIC_SITE = "public_site"
PUBLISH_RELEASE = "publish_release"
REBUILD_WAREHOUSE = "rebuild_warehouse"
YEARLY_REPORT = "yearly_report"
# On a run: nothing is landed, and the warehouse file is made anew.
FROM_SCRATCH_TAG = "zhengxin/from_scratch"


def annual_run(*steps: dg.AssetsDefinition):
    """The whole way of a year: land, build, validate and, for a series that we publish, release."""
    return dg.define_asset_job(
        ANNUAL_RUN,
        selection=dg.AssetSelection.assets(*steps),
        description="The whole way of one or more years: land what waits in the inbox, check it, build the scores, "
        "validate the marts, and cut a candidate of what is new; it is published at once where the home says so.",
    )


def rebuild_warehouse(*steps: dg.AssetsDefinition):
    """The yearly run without its landing and its release, on a new warehouse file."""
    return dg.define_asset_job(
        REBUILD_WAREHOUSE,
        selection=dg.AssetSelection.assets(*steps),
        tags={FROM_SCRATCH_TAG: "yes"},
        description="Drop the warehouse file and build everything anew from the landed batches and the seeds. Nothing "
        "is landed and nothing that was received is touched; the marts of all editions are validated.",
    )


def publish_release(release: dg.AssetsDefinition):
    """Only the release of what has been built, with the reason that a revision needs."""
    return dg.define_asset_job(
        PUBLISH_RELEASE,
        selection=dg.AssetSelection.assets(release),
        description="Publish what the last run built as a release of its edition. A revision needs config `note`: why "
        "the figures changed; and `acknowledge` where the offer says so.",
    )


def collect_year(collecting: dg.AssetsDefinition):
    """Only collecting, which nothing else waits for."""
    return dg.define_asset_job(
        COLLECT_YEAR,
        selection=dg.AssetSelection.assets(collecting),
        description="Ask the portals that are configured for what concerns a year, and put it into the inbox. A crawl "
        "that was not complete goes on.",
    )


def land_year(landing: dg.AssetsDefinition):
    """Only landing and loading, to see early what the checks at the door say."""
    return dg.define_asset_job(
        LAND_YEAR,
        selection=dg.AssetSelection.assets(landing),
        description="Land what waits in the inbox and load it, without scoring: what do the checks at the door say?",
    )


def yearly_report(report: dg.AssetsDefinition):
    """The reports of a year, from its release: long, so it stands apart from the yearly run."""
    return dg.define_asset_job(
        YEARLY_REPORT,
        selection=dg.AssetSelection.assets(report),
        description="Write the reports on the nation and every province of a year, from its last release in force, as "
        "web pages and PDF. Config: languages and formats.",
    )


def public_site(site: dg.AssetsDefinition):
    """The look-up for everyone, from the releases in force of all editions."""
    return dg.define_asset_job(
        PUBLIC_SITE,
        selection=dg.AssetSelection.assets(site),
        description="Write the public site, a folder of static files in which anyone looks up any unit, from the "
        "releases in force.",
    )
