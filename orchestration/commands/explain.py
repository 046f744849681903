"""`zhengxin explain`: why a unit has its score, from the composite down to file, row and hash of each observation."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import duckdb
import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from orchestration.commands.evidence import counts_text, print_records
from orchestration.commands.language import Language, in_language, language_of
from orchestration.commands.node_tree import NodeLine, grow, number_text, print_node_tree
from orchestration.commands.subject import Edition, Unit, explaining, find_edition, find_unit, records, require_node
from orchestration.commands.summary import data_kind_text
from orchestration.commands.terminal import fitted, output, styled, table, text_of
from orchestration.home import Home
from orchestration.landing.store import Store
from orchestration.warehouse.evidence_records import DerivedMeasure, derived_measures, records_behind
from orchestration.wording import Wording
from orchestration.writing.plain import json_text, one_line

SHOWN_LOSSES = 8
SHOWN_RECORDS = 12
MARK_DECIMALS = 4
SHORT_HASH = 12

OF_THE_UNIT = "where series_code = $1 and assessment_year = $2 and methodology_code = $3 and unit_code = $4"
STANDING = f"select * from marts.fct_unit_score {OF_THE_UNIT}"
CONTRIBUTIONS = f"select * from marts.score_contribution {OF_THE_UNIT} order by sort_path"
TRACES = f"select * from marts.score_trace {OF_THE_UNIT} order by sort_path, event_date, item_code"
LOSSES = f"select * from marts.lost_mark {OF_THE_UNIT} and not is_bonus order by lost_rank"
NEXT_STEPS = f"select * from marts.points_to_next {OF_THE_UNIT}"
RANKS = f"select * from marts.unit_ranking {OF_THE_UNIT} order by ranked_unit_count desc, region_code"

FOLLOWED = Wording("沿革自 {former}。", "Followed from {former}.")
NO_SCORE = Wording("没有得分:采集的内容太少。", "No score: too little has been collected.")
NOT_RANKED = Wording("未参加排名:采集的内容太少", "not ranked: too little has been collected")
OF_FULL_MARK = Wording("{score} 分(满分 {full})", "{score} of {full}")
GRADE = Wording("等级 {grade}", "grade {grade}")
RANK = Wording("{region}第 {rank} 名(共 {count})", "rank {rank} of {count} in {region}")
NEXT_RANK = Wording("{region}第 {rank} 名", "rank {rank} in {region}")
STEP_TAKES = Wording("距{step}还差 {points} 分", "{step} takes {points} more")
COLUMNS = (
    Wording("得分", "mark"),
    Wording("满分", "full mark"),
    Wording("贡献", "gives"),
    Wording("失分", "lost"),
)
LOSS_COLUMNS = (
    Wording("", ""),
    Wording("失分", "lost"),
    Wording("节点", "node"),
    Wording("名称", "name"),
    Wording("原因", "reason"),
)
LOSSES_TITLE = Wording("失分最多之处", "Where most was lost")
BETWEEN = Wording(";", "; ")
NO_ROW = Wording("{state}:没有对应的数据行", "{state}: no row behind it")
ROW = Wording("{file} 第 {row} 行", "{file} row {row}")
VERIFIED = Wording("核查:{verdict}", "verified: {verdict}")
DECIDED = Wording("决定:{code}", "decided: {code}")
INSTEAD_OF = Wording("取代 {overruled}", "instead of {overruled}")
# What is known of one measure or event, by the name of what is shown.
FIELDS = {
    "measure": Wording("测量项", "measure"),
    "event": Wording("事件", "event"),
    "rule": Wording("规则", "rule"),
    "parameters": Wording("参数", "parameters"),
    "value": Wording("数值", "value"),
    "state": Wording("状态", "state"),
    "arithmetic": Wording("计算", "arithmetic"),
    "the node": Wording("节点计算", "the node"),
    "file": Wording("文件", "file"),
    "sha256": Wording("sha256", "sha256"),
    "batch": Wording("批次", "batch"),
    "channel": Wording("渠道", "channel"),
    "captured": Wording("采集时间", "captured"),
    "collector": Wording("采集人", "collector"),
    "evidence": Wording("证据", "evidence"),
    "provenance": Wording("来源性质", "provenance"),
    "verified": Wording("核查", "verified"),
    "decided": Wording("决定", "decided"),
    "records": Wording("记录", "records"),
    "instead of": Wording("取代", "instead of"),
}


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
        derived = derived_measures(connection, edition.series_code, edition.year, found.unit_code)
        traces: dict[str, list[dict[str, Any]]] = {}
        for trace in records(connection, TRACES, key):
            traces.setdefault(trace["node_code"], []).append(trace | {"derived": derived.get(trace["measure_code"])})
        if format is AnswerFormat.json:
            _write_json(edition, found, records(connection, STANDING, key)[0], contributions, traces, top)
            return
        say = output()
        say.print(data_kind_text(edition.data_kind, spoken))
        print_heading(say, edition, found, spoken)
        if top is None:
            _print_standing(say, connection, key, spoken)
        say.print()
        _print_tree(say, contributions, traces, top, spoken)
        for trace in traces.get(top or "", ()) if release is None else ():
            if trace["derived"]:
                _print_records(say, connection, trace["derived"], edition, found, spoken)
        if top is None:
            _print_losses(say, connection, key, spoken)


def _print_records(
    say: Console,
    connection: duckdb.DuckDBPyConnection,
    measure: DerivedMeasure,
    edition: Edition,
    unit: Unit,
    language: str,
) -> None:
    """The end of the chain: the records that a measure was counted from."""
    which, store = measure.which_to_show, Store(Home.from_environment().landing)
    key = (edition.series_code, edition.year, unit.unit_code)
    behind = records_behind(connection, store, measure, *key, which=which, limit=SHOWN_RECORDS)
    say.print()
    print_records(say, measure, behind, which, unit.unit_code, edition.year, language)


def print_heading(say: Console, edition: Edition, unit: Unit, language: str) -> None:
    """One line that says who, where, when, by which methodology."""
    parts = [unit.unit_code, unit.name_zh, unit.name_en, unit.places.in_language(language)]
    say.print(
        styled(
            "[bold]{}[/]  {}, {} {}",
            "  ".join(dict.fromkeys(filter(None, parts))),
            edition.year,
            edition.methodology_code,
            edition.methodology_version,
        )
    )
    if unit.followed_from:
        say.print(FOLLOWED.filled(former=unit.followed_from.in_language(language)).in_language(language))


def _print_standing(say: Console, connection: duckdb.DuckDBPyConnection, key: list[Any], language: str) -> None:
    [standing] = records(connection, STANDING, key)
    if standing["score"] is None:
        say.print(NO_SCORE.in_language(language))
        return
    parts = [
        OF_FULL_MARK.filled(
            score=number_text(standing["score"], MARK_DECIMALS), full=text_of(standing["full_mark"].normalize())
        )
    ]
    if standing["grade"]:
        parts.append(GRADE.filled(grade=standing["grade"]))
    ranks = records(connection, RANKS, key)
    parts += [
        RANK.filled(
            rank=row["unit_rank"],
            count=row["ranked_unit_count"],
            region=in_language(row, "region_name", language) or row["region_code"],
        )
        for row in ranks
    ]
    if not ranks:
        parts.append(NOT_RANKED)
    say.print(", ".join(part.in_language(language) for part in parts))
    if ranks and (
        ahead := _steps_ahead(connection, key, standing, in_language(ranks[0], "region_name", language), language)
    ):
        say.print(BETWEEN.in_language(language).join(ahead))


def _steps_ahead(
    connection: duckdb.DuckDBPyConnection, key: list[Any], standing: dict[str, Any], whole: str, language: str
) -> list[str]:
    """What the next rank in the `whole` and in the province, and the next grade, would take."""
    [steps] = records(connection, NEXT_STEPS, key)
    province = in_language(standing, "province_name", language)
    ahead = (
        (NEXT_RANK.filled(rank=steps["next_rank"], region=whole), steps["points_to_next_rank"]),
        (
            NEXT_RANK.filled(rank=steps["next_rank_in_province"], region=province),
            # A province that is all that is assessed is the whole already.
            steps["points_to_next_rank_in_province"] if standing["rank_national"] else None,
        ),
        (GRADE.filled(grade=steps["next_grade"]), steps["points_to_next_grade"]),
    )
    return [
        STEP_TAKES.filled(step=step.in_language(language), points=number_text(points, MARK_DECIMALS)).in_language(
            language
        )
        for step, points in ahead
        if points is not None
    ]


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

    print_node_tree(say, _in_words(COLUMNS, language), grow(contributions, top, line_of))


def _in_words(wordings: Sequence[Wording], language: str) -> list[str]:
    return [wording.in_language(language) for wording in wordings]


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
    lines.append(f"{_formula(trace, 'arithmetic', language)}\n", style="dim")
    lines.append(_source_text(trace, language), style="cyan")
    return lines


def _formula(trace: dict[str, Any], column: str, language: str) -> str:
    """In the words of `language`; releases before there were Chinese ones have them in English alone."""
    return (trace.get(f"{column}_zh") if language == Language.zh else None) or trace[column]


def _value_text(trace: dict[str, Any]) -> str:
    if trace["cluster_code"]:
        return f"{trace['event_date']} {one_line(trace['headline'] or '')}"
    value, unit = trace["value"], trace["measurement_unit"] or ""
    return trace["state"] if value is None else f"{value.normalize():f}{unit}"


def _source_text(trace: dict[str, Any], language: str) -> str:
    if trace["batch_id"] is None and trace["derived"]:
        return counts_text(trace["derived"], language)
    if trace["batch_id"] is None:
        return NO_ROW.filled(state=trace["state"]).in_language(language)
    verdict, decision = trace["verification_verdict"], trace["decision_code"]
    parts = [
        _row_text(trace, "", language),
        f"sha256 {trace['file_sha256'][:SHORT_HASH]}…",
        " ".join(filter(None, (trace["channel"], trace["collection_mode"]))),
        f"{trace['captured_at']:%Y-%m-%d}" if trace["captured_at"] else "",
        VERIFIED.filled(verdict=verdict).in_language(language) if verdict else "",
        DECIDED.filled(code=decision).in_language(language) if decision else "",
        INSTEAD_OF.filled(overruled=_overruled_text(trace, language)).in_language(language)
        if trace.get("overruled_state")
        else "",
    ]
    return ", ".join(filter(None, parts))


def _row_text(trace: dict[str, Any], kind: str, language: str) -> str:
    """File and row of the observation, or of what `kind` names, such as `overruled_`."""
    source, name, row = (trace[f"{kind}{column}"] for column in ("source", "file_name", "row_number"))
    return ROW.filled(file=f"{source}/{name}", row=row).in_language(language)


def _overruled_text(trace: dict[str, Any], language: str) -> str:
    """What a correction or decision took the place of, down to its row; releases before that was kept have none."""
    value = trace["overruled_value"]
    shown = trace["overruled_state"] if value is None else f"{value.normalize():f}{trace['measurement_unit'] or ''}"
    return f"{shown} ({_row_text(trace, 'overruled_', language)})"


def _whole_evidence(trace: dict[str, Any], language: str) -> Text:
    """Everything that is known of one measure or event, a line each."""
    value = trace["event_points"] if trace["cluster_code"] else trace["value"]
    known = {
        "measure": " ".join(filter(None, (trace["measure_code"], in_language(trace, "measure_name", language)))),
        "event": " ".join(filter(None, (trace["cluster_code"], text_of(trace["event_date"]), trace["headline"]))),
        "rule": in_language(trace, "rule_text", language),
        "parameters": _formula(trace, "parameters", language),
        "value": None if value is None else f"{value.normalize():f}{trace['measurement_unit'] or ''}",
        "state": trace["state"],
        "arithmetic": _formula(trace, "arithmetic", language),
        "the node": _formula(trace, "leaf_arithmetic", language),
        "file": _row_text(trace, "", language) if trace["batch_id"] else None,
        "sha256": trace["file_sha256"],
        "batch": trace["batch_id"],
        "channel": " ".join(filter(None, (trace["channel"], trace["collection_mode"]))),
        "captured": text_of(trace["captured_at"]),
        "collector": trace["collector"],
        "evidence": " ".join(filter(None, (trace["evidence_url"], trace["evidence_hash"]))),
        "provenance": trace["provenance"],
        "verified": _verification_text(trace, language),
        "decided": ", ".join(
            filter(None, (trace["decision_code"], trace.get("decision_role_code"), trace["decision_reason"]))
        ),
        "records": counts_text(trace["derived"], language) if trace["derived"] else None,
        "instead of": f"{_overruled_text(trace, language)}, {trace['overruled_batch_id']}"
        if trace.get("overruled_state")
        else None,
    }
    names = {name: FIELDS[name].in_language(language) for name in known}
    width = max(map(cell_len, names.values()))
    lines = [
        Text.assemble((set_cell_size(names[name], width) + "  ", "dim"), one_line(value))
        for name, value in known.items()
        if value
    ]
    return Text("\n").join(lines)


def _verification_text(trace: dict[str, Any], language: str) -> str:
    if not trace["verification_verdict"]:
        return ""
    corrected = trace["verification_value"]
    parts = [
        trace["verification_verdict"],
        f"{corrected.normalize():f}" if corrected is not None else trace["verification_state"],
        trace["verification_reason"],
        trace["verifier"],
        text_of(trace["verified_at"]),
        ROW.filled(file=trace["verification_file_name"], row=trace["verification_row_number"]).in_language(language),
    ]
    return ", ".join(filter(None, parts))


def _print_losses(say: Console, connection: duckdb.DuckDBPyConnection, key: list[Any], language: str) -> None:
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
        columns = _in_words(LOSS_COLUMNS, language)
        *_, name, reason = columns
        say.print()
        say.print(
            table(
                *fitted(say, columns, rows, texts=[name, reason], least=[reason]),
                title=LOSSES_TITLE.in_language(language),
            )
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
        of_leaf = [
            trace | {"derived": trace["derived"] and asdict(trace["derived"])}
            for trace in traces.get(row["node_code"], [])
        ]
        evidence = {"trace": of_leaf} if row["is_leaf"] else {"children": below}
        return {**row, **evidence}

    [first] = [row for row in contributions if row["node_code"] == top] if top else children[None]
    answer = {
        "data_kind": edition.data_kind,
        "methodology_version": edition.methodology_version,
        "lineage_code": unit.lineage_code,
        "followed_from": unit.followed_from.en if unit.followed_from else None,
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
