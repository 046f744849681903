"""The inbox as Dagster assets: what waits is landed, the effective batches are loaded, and the checks at the door show.

A file is landed as a whole and may hold many years, so the run of one year lands all that waits. The partition says
for which year the run answers: it fails where nothing has come in for that year.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import dagster as dg
import duckdb

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing import chain
from orchestration.landing.across_files import contradictions
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.integrity import require_whole
from orchestration.landing.quarantine import rows_by_batch, rows_by_rule
from orchestration.landing.run import LandedFile, land_inbox
from orchestration.landing.store import Store
from orchestration.landing.waiting import no_data_message
from orchestration.last_run import upgrade_message
from orchestration.pipeline import findings
from orchestration.pipeline.preview import Metadata, preview, row_count
from orchestration.pipeline.resources import WRITER_POOL, HomeResource, is_from_scratch, warehouse_turn, years_of_run
from orchestration.release.catalogue import Catalogue
from orchestration.release.changed_method import changed_methodologies
from orchestration.release.history import load_releases_in_force
from orchestration.release.kept_inputs import released_entries, released_inputs_missing
from orchestration.settings import in_home_language, settings_of
from orchestration.warehouse import built_editions, connection
from orchestration.warehouse.raw import RELEASED_TABLES, load_raw
from orchestration.writing import markdown

SHOWN_FILES = 50
WHOLE_CHECK = "chain_is_whole"
METHOD_CHECK = "released_methods_stand"
DESCRIPTIONS = {
    source: f"{contract.title_en}: one row per accepted row of the files in inbox/{source}. {contract.title_zh}。"
    for source, contract in CONTRACTS.items()
} | {
    "quarantined_row": "Rows that broke a rule at the door, each with its rule, message and content. 隔离行。",
    "batch": "The ledger: one row per batch and file name, with its counts or the reason why it was rejected. 批次。",
    "decision_log": "The log of decisions, chained by hashes: what was ever recorded or withdrawn. 决定日志。",
    "released_unit_score": "Unit scores as the releases in force published them. 已发布的单元得分。",
    "released_indicator_score": "Indicator scores as the releases in force published them. 已发布的指标得分。",
    "released_region_score": "Regional means as the releases in force published them. 已发布的区域均值。",
    "revised_figure": "Figures that later releases of an edition changed, with the reason. 修订的数值。",
}
RELEASED_SCORES = "released_unit_score"


def raw_key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", table])


def landing_assets(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The raw tables, all made by one step: the inbox is landed, then all tables are loaded in one transaction."""

    @dg.multi_asset(
        name="land_inbox",
        specs=[
            dg.AssetSpec(raw_key(table), description=text, group_name="landing", kinds={"python", "duckdb"})
            for table, text in DESCRIPTIONS.items()
        ],
        check_specs=[
            *(spec for source in CONTRACTS for spec in _check_specs(source)),
            dg.AssetCheckSpec(
                WHOLE_CHECK,
                asset=raw_key("decision_log"),
                blocking=True,
                description="Every entry of the log of decisions follows from the one before and from what has landed. "
                "决定日志的每一条都承接前一条,并与入库内容一致。",
            ),
            dg.AssetCheckSpec(
                METHOD_CHECK,
                asset=raw_key(RELEASED_SCORES),
                description="No methodology under which an edition was released has other rows than it had then. "
                "已发布年度所依据的方法未被改动。",
            ),
        ],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=WRITER_POOL,
    )
    def land_inbox_assets(context: dg.AssetExecutionContext, home: HomeResource):
        years = years_of_run(context, home)
        from_scratch = is_from_scratch(context)
        with warehouse_turn(context, home.paths):
            tell_of_upgrade(context, home.paths)
            changed_methods = changed_methods_told(context, home.paths)
            require_whole(Store(home.paths.landing), released_inputs_missing(home.paths))
            language = settings_of(home.paths).language
            landed = [] if from_scratch else land_inbox(home.paths, progress=partial(_log, context, language))
            if from_scratch:
                connection.drop(home.paths.warehouse, say=context.log.warning)
            with connection.writing(home.paths.warehouse, say=context.log.warning) as open_connection:
                load_raw(open_connection, home.paths, built_editions.is_known(home.paths.warehouse))
                load_releases_in_force(open_connection, home.paths)
                if not from_scratch:
                    require_years(open_connection, years, home.paths)
                results = list(raw_results(open_connection, home.paths, landed, changed_methods))
        yield from results

    return land_inbox_assets


