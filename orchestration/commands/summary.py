"""What a run tells at its end, in the home's language: editions, means, top and bottom, quarantine, checks, and where
to look."""

from __future__ import annotations

import shlex
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from rich.console import Console
from rich.text import Text

from orchestration.commands.terminal import styled, table
from orchestration.editions import edition_years, series_of, years_in_words
from orchestration.home import Home, folder_around, project_root
from orchestration.settings import settings_of
from orchestration.warehouse import built_editions
from orchestration.warehouse.connection import reading
from orchestration.wording import Wording

if TYPE_CHECKING:
    from orchestration.pipeline.execution import CheckCount

SHOWN_UNITS = 3
NAME, ENGLISH_NAME = 2, 3
SHOWN_NAMES = 6
DATA_KINDS = {
    "synthetic": Wording(
        "[bold yellow]合成数据 SYNTHETIC DATA[/]:随机生成,并非观测。",
        "[bold yellow]SYNTHETIC DATA[/]: drawn at random, not observed.",
    ),
    "partly_synthetic": Wording(
        "[bold yellow]含合成数据 PARTLY SYNTHETIC DATA[/]:部分数据行随机生成。",
        "[bold yellow]PARTLY SYNTHETIC DATA[/]: some rows are drawn at random.",
    ),
    "real": Wording("真实数据。", "Real data."),
}
EDITION_COLUMNS = (
    Wording("年度", "edition"),
    Wording("方法", "methodology"),
    Wording("版本", "version"),
    Wording("单位", "units"),
    Wording("计分", "scored"),
    Wording("排名", "ranked"),
    Wording("单位平均", "mean of units"),
    Wording("下级平均", "of regions"),
)
UNIT_COLUMNS = (
    Wording("名次", "rank"),
    Wording("单位", "unit"),
    Wording("名称", "name"),
    Wording("英文名称", "name (English)"),
    Wording("省份", "province"),
    Wording("得分", "score"),
    Wording("等级", "grade"),
)
BUILT = Wording(
    "本次重建的年度:{built};沿用上次结果的年度:{taken_over}。",
    "Editions built: {built}; taken over from the run before: {taken_over}.",
)
NO_EDITION = Wording("无", "none")
TOP_AND_BOTTOM = Wording("{year}年度的前几名与后几名", "Top and bottom of {year}")
NONE_RANKED = Wording(
    "{year}年度没有单位参加排名:各单位采集的都不够。",
    "No unit of {year} is ranked: too little has been collected of each.",
)
UNITS_MATCH = Wording(
    "已公布的单位得分:{all} 项中 {matched} 项完全一致。",
    "Published unit scores: {matched} of {all} match exactly.",
)
FIGURES_MATCH = Wording(
    "已公布的数字:{all} 项中 {matched} 项一致{reason}。", "Published figures: {matched} of {all} match{reason}."
)
DERIVED = Wording(
    "由记录统计的数值:{units} 个单位 {values} 项;与填报不一致的 {differing} 项{detail}",
    "Values counted from records: {values} of {units} units; {differing} contradict what was reported{detail}",
)
CONTRADICTION = Wording(
    "{unit} {measure}:统计为 {derived},填报为 {reported}", "{unit} {measure}: {derived} counted, {reported} reported"
)
CALIBRATED = Wording("(合成输入按这些数字校准)", " (the synthetic inputs were calibrated to these figures)")
QUARANTINED = Wording("隔离的行:{count}{detail}", "Rows in quarantine: {count}{detail}")
RELEASES = Wording("发布版本:{releases};读者打开 {current}", "Releases: {releases}; readers open {current}")
WITHDRAWN = Wording("已撤回:{releases}", "Withdrawn: {releases}")
WAITS = Wording("[yellow]{} 等待决定[/]:请阅读 {},然后 {}", "[yellow]{} waits for a decision[/]: read {}, then {}")
CHECKS = Wording(
    "检查:{passed} 项通过,{warned} 项提示,{failed} 项未通过",
    "Checks: {passed} passed, {warned} warned, {failed} failed",
)
AND_MORE = Wording("{names} 等 {more} 项", "{names} and {more} more")
WHERE_TO_LOOK = Wording("从哪里看:", "Where to look:")
PLACES = (
    ("status", Wording("主目录里有什么", "what is in this home")),
    ('query "select * from marts.unit_ranking limit 10"', Wording("用 SQL 查得分", "the scores in SQL")),
    ("ui", Wording("在 Dagster 界面看运行、检查和数据表", "runs, checks and tables in Dagster's UI")),
)
ALL_CHECKS = Wording("全部质量检查", "all quality checks")

