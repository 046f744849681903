"""Collecting as a Dagster asset: the portals of a home, asked for what concerns a year.

There only where the home says so (`dagster = true` below `[collect]`): a run of it asks strangers' machines. It writes
into the inbox and waits for nobody; landing is a step of its own.
"""

import dagster as dg

from orchestration.collect.crawl import CrawlReport, collect
from orchestration.errors import UsageError
from orchestration.pipeline.preview import Metadata
from orchestration.pipeline.resources import HomeResource, failure_of, years_of_run
from orchestration.writing import markdown

COLLECTED = dg.AssetKey(["collect", "evidence"])


def collect_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The evidence of the years of a run, as far as their portals gave it."""

    @dg.multi_asset(
        name="collect_portals",
        specs=[
            dg.AssetSpec(
                COLLECTED,
                group_name="collect",
                kinds={"scrapy"},
                description="Evidence collected from the portals of the units, put into the inbox; every answer is kept"
                " as WARC. 从门户网站采集的证据。",
            )
        ],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def collect_portals(context: dg.AssetExecutionContext, home: HomeResource):
        reports = []
        try:
            for year in years_of_run(context, home):
                context.log.info(f"Collecting {year}")
                reports.append((year, collect(home.paths, year=year)))
        except UsageError as error:
            raise failure_of(error, home.paths) from None
        return dg.MaterializeResult(COLLECTED, metadata=_metadata(reports))

    return collect_portals


def _metadata(reports: list[tuple[int, CrawlReport]]) -> Metadata:
    def total(column: str) -> int:
        return sum(report.total(column) for _, report in reports)

    portals = [
        (year, count.portal_code, count.page_count, count.record_count, count.new_count, count.failed_count)
        for year, report in reports
        for count in report.portals
    ]
    unread = [(year, *row) for year, report in reports for row in report.not_read]
    return {
        "pages": total("page_count"),
        "errors": total("failed_count"),
        "new_items": total("new_count"),
        "waiting": total("waiting_count"),
        "portals": dg.MetadataValue.md(
            markdown.table(["year", "portal", "pages", "records", "new", "errors"], portals)
        ),
        "not_read": dg.MetadataValue.md(
            markdown.table(["year", "portal", "reason", "such as", "pages"], unread) if unread else "-"
        ),
        "files": ", ".join(str(file.path) for _, report in reports for file in report.files) or "-",
    }