def tell_of_upgrade(context: dg.AssetExecutionContext, home: Home) -> None:
    """Before anything is computed: this is not the version that the home was last run with."""
    if message := upgrade_message(home):
        context.log.warning(message)


def changed_methods_told(context: dg.AssetExecutionContext, home: Home) -> list[str]:
    """Before anything is computed: the methodologies that were changed after an edition was released under them."""
    changed = changed_methodologies(home)
    for sentence in changed:
        context.log.warning(sentence)
    return changed


def require_years(open_connection: duckdb.DuckDBPyConnection, years: list[int], home: Home) -> None:
    """Raise `UsageError` for years of which no observation has come in."""
    rows = open_connection.execute("select distinct assessment_year from raw.observation").fetchall()
    found = {year for (year,) in rows}
    missing = set(years) - found
    if missing:
        raise UsageError(no_data_message(home, missing, found))


def raw_results(
    open_connection: duckdb.DuckDBPyConnection,
    home: Home,
    landed: list[LandedFile],
    changed_methods: Sequence[str],
) -> Iterator[dg.MaterializeResult]:
    """What became of each raw table, with the results of its checks."""
    store, language = Store(home.landing), settings_of(home).language
    for source in CONTRACTS:
        yield dg.MaterializeResult(
            raw_key(source),
            metadata=_source_metadata(open_connection, store, source, landed),
            check_results=_check_results(open_connection, home, source, language),
        )
    yield dg.MaterializeResult(
        raw_key("quarantined_row"),
        metadata={**_table_metadata(open_connection, "quarantined_row"), "rules": _quarantine_rules(store, language)},
    )
    yield dg.MaterializeResult(
        raw_key("batch"),
        metadata={
            **_table_metadata(open_connection, "batch"),
            "landing_store": dg.MetadataValue.path(str(home.landing)),
        },
    )
    for table in RELEASED_TABLES:
        yield dg.MaterializeResult(
            raw_key(table),
            metadata=_table_metadata(open_connection, table),
            check_results=[_method_result(changed_methods)] if table == RELEASED_SCORES else [],
        )
    state = chain.verify(home, released_entries(Catalogue(home.releases)))
    yield dg.MaterializeResult(
        raw_key("decision_log"),
        metadata={**_table_metadata(open_connection, "decision_log"), "head": state.head},
        check_results=[
            dg.AssetCheckResult(
                asset_key=raw_key("decision_log"),
                check_name=WHOLE_CHECK,
                passed=state.is_whole,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={"entries": state.entry_count}
                | ({"problem": in_home_language(state.problem, home)} if state.problem else {}),
            )
        ],
    )


def _method_result(changed_methods: Sequence[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=raw_key(RELEASED_SCORES),
        check_name=METHOD_CHECK,
        passed=not changed_methods,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"changed": dg.MetadataValue.text("\n".join(changed_methods))} if changed_methods else {},
    )


def _log(context: dg.AssetExecutionContext, language: str, done: int, total: int, file: LandedFile) -> None:
    text = f"{done}/{total} {file.source}/{file.file_name}: {file.outcome}"
    if file.error:
        context.log.warning(f"{text}: {file.error.in_language(language)}")
    elif file.outcome == "unchanged":
        context.log.info(text)
    else:
        context.log.info(
            f"{text}, {file.accepted_count} of {file.row_count} rows accepted, {file.quarantined_count} quarantined"
        )


def _table_metadata(open_connection: duckdb.DuckDBPyConnection, table: str) -> Metadata:
    return {
        "dagster/row_count": row_count(open_connection, f"raw.{table}"),
        "preview": preview(open_connection, f"raw.{table}"),
    }


def _source_metadata(
    open_connection: duckdb.DuckDBPyConnection, store: Store, source: str, landed: list[LandedFile]
) -> Metadata:
    year = CONTRACTS[source].year_of_row
    per_year = open_connection.execute(
        f"select {year}, count(*), count(distinct batch_id) from raw.{source} group by 1 order by 1"
    ).fetchall()
    batches = store.effective_batches(source)
    files = [file for file in landed if file.source == source]
    columns = ["file", "outcome", "batch", "rows", "accepted", "quarantined"]
    rows = [
        (file.file_name, file.outcome, file.batch_id, file.row_count, file.accepted_count, file.quarantined_count)
        for file in files[:SHOWN_FILES]
    ]
    return {
        **_table_metadata(open_connection, source),
        "rows_per_year": dg.MetadataValue.md(markdown.table(["year", "rows", "batches"], per_year)),
        "files": dg.MetadataValue.md(markdown.table(columns, rows)),
        "batch_ids": dg.MetadataValue.json([batch.batch_id for batch in batches]),
        "quarantined_rows": sum(count for *_, count in rows_by_batch(store, source)),
    }


