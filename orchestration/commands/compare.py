"""`zhengxin compare`: what makes the difference between two units, or between two years of one unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import duckdb
import typer
from rich.console import Console

from orchestration.commands.explain import MARK_DECIMALS, AnswerFormat, print_heading, write_json
from orchestration.commands.language import Language, in_language, language_of
from orchestration.commands.node_tree import NodeLine, grow, number_text, print_node_tree
from orchestration.commands.subject import Edition, Unit, explaining, find_edition, find_unit, records
from orchestration.commands.summary import data_kind_text
from orchestration.commands.terminal import output
from orchestration.errors import UsageError
from orchestration.warehouse.place import located
from orchestration.wording import Wording, either

DIFFERENCES = """
    select
        coalesce(former.node_code, latter.node_code) as node_code,
        coalesce(former.parent_node_code, latter.parent_node_code) as parent_node_code,
        coalesce(former.node_level, latter.node_level) as node_level,
        coalesce(former.node_name_zh, latter.node_name_zh) as node_name_zh,
        coalesce(former.node_name_en, latter.node_name_en) as node_name_en,
        former.points as former_points,
        latter.points as latter_points,
        latter.points - former.points as difference,
        -- The mark is the same, and counts for more or less: siblings without a score are stood in for on one side, or
        -- what a node above capped or rounded falls on it.
        former.score = latter.score and former.points <> latter.points as is_only_reweighted,
        former.reason_zh as former_reason_zh,
        former.reason_en as former_reason_en,
        latter.reason_zh as latter_reason_zh,
        latter.reason_en as latter_reason_en
    from (
        select * from marts.score_contribution
        where series_code = $1 and methodology_code = $2 and assessment_year = $3 and unit_code = $4
    ) as former
    full join (
        select * from marts.score_contribution
        where series_code = $1 and methodology_code = $2 and assessment_year = $5 and unit_code = $6
    ) as latter
        on former.node_code = latter.node_code
    order by coalesce(former.sort_path, latter.sort_path)
"""
REWEIGHTED = Wording(
    "得分未变:同级未计分、上级封顶或取整,分摊随之变动",
    "same mark, shared out otherwise: siblings without a score, or a cap or rounding above",
)
SIDES = (Wording("前者", "first"), Wording("后者", "second"))
DIFFERENCE = Wording("差额", "difference")
ONE_OR_TWO = Wording(
    "请写第二个单位(zhengxin compare 520115 520102 --year 2019),或两个年度(--years 2018 2019)。",
    "Name a second unit (zhengxin compare 520115 520102 --year 2019) or two years (--years 2018 2019).",
)
YEAR_OR_YEARS = Wording(
    "比较两个单位用 --year,比较一个单位的两个年度用 --years,不能同时用。",
    "Write --year for two units or --years for one, not both.",
)
NO_COUNTERPART = Wording(
    "{year} 年度的 {unit} 在 {other} 年度参评单位中没有唯一的对应单位:它是新设、拆分、合并或未纳入的。"
    "请改为比较两个单位。",
    "{unit} of {year} has no single counterpart among the units assessed in {other}: it was founded, split, merged or "
    "left out. Compare two units instead.",
)
WITHOUT_A_SCORE = Wording(
    "两者之一没有得分:采集的内容太少。zhengxin explain 说明缺什么。",
    "One of the two has no score: too little has been collected. zhengxin explain shows what.",
)
IN_THE_LINE = """
    select unit_code from marts.dim_unit
    where series_code = $1 and assessment_year = $2 and lineage_code = $3 and is_included