EDITIONS = """
    select
        info.assessment_year, info.methodology_code, info.methodology_version,
        info.unit_count, info.scored_unit_count, info.ranked_unit_count,
        root.published_mean_of_units, root.published_mean_of_subregions,
        info.data_kind, editions.publication_digits
    from marts.release_info as info
    inner join marts.dim_edition as editions
        on info.series_code = editions.series_code
        and info.assessment_year = editions.assessment_year
    inner join marts.dim_indicator as tree_root
        on info.methodology_code = tree_root.methodology_code
        and tree_root.node_level = 0
    left join marts.region_score as root
        on info.series_code = root.series_code
        and info.assessment_year = root.assessment_year
        and info.methodology_code = root.methodology_code
        and tree_root.node_code = root.node_code
        and root.parent_region_code is null
    where ($1 is null or info.assessment_year in (select unnest($1)))
    order by info.assessment_year, not info.is_primary_methodology, info.methodology_code
"""
RANKED_UNITS = """
    select
        scores.rank_overall, scores.unit_code, scores.unit_name_zh, scores.unit_name_en, scores.province_name_zh,
        scores.published_score, editions.publication_digits, scores.grade
    from marts.fct_unit_score as scores
    inner join marts.release_info as info
        on scores.series_code = info.series_code
        and scores.assessment_year = info.assessment_year
        and scores.methodology_code = info.methodology_code
        and info.is_primary_methodology
    inner join marts.dim_edition as editions
        on scores.series_code = editions.series_code
        and scores.assessment_year = editions.assessment_year
    where scores.assessment_year = $1 and scores.is_ranked
    order by scores.rank_overall {direction}, scores.unit_code {direction}
    limit {limit}
"""


def data_kind_text(kind: str, language: str) -> Text:
    """What kind of data stand behind figures."""
    return styled(DATA_KINDS[kind].in_language(language))


def print_summary(say: Console, home: Home, years: list[int] | None, checks: CheckCount) -> None:
    """Summarise the warehouse as it is after a run of `years` (None: all)."""
    language = settings_of(home).language
    with reading(home.warehouse) as connection:
        editions = connection.execute(EDITIONS, [years]).fetchall()
        say.print()
        for kind in dict.fromkeys(row[8] for row in editions):
            say.print(data_kind_text(kind, language))
        columns = [column.in_language(language) for column in EDITION_COLUMNS]
        rows = [(*row[:6], _published(row[6], row[9]), _published(row[7], row[9])) for row in editions]
        say.print(table(columns, rows))
        _print_units(say, connection, max(row[0] for row in editions), language)
        _print_published(say, connection, years, language)
        _print_derived(say, connection, years, language)
    _print_built(say, home, language)
    _print_quarantine(say, home, language)
    print_releases(say, home, language)
    _print_checks(say, checks, language)
    print_where_to_look(say, home)


def _print_built(say: Console, home: Home, language: str) -> None:
    """Which editions the last build made anew, and which it left as they were."""
    told = built_editions.last_built(home.warehouse)
    if told is not None:
        # A row may name a year of which there is no edition.
        editions = edition_years(home, series_of(home))
        shown = [[year for year in years if year in editions] for years in told]
        built, taken_over = (years_in_words(years) if years else NO_EDITION.in_language(language) for years in shown)
        say.print(BUILT.in_language(language).format(built=built, taken_over=taken_over))


def _print_units(say: Console, connection: duckdb.DuckDBPyConnection, year: int, language: str) -> None:
    top = connection.execute(RANKED_UNITS.format(direction="asc", limit=SHOWN_UNITS), [year]).fetchall()
    bottom = connection.execute(RANKED_UNITS.format(direction="desc", limit=SHOWN_UNITS), [year]).fetchall()
    chosen = top + [row for row in reversed(bottom) if row not in top]
    rows = [(*row[:5], _published(row[5], row[6]), row[7]) for row in chosen]
    say.print()
    if rows:
        columns = [column.in_language(language) for column in UNIT_COLUMNS]
        # Not every series has provinces or grades, and one language is enough for names.
        filled = [place for place in range(len(columns)) if any(row[place] is not None for row in rows)]
        if all(row[NAME] == row[ENGLISH_NAME] for row in rows):
            filled.remove(ENGLISH_NAME)
        shown = [[row[place] for place in filled] for row in rows]
        title = TOP_AND_BOTTOM.in_language(language).format(year=year)
        say.print(table([columns[place] for place in filled], shown, title=title))
    else:
        say.print(NONE_RANKED.in_language(language).format(year=year))


def _published(score: Decimal | None, digits: int) -> Decimal | None:
    """A published score, which is rounded already, with as many digits as its series publishes."""
    return None if score is None else score.quantize(Decimal(1).scaleb(-digits))


