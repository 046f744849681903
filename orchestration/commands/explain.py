"""`zhengxin explain`: why a unit has its score, from the composite down to file, row and hash of each observation."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import duckdb
import typer
from rich.console import Console
from rich.text import Text

from orchestration.commands.language import Language, in_language, language_of
from orchestration.commands.node_tree import NodeLine, grow, number_text, print_node_tree
from orchestration.commands.subject import Edition, Unit, explaining, find_edition, find_unit, records, require_node
from orchestration.commands.summary import DATA_KINDS
from orchestration.commands.terminal import fitted, output, styled, table, text_of
from orchestration.writing.plain import json_text, one_line

SHOWN_LOSSES = 8
MARK_DECIMALS = 4
SHORT_HASH = 12

OF_THE_UNIT = "where series_code = $1 and assessment_year = $2 and methodology_code = $3 and unit_code = $4"
STANDING = f"select * from marts.fct_unit_score {OF_THE_UNIT}"
CONTRIBUTIONS = f"select * from marts.score_contribution {OF_THE_UNIT} order by sort_path"
TRACES = f"select * from marts.score_trace {OF_THE_UNIT} order by sort_path, event_date, item_code"
LOSSES = f"select * from marts.lost_mark {OF_THE_UNIT} and not is_bonus order by lost_rank"
NEXT_STEPS = f"select * from marts.points_to_next {OF_THE_UNIT}"


class AnswerFormat(StrEnum):
    """How an explanation or a comparison is written."""

    tree = "tree"
    json = "json"


def explain(
    unit: Annotated[
        str, typer.Argument(help="Code or name of the unit, such as 520115 or 观山湖区.", show_default=False)
    ],
    year: Annotated[int | None, typer.Option(help="Edition. Default: the latest.", show_default=False)] = None,
    methodology: Annotated[
        str | None, typer.Option(help="Methodology. Default: the edition's primary one.", show_default=False)
    ] = None,
    node: Annotated[str | None, typer.Option(help="Go into this node only, such as T3.2.", show_default=False)] = None,
    release: Annotated[
        str | None, typer.Option(help="Explain a release, such as 2019-r1, not the warehouse.", show_default=False)
    ] = None,
    language: Annotated[
        Language | None,
        typer.Option(help="Language of names, reasons and rules. Default: the home's.", show_default=False),
    ] = None,
    format: Annotated[AnswerFormat, typer.Option("--format", "-f", help="tree or json.")] = AnswerFormat.tree,
) -> None:
    """Show why a unit has its score: what each node gives, and the file, row and hash behind it.

    Marks are those of the node itself; gives and lost are points of the composite, and children add up to their parent
    exactly (json shows all decimals). How re-weighting, caps and roundings are shared: docs/explain.md.

    [dim]zhengxin explain 520115 --year 2019
    zhengxin explain 观山湖区 --methodology quality --node T3.2
    zhengxin explain 520115 --release 2019-r1 --format json[/dim]
    """
    spoken = language_of(language)
    with explaining(release) as connection:
        edition = find_edition(connection, year, methodology)
        found = find_unit(connection, edition, unit)
        key = [edition.series_code, edition.year, edition.methodology_code, found.unit_code]
        contributions = records(connection, CONTRIBUTIONS, key)
        top = require_node([row["node_code"] for row in contributions], node, edition) if node else None
        traces: dict[str, list[dict[str, Any]]] = {}
        for trace in records(connection, TRACES, key):
            traces.setdefault(trace["node_code"], []).append(trace)
        if format is AnswerFormat.json:
            _write_json(edition, found, records(connection, STANDING, key)[0], contributions, traces, top)
            return
        say = output()
        say.print(DATA_KINDS[edition.data_kind])
        print_heading(say, edition, found)
        if top is None:
            _print_standing(say, connection, key)
        say.print()
        _print_tree(say, contributions, traces, top, spoken)
        if top is None:
            _print_losses(say, connection, key, spoken)


def print_heading(say: Console, edition: Edition, unit: Unit) -> None:
    """One line that says who, where, when, by which methodology."""
    parts = [unit.unit_code, unit.name_zh, unit.name_en, unit.places]
    say.print(
        styled(
            "[bold]{}[/]  {}, {} {}",
            "  ".join(filter(None, parts)),
            edition.year,
            edition.methodology_code,
            edition.methodology_version,
        )
    )
    if unit.followed_from:
        say.print(f"Followed from {unit.followed_from}.")


def _print_standing(say: Console, connection: duckdb.DuckDBPyConnection, key: list) -> None:
    [standing] = records(connection, STANDING, key)
    [steps] = records(connection, NEXT_STEPS, key)
    if standing["score"] is None:
        say.print("No score: too little has been collected.")
        return
    parts = [f"{number_text(standing['score'], MARK_DECIMALS)} of {text_of(standing['full_mark'].normalize())}"]
    if standing["grade"]:
        parts.append(f"grade {standing['grade']}")
    if standing["is_ranked"]:
        parts.append(f"rank {standing['rank_overall']} of {standing['ranked_unit_count_overall']}")
        if standing["rank_national"] and standing["rank_in_province"]:
            parts.append(
                f"in the province {standing['rank_in_province']} of {standing['ranked_unit_count_in_province']}"
            )
    else:
        parts.append("not ranked: too little has been collected")
    say.print(", ".join(parts))
    ahead = [
        (f"rank {steps['next_rank']}", steps["points_to_next_rank"]),
        (f"rank {steps['next_rank_in_province']} in the province", steps["points_to_next_rank_in_province"]),
        (f"grade {steps['next_grade']}", steps["points_to_next_grade"]),
    ]
    taken = [f"{what} takes {number_text(points, MARK_DECIMALS)} more" for what, points in ahead if points is not None]
    if taken:
        say.print("; ".join(taken))


def _print_tree(
    say: Console,
    contributions: list[dict[str, Any]],
    traces: dict[str, list[dict[str, Any]]],
    top: str | None,
    language: str,
) -> None:
    is_one_leaf = top is not None and any(row["is_leaf"] for row in contributions if row["node_code"] == top)

    def evidence_of(row: dict[str, Any]) -> list[Text]:
        of_leaf = traces.get(row["node_code"], [])
        if is_one_leaf:
            blank = Text("\n")
            return [
                _whole_evidence(trace, language) + (blank if trace is not of_leaf[-1] else Text()) for trace in of_leaf
            ]
        return [_short_evidence(trace, language, is_named=len(of_leaf) > 1) for trace in of_leaf]

    def line_of(row: dict[str, Any], children: list[NodeLine]) -> NodeLine:
        return NodeLine(
            name=f"{row['node_code']} {in_language(row, 'node_name', language)}",
            numbers=[
                number_text(row["score"], MARK_DECIMALS),
                f"{row['full_mark'].normalize():f}",
                number_text(row["points"], MARK_DECIMALS),
                number_text(row["points_lost"], MARK_DECIMALS),
            ],
            remark=in_language(row, "reason", language) if row["points_lost"] or row["score"] is None else "",
            style=_style_of(row),
            evidence=evidence_of(row),
            children=children,
        )

    print_node_tree(say, ["mark", "full mark", "gives", "lost"], grow(contributions, top, line_of))


def _style_of(row: dict[str, Any]) -> str:
    if row["node_level"] <= 1:
        return "bold"
    if row["score"] is None:
        return "yellow"
    return "red" if row["status"] in ("vetoed", "zero_mark", "not_published") else ""


def _short_evidence(trace: dict[str, Any], language: str, is_named: bool) -> Text:
    """Two lines: how the value scores, and where it comes from."""
    measure = in_language(trace, "measure_name", language)
    lines = Text(f"{measure} " if is_named and not trace["cluster_code"] else "")
    lines.append(_value_text(trace) + "  ")
    lines.append(f"{trace['arithmetic']}\n", style="dim")
    lines.append(_source_text(trace), style="cyan")
    return lines


def _value_text(trace: dict[str, Any]) -> str:
    if trace["cluster_code"]:
        return f"{trace['event_date']} {one_line(trace['headline'] or '')}"
    value, unit = trace["value"], trace["measurement_unit"] or ""
    return trace["state"] if value is None else f"{value.normalize():f}{unit}"


def _source_text(trace: dict[str, Any]) -> str:
    if trace["batch_id"] is None:
        return f"{trace['state']}: no row behind it"
    parts = [
        f"{trace['source']}/{trace['file_name']} row {trace['row_number']}",
        f"sha256 {trace['file_sha256'][:SHORT_HASH]}…",
        " ".join(filter(None, (trace["channel"], trace["collection_mode"]))),
        f"{trace['captured_at']:%Y-%m-%d}" if trace["captured_at"] else "",
        f"verified: {trace['verification_verdict']}" if trace["verification_verdict"] else "",
        f"decided: {trace['decision_code']}" if trace["decision_code"] else "",
        f"instead of {_overruled_text(trace)}" if trace.get("overruled_state") else "",
    ]
    return ", ".join(filter(None, parts))


def _overruled_text(trace: dict[str, Any]) -> str:
    """What a correction or decision took the place of, down to its row; releases before that was kept have none."""
    value = trace["overruled_value"]
    shown = trace["overruled_state"] if value is None else f"{value.normalize():f}{trace['measurement_unit'] or ''}"
    row = f"{trace['overruled_source']}/{trace['overruled_file_name']} row {trace['overruled_row_number']}"
    return f"{shown} ({row})"


def _whole_evidence(trace: dict[str, Any], language: str) -> Text:
    """Everything that is known of one measure or event, a line each."""
    value = trace["event_points"] if trace["cluster_code"] else trace["value"]
    fields = {
        "measure": " ".join(filter(None, (trace["measure_code"], in_language(trace, "measure_name", language)))),
        "event": " ".join(filter(None, (trace["cluster_code"], text_of(trace["event_date"]), trace["headline"]))),
        "rule": in_language(trace, "rule_text", language),
        "parameters": trace["parameters"],
        "value": None if value is None else f"{value.normalize():f}{trace['measurement_unit'] or ''}",
        "state": trace["state"],
        "arithmetic": trace["arithmetic"],
        "the node": trace["leaf_arithmetic"],
        "file": f"{trace['source']}/{trace['file_name']} row {trace['row_number']}" if trace["batch_id"] else None,
        "sha256": trace["file_sha256"],
        "batch": trace["batch_id"],
        "channel": " ".join(filter(None, (trace["channel"], trace["collection_mode"]))),
        "captured": text_of(trace["captured_at"]),
        "collector": trace["collector"],
        "evidence": " ".join(filter(None, (trace["evidence_url"], trace["evidence_hash"]))),
        "provenance": trace["provenance"],
        "verified": _verification_text(trace),
        "decided": ", ".join(
            filter(None, (trace["decision_code"], trace.get("decision_role_code"), trace["decision_reason"]))
        ),
        "instead of": f"{_overruled_text(trace)}, batch {trace['overruled_batch_id']}"
        if trace.get("overruled_state")
        else None,
    }
    width = max(map(len, fields))
    lines = [Text.assemble((f"{name:<{width}}  ", "dim"), one_line(value)) for name, value in fields.items() if value]
    return Text("\n").join(lines)


def _verification_text(trace: dict[str, Any]) -> str:
    if not trace["verification_verdict"]:
        return ""
    corrected = trace["verification_value"]
    parts = [
        trace["verification_verdict"],
        f"{corrected.normalize():f}" if corrected is not None else trace["verification_state"],
        trace["verification_reason"],
        trace["verifier"],
        text_of(trace["verified_at"]),
        f"{trace['verification_file_name']} row {trace['verification_row_number']}",
    ]
    return ", ".join(filter(None, parts))


def _print_losses(say: Console, connection: duckdb.DuckDBPyConnection, key: list, language: str) -> None:
    losses = records(connection, LOSSES, key)
    if losses:
        rows = [
            (
                row["lost_rank"],
                number_text(row["points_lost"], MARK_DECIMALS),
                row["node_code"],
                in_language(row, "node_name", language),
                in_language(row, "reason", language),
            )
            for row in losses[:SHOWN_LOSSES]
        ]
        columns = ["", "lost", "node", "name", "reason"]
        say.print()
        say.print(
            table(*fitted(say, columns, rows, texts=["name", "reason"], least=["reason"]), title="Where most was lost")
        )


def _write_json(
    edition: Edition,
    unit: Unit,
    standing: dict[str, Any],
    contributions: list[dict[str, Any]],
    traces: dict[str, list[dict[str, Any]]],
    top: str | None,
) -> None:
    children: dict[str | None, list[dict[str, Any]]] = {}
    for row in contributions:
        children.setdefault(row["parent_node_code"], []).append(row)

    def branch(row: dict[str, Any]) -> dict[str, Any]:
        below = [branch(child) for child in children.get(row["node_code"], [])]
        evidence = {"trace": traces.get(row["node_code"], [])} if row["is_leaf"] else {"children": below}
        return {**row, **evidence}

    [first] = [row for row in contributions if row["node_code"] == top] if top else children[None]
    answer = {
        "data_kind": edition.data_kind,
        "methodology_version": edition.methodology_version,
        "lineage_code": unit.lineage_code,
        "followed_from": unit.followed_from,
        "unit": standing,
        "node": branch(first),
    }
    write_json(answer)


def write_json(answer: dict[str, Any]) -> None:
    """Write the answer with all its decimals."""
    sys.stdout.write(json_text(answer, _as_text) + "\n")


def _as_text(value: Any) -> str:
    """Decimals as text, so that no decimal is lost; dates as ISO 8601."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)
