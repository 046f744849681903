"""The dbt project as Dagster assets: seeds, models and their tests, built by one `dbt build`."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, DbtProject, dbt_assets
from packaging.version import Version

from orchestration.home import Home
from orchestration.last_run import note_run
from orchestration.pipeline.check_text import check_text
from orchestration.pipeline.preview import preview, row_count
from orchestration.pipeline.resources import WRITER_POOL, HomeResource, warehouse_turn
from orchestration.seeds import dbt_folder
from orchestration.warehouse import build_record, built_editions, connection, dbt, edition_inputs

# Unit tests prove the SQL on fixtures; they are run by the test suite, not by every production build. Exposures are
# readers, for whom nothing is built. Only a full refresh takes in a seed that gained
# a column since the warehouse was made.
BUILD = ("build", "--full-refresh", "--exclude-resource-type", "unit_test", "exposure")
# Layers whose first rows are worth a look in the UI.
PREVIEWED_SCHEMAS = {"marts"}
SHOWN_FAILING_ROWS = 3


class LayerTranslator(DagsterDbtTranslator):
    """Groups assets by the step of the method that they stand for, across layers; describes assets and checks by their
    text alone: the SQL stands elsewhere."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        layer, folder = dbt_resource_props["config"].get("schema"), dbt_resource_props["fqn"][-2]
        return layer if layer == "staging" else folder

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=check_text(manifest["nodes"][unique_id]) or None)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props.get("description") or ""


class DbtProcess(DbtCliResource):
    """dbt as a process of its own, without an adapter in Dagster's process.

    The adapter serves Dagster to query columns and row counts, takes seconds to set up, and can leave a handle on the
    warehouse open, on which the next writer would wait in vain. Row counts are read here over a connection that closes.
    """

    # Who calls it takes none where making one fails.
    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        return None

    @property
    def _cli_version(self) -> Version:
        # Dagster would call `dbt --version`, which asks the package index for newer releases.
        return Version(version("dbt-core"))


def dbt_resource(home: Home) -> DbtCliResource:
    return DbtProcess(
        project_dir=str(dbt_folder(home)),
        profiles_dir=str(dbt.profiles_folder()),
        dbt_executable=sys.executable,
        # What stands before dbt's own arguments: here, what makes Python dbt.
        global_config_flags=list(dbt.MODULE),
    )


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest, with every test of several tables tied to the first table it names.

    Dagster shows a test as a check of one table, and would only log the result of one that names several.
    """
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for node in manifest["nodes"].values():
        if node["resource_type"] != "test" or node.get("attached_node"):
            continue
        tables = [manifest["nodes"][name] for name in node["depends_on"]["nodes"] if name in manifest["nodes"]]
        if len(tables) > 1:
            node["config"].setdefault("meta", {}).setdefault("dagster", {"ref": {"name": tables[0]["name"]}})
    return manifest


def dbt_model_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """All seeds and models, without partitions: which editions are built follows from what changed,
    not from the years of a run."""

    @dbt_assets(manifest=manifest, name="build_models", dagster_dbt_translator=LayerTranslator(), pool=WRITER_POOL)
    def build_models(context: dg.AssetExecutionContext, dbt_cli: DbtCliResource, home: HomeResource):
        with warehouse_turn(context, home.paths):
            yield from build_events(context, dbt_cli, home.paths)

    return build_models


def build_events(context: dg.AssetExecutionContext, dbt_cli: DbtCliResource, home: Home) -> Iterator[Any]:
    """Run `dbt build` and yield Dagster's events, with row counts and previews; needs the writer lock.

    While dbt writes nobody can read the file, so the events are held until it has ended; progress goes to the log.
    Where dbt fails, what was built until then is reported before the error.
    """
    with connection.writing(home.warehouse, say=context.log.warning) as open_connection:
        inputs = edition_inputs.inputs_of_editions(open_connection, home)
    # What was said of the tables before holds no longer, however this build ends; of editions taken over it does.
    contents = build_record.recorded_contents(home)
    build_record.forget(home)
    editions = built_editions.begin(home.warehouse, inputs)
    _results_path(home).unlink(missing_ok=True)
    os.environ.update(dbt.environment(home) | edition_inputs.environment(home, editions))
    invocation = dbt_cli.cli(list(BUILD), context=context, target_path=dbt.target_folder(home))
    events: list[Any] = []
    failure: Exception | None = None
    try:
        for event in _collect(context, invocation):
            events.append(event)
    except Exception as error:
        failure = error
    taken_over = edition_inputs.taken_over(home, editions, invocation.manifest, contents)
    tables = _record(home, invocation.manifest, taken_over)
    yield from _with_table_metadata(home, invocation.manifest, events)
    if failure is not None:
        raise dg.Failure(_explanation(home, failure), allow_retries=False) from failure
    if build_record.is_sound(home):
        built_editions.record(home.warehouse, editions, tables)
    note_run(home)


def _collect(context: dg.AssetExecutionContext, invocation: DbtCliInvocation) -> Iterator[Any]:
    """Dagster's events of a dbt invocation, while the log tells how far it is."""
    # Those selected in the UI, or all.
    done, total = 0, len(context.selected_asset_keys)
    for message in invocation.stream_raw_events():
        events = list(
            message.to_default_asset_events(
                manifest=invocation.manifest,
                dagster_dbt_translator=invocation.dagster_dbt_translator,
                context=invocation.context,
                target_path=invocation.target_path,
            )
        )
        node = message.raw_event["data"].get("node_info", {})
        if events and node.get("resource_type") in ("model", "seed"):
            done += 1
            context.log.info(f"{done}/{total} {node['resource_type']} {node['node_name']} built")
        yield from events