"""

Side = tuple[Edition, Unit]


def compare(
    unit: Annotated[str, typer.Argument(help="Code or name of the unit.", show_default=False)],
    other: Annotated[
        str | None, typer.Argument(help="Unit to compare it with, in the same edition.", show_default=False)
    ] = None,
    year: Annotated[int | None, typer.Option(help="Edition. Default: the latest.", show_default=False)] = None,
    years: Annotated[
        tuple[int, int] | None,
        typer.Option(help="Compare one unit between these two editions.", metavar="YEAR YEAR", show_default=False),
    ] = None,
    methodology: Annotated[
        str | None, typer.Option(help="Methodology. Default: the edition's primary one.", show_default=False)
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="Compare within a release, such as 2019-r1.", show_default=False)
    ] = None,
    all_nodes: Annotated[bool, typer.Option("--all", help="Show nodes without a difference too.")] = False,
    language: Annotated[
        Language | None,
        typer.Option(help="Language of names, reasons and rules. Default: the home's.", show_default=False),
    ] = None,
    format: Annotated[AnswerFormat, typer.Option("--format", "-f", help="tree or json.")] = AnswerFormat.tree,
) -> None:
    """Show what makes the difference between two units, or between two years of one unit.

    Each node's difference is that of the points it gives to the composite, the second less the first; the differences
    of its children add up to it exactly (json shows all decimals and all nodes). A unit that changed its code is
    followed to the other year.

    [dim]zhengxin compare 520115 520102 --year 2019
    zhengxin compare 520115 --years 2018 2019 --methodology quality[/dim]
    """
    if (other is None) == (years is None):
        raise UsageError(ONE_OR_TWO)
    if years and year is not None:
        raise UsageError(YEAR_OR_YEARS)
    with explaining(release) as connection:
        if years:
            former, latter = _two_years(connection, unit, years, methodology)
        else:
            edition = find_edition(connection, year, methodology)
            former, latter = ((edition, find_unit(connection, edition, named)) for named in (unit, other or ""))
        rows = records(connection, DIFFERENCES, _key(former, latter))
    if format is AnswerFormat.json:
        _write_json(former, latter, rows)
        return
    say, spoken = output(), language_of(language)
    for kind in dict.fromkeys(edition.data_kind for edition, _ in (former, latter)):
        say.print(data_kind_text(kind, spoken))
    print_heading(say, *former, spoken)
    print_heading(say, *latter, spoken)
    say.print()
    names = [str(each) for each in years] if years else [side.in_language(spoken) for side in SIDES]
    _print_differences(say, rows, names, all_nodes, spoken)


def _two_years(
    connection: duckdb.DuckDBPyConnection, named: str, years: tuple[int, int], methodology: str | None
) -> tuple[Side, Side]:
    """The unit in both editions, under one methodology, followed through its changes of code."""
    latter_edition = find_edition(connection, years[1], methodology)
    former_edition = find_edition(connection, years[0], latter_edition.methodology_code)
    try:
        latter = find_unit(connection, latter_edition, named)
    except UsageError:
        # Perhaps it is an old code.
        former = find_unit(connection, former_edition, named)
        return (former_edition, former), (latter_edition, _in_line(connection, former, former_edition, latter_edition))
    return (former_edition, _in_line(connection, latter, latter_edition, former_edition)), (latter_edition, latter)


def _in_line(connection: duckdb.DuckDBPyConnection, unit: Unit, edition: Edition, other: Edition) -> Unit:
    """The unit of `other` that continues `unit`'s line, or that it continues."""
    found = connection.execute(IN_THE_LINE, [other.series_code, other.year, unit.lineage_code]).fetchall()
    if not found:
        named = located(unit.unit_code, either(unit.name_zh, unit.name_en), unit.places)
        raise UsageError(NO_COUNTERPART.filled(unit=named, year=edition.year, other=other.year))
    return find_unit(connection, other, found[0][0])


def _key(former: Side, latter: Side) -> list[Any]:
    edition = former[0]
    return [
        edition.series_code,
        edition.methodology_code,
        *(value for its_edition, unit in (former, latter) for value in (its_edition.year, unit.unit_code)),
    ]


def _print_differences(
    say: Console, rows: list[dict[str, Any]], names: list[str], all_nodes: bool, language: str
) -> None:
    if any(row["difference"] is None for row in rows if row["node_level"] == 0):
        raise UsageError(WITHOUT_A_SCORE)

    def line_of(row: dict[str, Any], children: list[NodeLine]) -> NodeLine | None:
        if not (all_nodes or row["difference"] or row["node_level"] <= 1):
            # What is below moved against each other and comes to nothing.
            return None
        if not (all_nodes or row["difference"]):
            children = []
        changed = row["difference"] and not children
        return NodeLine(
            name=f"{row['node_code']} {in_language(row, 'node_name', language)}",
            numbers=[
                number_text(row["former_points"], MARK_DECIMALS),
                number_text(row["latter_points"], MARK_DECIMALS),
                _signed(row["difference"]),
            ],
            remark=_remark(row, language) if changed else "",
            style=_style_of(row),
            children=children,
        )

    print_node_tree(say, [*names, DIFFERENCE.in_language(language)], grow(rows, None, line_of))


def _remark(row: dict[str, Any], language: str) -> str:
    if row["is_only_reweighted"]:
        return REWEIGHTED.in_language(language)
    return " → ".join(in_language(row, f"{side}_reason", language) for side in ("former", "latter"))


def _write_json(former: Side, latter: Side, rows: list[dict[str, Any]]) -> None:
    sides = [
        {
            "data_kind": edition.data_kind,
            "assessment_year": edition.year,
            "methodology_code": edition.methodology_code,
            "methodology_version": edition.methodology_version,
            "unit_code": unit.unit_code,
            "lineage_code": unit.lineage_code,
            "followed_from": unit.followed_from.en if unit.followed_from else None,
        }
        for edition, unit in (former, latter)
    ]
    write_json({"former": sides[0], "latter": sides[1], "nodes": rows})


def _style_of(row: dict[str, Any]) -> str:
    if row["node_level"] == 0:
        return "bold"
    difference = row["difference"] or 0
    return "green" if difference > 0 else "red" if difference < 0 else ""


def _signed(difference: Decimal | None) -> str:
    return "–" if difference is None else f"{difference:+.{MARK_DECIMALS}f}" if difference else "0"
