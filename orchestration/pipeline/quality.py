"""Great Expectations on the marts as Dagster checks, and their results as an asset."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import dagster as dg

from orchestration.home import Home
from orchestration.pipeline import findings
from orchestration.pipeline.preview import Metadata
from orchestration.pipeline.resources import WRITER_POOL, HomeResource, is_from_scratch, warehouse_turn, years_of_run
from orchestration.quality.marts import MART_CHECKS
from orchestration.warehouse import build_record, connection
from orchestration.writing import markdown

if TYPE_CHECKING:
    from orchestration.validation import SuiteRun

VALIDATION_RESULT = dg.AssetKey(["quality", "validation_result"])
CHECK_NAME = "great_expectations"


def mart_key(mart: str) -> dg.AssetKey:
    return dg.AssetKey(["marts", mart])


def validation_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The suites on the marts of the years of a run; a failed error blocks what is downstream of the mart."""

    @dg.multi_asset(
        name="validate_marts",
        specs=[
            dg.AssetSpec(
                VALIDATION_RESULT,
                deps=[mart_key(check.mart) for check in MART_CHECKS],
                group_name="quality",
                kinds={"duckdb", "great_expectations"},
                skippable=True,
                description="Results of all Great Expectations suites, at the door and on the marts, as a table and as "
                "Data Docs pages. 数据质量检查结果。",
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                CHECK_NAME,
                asset=mart_key(check.mart),
                blocking=True,
                description="; ".join(expectation.description or "" for expectation in check.expectations),
            )
            for check in MART_CHECKS
        ],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=WRITER_POOL,
        allow_arbitrary_check_specs=True,
        # Who materializes some marts in the UI gets their checks, without the other marts'.
        can_subset=True,
    )
    def validate_marts(context: dg.AssetExecutionContext, home: HomeResource):
        # The checks alone can be asked for without a year.
        of_years = VALIDATION_RESULT in context.selected_asset_keys and not is_from_scratch(context)
        years = years_of_run(context, home) if of_years else None
        with warehouse_turn(context, home.paths):
            runs = validated(context, home.paths, years)
        if VALIDATION_RESULT in context.selected_asset_keys:
            yield dg.MaterializeResult(VALIDATION_RESULT, metadata=validation_metadata(home.paths, runs))
        checked = {check.asset_key for check in context.selected_asset_check_keys}
        for result in check_results(home.paths, runs):
            if result.asset_key in checked:
                yield result

    return validate_marts


def validated(context: dg.AssetExecutionContext, home: Home, years: list[int] | None) -> "list[SuiteRun]":
    """Run the suites on the marts of `years` (None: all that were built) and record them; needs the writer lock."""
    # Great Expectations takes seconds to import, and the definitions do without.
    from orchestration.quality.results import validate_and_record

    with connection.writing(home.warehouse, say=context.log.warning) as open_connection:
        if years is None:
            found = open_connection.execute("select distinct assessment_year from marts.release_info order by 1")
            years = [year for (year,) in found.fetchall()]
        runs = validate_and_record(home, open_connection, years)
    failed = [
        (run.suite, outcome)
        for run in runs
        for outcome in run.outcomes
        if outcome.severity == "error" and not outcome.success
    ]
    for suite, outcome in failed:
        examples = "; ".join(outcome.sample) or "none"
        context.log.error(f"{suite}: not so: {outcome.description} ({outcome.rule}). Such as {examples}")
    failures = [f"{suite} {outcome.rule}" for suite, outcome in failed]
    build_record.record_validation(home, {year: failures for year in years})
    return runs


def validation_metadata(home: Home, runs: "Iterable[SuiteRun]") -> Metadata:
    from orchestration.quality.results import data_docs_folder

    rows = [
        (
            run.suite,
            len(run.outcomes),
            sum(not outcome.success and outcome.severity == "error" for outcome in run.outcomes),
            sum(not outcome.success and outcome.severity == "warning" for outcome in run.outcomes),
        )
        for run in runs
    ]
    return {
        "suites": dg.MetadataValue.md(markdown.table(["suite", "expectations", "errors", "warnings"], rows)),
        "data_docs": dg.MetadataValue.path(str(data_docs_folder(home) / "index.html")),
    }


def check_results(home: Home, runs: "Iterable[SuiteRun]") -> Iterator[dg.AssetCheckResult]:
    """One result a mart: an error where an expectation of that severity fails, else a warning where one fails that held
    when the last release was made, or more rows break it than then."""
    for run in runs:
        failed = [outcome for outcome in run.outcomes if not outcome.success]
        columns = ["rule", "severity", "requirement", "rows", "breaking it", "examples"]
        rows = [
            (
                outcome.rule,
                outcome.severity,
                outcome.description,
                outcome.evaluated_count,
                outcome.unexpected_count,
                "; ".join(outcome.sample),
            )
            for outcome in failed
        ]
        key, metadata = mart_key(run.suite.removeprefix("marts.")), Metadata(expectations=len(run.outcomes))
        if failed:
            metadata["failed"] = dg.MetadataValue.md(markdown.table(columns, rows))
        if run.success:
            told = [(outcome.rule, outcome.description, outcome.unexpected_count) for outcome in failed]
            yield findings.result_of(home, key, CHECK_NAME, told, metadata)
        else:
            yield dg.AssetCheckResult(passed=False, asset_key=key, check_name=CHECK_NAME, metadata=metadata)