def _with_table_metadata(home: Home, manifest: Mapping[str, Any], events: list[Any]) -> Iterator[Any]:
    """The events, those of tables with row count and, for readers' tables, the first rows."""
    if not events:
        return
    with connection.reading(home.warehouse) as open_connection:
        for event in events:
            if not isinstance(event, dg.Output):
                yield event
                continue
            node = manifest["nodes"][event.metadata["unique_id"].value]
            relation = f'"{node["schema"]}"."{node["alias"]}"'
            extra: dict[str, Any] = {"path": dg.MetadataValue.path(str(home.warehouse))}
            # A view would be computed, for all editions, to count its rows or show the first of them.
            if node["config"]["materialized"] != "view":
                extra["dagster/row_count"] = row_count(open_connection, relation)
                if node["schema"] in PREVIEWED_SCHEMAS:
                    extra["preview"] = preview(open_connection, relation)
            yield event.with_metadata({**event.metadata, **extra})


def _results_path(home: Home) -> Path:
    return dbt.target_folder(home) / "run_results.json"


def _results(home: Home) -> list[dict[str, Any]] | None:
    """One record a node, as dbt wrote them at its end; None where it did not come to it."""
    try:
        return json.loads(_results_path(home).read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError):
        return None


def _record(home: Home, manifest: Mapping[str, Any], taken_over: build_record.Contents) -> str:
    """Note what came of the build, where dbt came to its end; the fingerprint of the tables."""
    results = _results(home)
    if results is None:
        return ""
    with connection.reading(home.warehouse) as open_connection:
        return build_record.record_build(home, open_connection, manifest, results, taken_over)


def _explanation(home: Home, error: Exception) -> str:
    """What failed in the build, from dbt's own results; the error itself where there are none."""
    results = _results(home)
    if results is None:
        return str(error)
    failed = [result for result in results if result["status"] in ("error", "fail", "runtime error")]
    if not failed:
        return str(error)
    lines = []
    for result in failed:
        lines.append(f"{result['unique_id']}: {(result.get('message') or '').strip()}")
        if result["status"] == "fail":
            lines += _failing_rows(home, result["compiled_code"])
    return "dbt build failed:\n" + "\n".join(lines) + f"\nThe whole log: {dbt.log_file(home)}"


def _failing_rows(home: Home, test: str) -> list[str]:
    """The first rows that a failed data test found: `column=value`, what is empty left out."""
    with connection.reading(home.warehouse) as open_connection:
        result = open_connection.execute(f"select * from (\n{test}\n) limit {SHOWN_FAILING_ROWS}")
        columns = [column[0] for column in result.description]
        rows = result.fetchall()
    return [
        "  " + ", ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True) if value is not None)
        for row in rows
    ]
