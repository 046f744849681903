"""`zhengxin robust`: how sure the ranks of an edition are, and that of one unit."""

from __future__ import annotations

from typing import Annotated, Any

import duckdb
import typer

from orchestration.commands.language import in_language, language_of
from orchestration.commands.subject import Edition, Unit, explaining, find_edition, find_unit, records
from orchestration.commands.terminal import output, table
from orchestration.errors import UsageError
from orchestration.wording import Wording, either

SHOWN_PAIRS = 12
KEPT = "select 1 from duckdb_columns() where schema_name = 'marts' and table_name = 'dim_scenario'"
SCENARIO = """
    select scenario_code, scenario_name_zh, scenario_name_en, draw_count
    from marts.dim_scenario
    where series_code = $1 and (scenario_code = $2 or ($2 is null and is_default_scenario))
    order by not is_default_scenario, scenario_code
"""
INTERVALS = """
    select intervals.*, bands.overlapping_count, bands.band_first_rank, bands.band_last_rank
    from marts.rank_interval as intervals
    inner join marts.rank_distinguishable as bands
        using (series_code, assessment_year, methodology_code, scenario_code, scope_kind, unit_code)
    where intervals.series_code = $1 and intervals.assessment_year = $2 and intervals.methodology_code = $3
        and intervals.scenario_code = $4 and intervals.unit_code = $5
    order by intervals.ranked_unit_count desc
"""
EDITION = """
    select
        count(*) as unit_count,
        median(intervals.rank_width) as median_width,
        median(bands.overlapping_count) as median_overlapping,
        avg(intervals.share_keeping_grade) as mean_share_keeping_grade
    from marts.rank_interval as intervals
    inner join marts.rank_distinguishable as bands
        using (series_code, assessment_year, methodology_code, scenario_code, scope_kind, unit_code)
    where intervals.series_code = $1 and intervals.assessment_year = $2 and intervals.methodology_code = $3
        and intervals.scenario_code = $4
        and intervals.ranked_unit_count = (
            select max(ranked_unit_count) from marts.rank_interval
            where series_code = $1 and assessment_year = $2 and methodology_code = $3 and scenario_code = $4
        )
"""
FACTORS = """
    select factor_code, factor_name_zh, factor_name_en, first_order, total_order
    from marts.sensitivity_index
    where series_code = $1 and assessment_year = $2 and methodology_code = $3 and scenario_code = $4
    order by total_order desc, factor_code
"""
PAIRS = """
    select
        case when pairs.first_unit_code = $5 then pairs.second_unit_code else pairs.first_unit_code end as other_code,
        units.name_zh as other_name_zh,
        units.name_en as other_name_en,
        case when pairs.first_unit_code = $5 then pairs.before_share else pairs.after_share end as before_share
    from marts.pairwise_order as pairs
    inner join marts.dim_unit as units
        on pairs.series_code = units.series_code
        and pairs.assessment_year = units.assessment_year
        and units.unit_code in (pairs.first_unit_code, pairs.second_unit_code)
        and units.unit_code <> $5
    where pairs.series_code = $1 and pairs.assessment_year = $2 and pairs.methodology_code = $3
        and pairs.scenario_code = $4 and $5 in (pairs.first_unit_code, pairs.second_unit_code)
    order by abs(before_share - 0.5), other_code
    limit $6
"""
AGAINST = """
    select
        avg(cast(mine.place < theirs.place as double)) as before_share,
        avg(cast(mine.place = theirs.place as double)) as level_share
    from (
        select unnest(ranks) as place, generate_subscripts(ranks, 1) as draw from marts.rank_draw
        where series_code = $1 and assessment_year = $2 and methodology_code = $3 and scenario_code = $4
            and unit_code = $5
    ) as mine
    inner join (
        select unnest(ranks) as place, generate_subscripts(ranks, 1) as draw from marts.rank_draw
        where series_code = $1 and assessment_year = $2 and methodology_code = $3 and scenario_code = $4
            and unit_code = $6
    ) as theirs
        on mine.draw = theirs.draw
"""