def _print_published(
    say: Console, connection: duckdb.DuckDBPyConnection, years: list[int] | None, language: str
) -> None:
    chosen = "where ($1 is null or assessment_year in (select unnest($1)))"
    [(compared, matched)] = connection.execute(
        f"select count(*), count(*) filter (is_match) from marts.published_unit_reconciliation {chosen}", [years]
    ).fetchall()
    [(figures, agreed)] = connection.execute(
        "select count(*), count(*) filter (outcome = 'match') from marts.published_reconciliation "
        f"{chosen} and outcome <> 'not_compared'",
        [years],
    ).fetchall()
    say.print()
    if compared:
        say.print(UNITS_MATCH.in_language(language).format(matched=f"{matched:,}", all=f"{compared:,}"))
    if figures:
        [(is_real,)] = connection.execute("select bool_and(data_kind = 'real') from marts.release_info").fetchall()
        reason = "" if is_real else CALIBRATED.in_language(language)
        told = FIGURES_MATCH.in_language(language).format(matched=f"{agreed:,}", all=f"{figures:,}", reason=reason)
        say.print(told)


def _print_derived(say: Console, connection: duckdb.DuckDBPyConnection, years: list[int] | None, language: str) -> None:
    """What records give beside what was reported, where the home has records."""
    if not connection.execute("select 1 from duckdb_tables() where table_name = 'evidence_measure'").fetchall():
        return
    chosen = "($1 is null or assessment_year in (select unnest($1)))"
    [(units, values)] = connection.execute(
        f"select count(distinct unit_code), count(*) from marts.evidence_measure where state = 'observed' and {chosen}",
        [years],
    ).fetchall()
    rows = connection.execute(
        "select units.name_zh, units.name_en, measure_code, value, effective_value"
        " from marts.evidence_measure"
        " inner join marts.dim_unit as units using (series_code, assessment_year, unit_code)"
        f" where is_contradicted and {chosen} order by assessment_year desc, unit_code, measure_code",
        [years],
    ).fetchall()
    told = [
        CONTRADICTION.filled(
            unit=Wording(zh, en), measure=measure, derived=_shortly(derived), reported=_shortly(reported)
        ).in_language(language)
        for zh, en, measure, derived, reported in rows
    ]
    detail = _listed(told, language)
    counts = DERIVED.in_language(language).format(
        units=f"{units:,}", values=f"{values:,}", differing=f"{len(rows):,}", detail=detail
    )
    say.print(counts)


def _shortly(value: Decimal | None) -> str:
    """A value without idle zeros, with two decimals at most; a dash where nothing was reported."""
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _print_quarantine(say: Console, home: Home, language: str) -> None:
    from orchestration.landing.quarantine import rows_by_rule
    from orchestration.landing.store import Store

    counts: Counter[str] = Counter()
    for broken in rows_by_rule(Store(home.landing)):
        counts[broken.rule] += broken.row_count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    detail = _listed([f"{rule} {count:,}" for rule, count in ordered], language)
    say.print(QUARANTINED.in_language(language).format(count=f"{counts.total():,}", detail=detail))


def print_releases(say: Console, home: Home, language: str) -> None:
    """The releases in force, what readers see, and what waits for a decision."""
    from orchestration.release.catalogue import Catalogue

    catalogue = Catalogue(home.releases)
    in_force = ", ".join(map(str, catalogue.all_in_force()))
    if in_force:
        say.print(RELEASES.in_language(language).format(releases=in_force, current=catalogue.current()))
    if withdrawn := catalogue.withdrawn():
        say.print(WITHDRAWN.in_language(language).format(releases=", ".join(map(str, withdrawn))))
    for offered in catalogue.offers():
        difference, command = catalogue.offered_difference(offered), catalogue.waits(offered)
        say.print(styled(WAITS.in_language(language), offered, difference, command))


def _print_checks(say: Console, checks: CheckCount, language: str) -> None:
    told = CHECKS.in_language(language).format(
        passed=f"{checks.passed:,}", warned=f"{len(checks.warned):,}", failed=f"{len(checks.failed):,}"
    )
    say.print(told + _listed(checks.failed + checks.warned, language))


def _listed(names: list[str], language: str) -> str:
    """The first names in brackets, and how many more there are."""
    listed, more = ", ".join(names[:SHOWN_NAMES]), len(names) - SHOWN_NAMES
    if more > 0:
        listed = AND_MORE.in_language(language).format(names=listed, more=more)
    return f" ({listed})" if names else ""


def print_where_to_look(say: Console, home: Home) -> None:
    language = settings_of(home).language
    given = (
        ""
        if home.root in (folder_around(Path.cwd()), project_root() / "var")
        else f"--home {shlex.quote(str(home.root))} "
    )
    say.print()
    say.print(WHERE_TO_LOOK.in_language(language))
    for command, purpose in PLACES:
        say.print(styled("  zhengxin {}{}  [dim]{}[/]", given, command, purpose.in_language(language)))
    checks = ALL_CHECKS.in_language(language)
    say.print(styled("  {}  [dim]{}[/]", home.quality / "data_docs" / "index.html", checks))