def _quarantine_rules(store: Store, language: str) -> dg.MetadataValue:
    return dg.MetadataValue.md(markdown.table(["source", "rule", "rows", "for example"], rows_by_rule(store, language)))


def _check_specs(source: str) -> list[dg.AssetCheckSpec]:
    key = raw_key(source)
    return [
        dg.AssetCheckSpec(
            "loaded_as_accepted",
            asset=key,
            blocking=True,
            description="Every row of the files in effect was accepted or quarantined, and every accepted row is in "
            "the table, once. 有效文件的每一行或被接收或被隔离,接收的每一行在表中恰有一次。",
        ),
        dg.AssetCheckSpec(
            "files_readable",
            asset=key,
            description="No file was rejected as a whole the last time it was landed. "
            "最近一次入库没有整个被拒收的文件。",
        ),
        dg.AssetCheckSpec(
            "rows_accepted",
            asset=key,
            description="Since the last release no further row of the files in effect broke a rule at the door and "
            "went into quarantine unmended; all that did stand in the metadata. "
            "上次发布以来,有效文件没有新的违反入库规则而被隔离、未改正的行。",
        ),
        dg.AssetCheckSpec(
            "nothing_suspect",
            asset=key,
            description="Since the last release no further accepted row is suspect (Great Expectations at the door, "
            "severity warning). 上次发布以来,接收的行没有新的疑点(入库检查的提示)。",
        ),
    ]


def _check_results(
    open_connection: duckdb.DuckDBPyConnection, home: Home, source: str, language: str
) -> list[dg.AssetCheckResult]:
    store = Store(home.landing)
    batches = store.effective_batches(source)
    loaded = dict(open_connection.execute(f"select batch_id, count(*) from raw.{source} group by batch_id").fetchall())
    accepted = {batch.batch_id: batch.accepted_count for batch in batches if batch.accepted_count}
    lost = [batch for batch in batches if batch.row_count != batch.accepted_count + batch.quarantined_count]
    suspect = [
        (
            batch.batch_id,
            result["rule"],
            _told(result, "description", language),
            result["unexpected_count"],
            "; ".join(_told(result, "sample", language)),
        )
        for batch in batches
        for result in store.validation(batch)["results"]
        if result["severity"] == "warning" and not result["success"]
    ]
    suspect += [
        (", ".join(found.file_names), found.rule, "", 1, found.wording.in_language(language))
        for found in contradictions(store, source)
    ]
    names = {batch.batch_id: batch.file_name for batch in batches}
    quarantined = [(names[batch_id], batch_id, rule, count) for batch_id, rule, count in rows_by_batch(store, source)]
    return [
        dg.AssetCheckResult(
            asset_key=raw_key(source),
            check_name="loaded_as_accepted",
            passed=loaded == accepted and not lost,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"accepted_rows": sum(accepted.values()), "loaded_rows": sum(loaded.values())},
        ),
        _warning(
            home,
            source,
            "files_readable",
            ["file", "rule", "what to do"],
            [
                (batch.file_name, batch.error_rule, batch.error.in_language(language) if batch.error else "")
                for batch in store.rejected_batches(source)
            ],
        ),
        _warning(home, source, "rows_accepted", ["file", "batch", "rule", "rows"], quarantined),
        _warning(home, source, "nothing_suspect", ["batch", "rule", "requirement", "rows", "examples"], suspect),
    ]


def _told(result: Mapping[str, Any], key: str, language: str) -> Any:
    """What a check at the door recorded, in `language` where it is there in it."""
    return (result.get(f"{key}_zh") if language == "zh" else None) or result[key]


def _warning(home: Home, source: str, check: str, columns: list[str], found: list[tuple]) -> dg.AssetCheckResult:
    """A check that warns of what is new since the last release, with a table of all that it found."""
    metadata = {"findings": dg.MetadataValue.md(markdown.table(columns, found))} if found else {}
    return findings.result_of(home, raw_key(source), check, found, metadata)