EDITION_HEAD = Wording(
    "{year} 年度,方法 {methodology},情景 {scenario}:{name},抽取 {draws} 次",
    "Edition {year}, methodology {methodology}, scenario {scenario}: {name}, {draws} draws",
)
UNIT_COUNT = Wording("参加排名 {count} 个", "Ranked units: {count}")
WIDTH = Wording("半数区间宽于 {width} 位", "Half of the intervals are wider than {width} ranks")
OVERLAPPING = Wording(
    "半数单位与 {count} 个或更多其他单位无法区分", "Half of the units cannot be told from {count} others or more"
)
KEPT_GRADES = Wording("单位的等级在 {share} % 的抽取中不变", "Draws that keep a unit's grade: {share} %")
KEPT_GRADE = Wording("等级在 {share} % 的抽取中不变。", "The grade is kept in {share} % of draws.")
FACTOR_COLUMNS = (
    *(Wording("名次随什么变动", "What moves the ranks"), Wording("单独", "alone")),
    Wording("连同相互作用", "with interactions"),
)
INTERVAL_COLUMNS = (
    *(Wording("范围", "within"), Wording("名次", "rank"), Wording("九成区间", "90 % of draws")),
    *(Wording("中位", "median"), Wording("无法区分", "not told from"), Wording("其名次", "whose ranks are")),
)
PAIR_COLUMNS = (
    *(Wording("相邻单位", "neighbour"), Wording("名称", "name")),
    Wording("本单位在前的抽取", "draws in which the unit is before it"),
)
RANK_OF = Wording("第{rank}位,共{count}个", "{rank} of {count}")
BEFORE = Wording(
    "{mine}在 {before} % 的抽取中位于{other}之前,{level} % 的抽取中并列。",
    "{mine} is before {other} in {before} % of draws, level with it in {level} %.",
)


def robust(
    year: Annotated[int | None, typer.Argument(help="Edition. Default: the latest.", show_default=False)] = None,
    unit: Annotated[str | None, typer.Option(help="Code or name of a unit.", show_default=False)] = None,
    against: Annotated[
        str | None, typer.Option(help="With --unit: another unit; in what share of draws is the first before it?")
    ] = None,
    methodology: Annotated[
        str | None, typer.Option(help="Methodology. Default: the edition's primary one.", show_default=False)
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="Scenario. Default: the one that reports use.", show_default=False)
    ] = None,
    release: Annotated[str | None, typer.Option(help="Within a release, such as 2019-r1.", show_default=False)] = None,
) -> None:
    """Show how sure ranks are: what they do when the choices behind them move a little.

    A scenario varies weights, or other choices, in some hundred draws; a unit's interval holds nine in ten of its
    ranks. Two units whose intervals overlap cannot be told apart by rank.

    [dim]zhengxin robust 2019
    zhengxin robust 2019 --unit 修文县
    zhengxin robust 2019 --unit 修文县 --against 息烽县[/dim]
    """
    if against is not None and unit is None:
        raise UsageError(
            Wording(
                "--against 与 --unit 的单位比较:两者都要给出。",
                "--against compares with the unit of --unit: name both.",
            )
        )
    with explaining(release) as connection:
        edition = find_edition(connection, year, methodology)
        chosen = _scenario(connection, edition, scenario)
        key = [edition.series_code, edition.year, edition.methodology_code, chosen["scenario_code"]]
        language = language_of(None)
        name = in_language(chosen, "scenario_name", language)
        said = {"year": edition.year, "methodology": edition.methodology_code, "scenario": chosen["scenario_code"]}
        head = EDITION_HEAD.filled(**said, name=name, draws=chosen["draw_count"])
        output().print(head.in_language(language), markup=False)
        if unit is None:
            _print_edition(connection, key, language)
        else:
            mine = find_unit(connection, edition, unit)
            _print_unit(connection, key, mine, language)
            if against is not None:
                _print_against(connection, key, mine, find_unit(connection, edition, against), language)


def _scenario(connection: duckdb.DuckDBPyConnection, edition: Edition, named: str | None) -> dict[str, Any]:
    if not connection.execute(KEPT).fetchall():
        raise UsageError(
            Wording(
                "没有抽样:设置 draws 为 0。zhengxin run --draws 500 进行抽样。",
                "No draws were made: the setting draws is 0. zhengxin run --draws 500 makes them.",
            )
        )
    found = records(connection, SCENARIO, [edition.series_code, named])
    if not found:
        known = [
            code
            for (code,) in connection.execute(
                "select scenario_code from marts.dim_scenario where series_code = $1 order by all",
                [edition.series_code],
            ).fetchall()
        ]
        there = Wording(f"系列 {edition.series_code} 没有情景。", f"The series {edition.series_code} has none.")
        if known:
            there = Wording(f"已有情景:{', '.join(known)}。", f"Scenarios: {', '.join(known)}.")
        raise UsageError(
            Wording(
                f"没有情景 '{named or '默认'}'。{there.zh}",
                f"There is no scenario '{named or 'by default'}'. {there.en}",
            )
        )
    return found[0]


def _print_edition(connection: duckdb.DuckDBPyConnection, key: list[Any], language: str) -> None:
    (found,) = records(connection, EDITION, key)
    if not found["unit_count"]:
        raise UsageError(
            Wording(
                "该年度在此方法下没有对此情景抽样:见 marts.rank_interval。",
                "This scenario was not drawn for the edition under this methodology: see marts.rank_interval.",
            )
        )
    say = output()
    told = [
        UNIT_COUNT.filled(count=found["unit_count"]),
        WIDTH.filled(width=f"{found['median_width']:g}"),
        OVERLAPPING.filled(count=f"{found['median_overlapping']:g}"),
    ]
    if found["mean_share_keeping_grade"] is not None:
        told.append(KEPT_GRADES.filled(share=f"{100 * found['mean_share_keeping_grade']:.1f}"))
    for each in told:
        say.print(each.in_language(language))
    lines = [
        [in_language(each, "factor_name", language), f"{each['first_order']:.3f}", f"{each['total_order']:.3f}"]
        for each in records(connection, FACTORS, key)
    ]
    if lines:
        say.print(table([column.in_language(language) for column in FACTOR_COLUMNS], lines))


def _print_unit(connection: duckdb.DuckDBPyConnection, key: list[Any], unit: Unit, language: str) -> None:
    found = records(connection, INTERVALS, [*key, unit.unit_code])
    say = output()
    name, places = either(unit.name_zh, unit.name_en).in_language(language), unit.places.in_language(language)
    say.print(f"{unit.unit_code} {name} ({places})", markup=False)
    if not found:
        raise UsageError(
            Wording(
                "该单位在此年度此方法下没有排名,因此没有区间。",
                "The unit is not ranked in this edition under this methodology: it has no interval.",
            )
        )
    lines = [
        [
            in_language(each, "scope_name", language),
            RANK_OF.filled(rank=each["nominal_rank"], count=each["ranked_unit_count"]).in_language(language),
            f"{each['lower_rank']:g}–{each['upper_rank']:g}",
            f"{each['median_rank']:g}",
            str(each["overlapping_count"]),
            f"{each['band_first_rank']}–{each['band_last_rank']}",
        ]
        for each in found
    ]
    say.print(table([column.in_language(language) for column in INTERVAL_COLUMNS], lines))
    kept = found[0]["share_keeping_grade"]
    if kept is not None:
        say.print(KEPT_GRADE.filled(share=f"{100 * kept:.1f}").in_language(language))
    lines = [
        [each["other_code"], in_language(each, "other_name", language), f"{100 * each['before_share']:.1f} %"]
        for each in records(connection, PAIRS, [*key, unit.unit_code, SHOWN_PAIRS])
    ]
    if lines:
        say.print(table([column.in_language(language) for column in PAIR_COLUMNS], lines))


def _print_against(
    connection: duckdb.DuckDBPyConnection, key: list[Any], mine: Unit, other: Unit, language: str
) -> None:
    (found,) = records(connection, AGAINST, [*key, mine.unit_code, other.unit_code])
    if found["before_share"] is None:
        raise UsageError(
            Wording(
                "两者之一没有排名,或此情景没有保留各次抽样的排名(只有默认情景保留)。",
                "One of the two is not ranked, or this is not the scenario whose ranks are kept by "
                "draw (the default one).",
            )
        )
    names = {"mine": either(mine.name_zh, mine.name_en), "other": either(other.name_zh, other.name_en)}
    shares = {"before": f"{100 * found['before_share']:.1f}", "level": f"{100 * found['level_share']:.1f}"}
    said = {name: each.in_language(language) for name, each in names.items()}
    output().print(BEFORE.filled(**said, **shares).in_language(language), markup=False)
