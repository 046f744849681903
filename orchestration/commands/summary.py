"""What a run tells at its end: editions, means, top and bottom, quarantine, checks, and where to look."""

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
from orchestration.home import Home, folder_around, project_root
from orchestration.warehouse.connection import reading

if TYPE_CHECKING:
    from orchestration.pipeline.execution import CheckCount

SHOWN_UNITS = 3
NAME, ENGLISH_NAME = 2, 3
SHOWN_NAMES = 6
DATA_KINDS = {
    "synthetic": styled("[bold yellow]SYNTHETIC DATA[/] 合成数据: drawn at random, not observed."),
    "partly_synthetic": styled("[bold yellow]PARTLY SYNTHETIC DATA[/] 含合成数据: some rows are drawn at random."),
    "real": Text("Real data."),
}

EDITIONS = """
    select
        info.assessment_year, info.methodology_code, info.methodology_version,
        info.unit_count, info.scored_unit_count, info.ranked_unit_count,
        root.published_mean_of_units, root.published_mean_of_subregions,
        info.data_kind, series.publication_digits
    from marts.release_info as info
    inner join seed.series as series
        on info.series_code = series.series_code
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
        scores.rank_national, scores.unit_code, scores.unit_name_zh, scores.unit_name_en, scores.province_name_zh,
        scores.published_score, series.publication_digits, scores.grade
    from marts.fct_unit_score as scores
    inner join marts.release_info as info
        on scores.series_code = info.series_code
        and scores.assessment_year = info.assessment_year
        and scores.methodology_code = info.methodology_code
        and info.is_primary_methodology
    inner join seed.series as series
        on scores.series_code = series.series_code
    where scores.assessment_year = $1 and scores.is_ranked
    order by scores.rank_national {direction}, scores.unit_code {direction}
    limit {limit}
"""


def print_summary(say: Console, home: Home, years: list[int] | None, checks: CheckCount) -> None:
    """Summarise the warehouse as it is after a run of `years` (None: all)."""
    with reading(home.warehouse) as connection:
        editions = connection.execute(EDITIONS, [years]).fetchall()
        say.print()
        for kind in dict.fromkeys(row[8] for row in editions):
            say.print(DATA_KINDS[kind])
        columns = ["edition", "methodology", "version", "units", "scored", "ranked", "mean of units", "of regions"]
        rows = [(*row[:6], _published(row[6], row[9]), _published(row[7], row[9])) for row in editions]
        say.print(table(columns, rows))
        _print_units(say, connection, max(row[0] for row in editions))
        _print_published(say, connection, years)
    _print_quarantine(say, home)
    print_releases(say, home)
    _print_checks(say, checks)
    print_where_to_look(say, home)


def _print_units(say: Console, connection: duckdb.DuckDBPyConnection, year: int) -> None:
    top = connection.execute(RANKED_UNITS.format(direction="asc", limit=SHOWN_UNITS), [year]).fetchall()
    bottom = connection.execute(RANKED_UNITS.format(direction="desc", limit=SHOWN_UNITS), [year]).fetchall()
    chosen = top + [row for row in reversed(bottom) if row not in top]
    rows = [(*row[:5], _published(row[5], row[6]), row[7]) for row in chosen]
    say.print()
    if rows:
        columns = ["rank", "unit", "name", "name (English)", "province", "score", "grade"]
        # Not every series has provinces or grades, and one language is enough for names.
        filled = [place for place in range(len(columns)) if any(row[place] is not None for row in rows)]
        if all(row[NAME] == row[ENGLISH_NAME] for row in rows):
            filled.remove(ENGLISH_NAME)
        shown = [[row[place] for place in filled] for row in rows]
        say.print(table([columns[place] for place in filled], shown, title=f"Top and bottom of {year}"))
    else:
        say.print(f"No unit of {year} is ranked: too little has been collected of each.")


def _published(score: Decimal | None, digits: int) -> Decimal | None:
    """A published score, which is rounded already, with as many digits as its series publishes."""
    return None if score is None else score.quantize(Decimal(1).scaleb(-digits))


def _print_published(say: Console, connection: duckdb.DuckDBPyConnection, years: list[int] | None) -> None:
    chosen = "where ($1 is null or assessment_year in (select unnest($1)))"
    compared, matched = connection.execute(
        f"select count(*), count(*) filter (is_match) from marts.published_unit_reconciliation {chosen}", [years]
    ).fetchone()
    figures, agreed = connection.execute(
        "select count(*), count(*) filter (outcome = 'match') from marts.published_reconciliation "
        f"{chosen} and outcome <> 'not_compared'",
        [years],
    ).fetchone()
    say.print()
    if compared:
        say.print(f"Published unit scores: {matched:,} of {compared:,} match exactly.")
    if figures:
        is_real = connection.execute("select bool_and(data_kind = 'real') from marts.release_info").fetchone()[0]
        reason = "" if is_real else " (the synthetic inputs were calibrated to these figures)"
        say.print(f"Published figures: {agreed:,} of {figures:,} match{reason}.")


def _print_quarantine(say: Console, home: Home) -> None:
    from orchestration.landing import Store
    from orchestration.landing.quarantine import rows_by_rule

    counts: Counter[str] = Counter()
    for broken in rows_by_rule(Store(home.landing)):
        counts[broken.rule] += broken.row_count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    detail = _listed([f"{rule} {count:,}" for rule, count in ordered])
    say.print(f"Rows in quarantine: {counts.total():,}{detail}")


def print_releases(say: Console, home: Home) -> None:
    """The releases in force, what readers see, and what waits for a decision."""
    from orchestration.release.catalogue import Catalogue

    catalogue = Catalogue(home.releases)
    in_force = catalogue.all_in_force()
    if in_force:
        say.print(f"Releases: {', '.join(map(str, in_force))}; readers open {catalogue.current()}")
    if withdrawn := catalogue.withdrawn():
        say.print(f"Withdrawn: {', '.join(map(str, withdrawn))}")
    for offered in catalogue.offers():
        difference, command = catalogue.offer(offered) / "diff.md", catalogue.waits(offered)
        say.print(styled("[yellow]{} waits for a decision[/]: read {}, then {}", offered, difference, command))


def _print_checks(say: Console, checks: CheckCount) -> None:
    say.print(
        f"Checks: {checks.passed:,} passed, {len(checks.warned):,} warned, {len(checks.failed):,} failed"
        + _listed(checks.failed + checks.warned)
    )


def _listed(names: list[str]) -> str:
    """The first names in brackets, and how many more there are."""
    more = len(names) - SHOWN_NAMES
    return f" ({', '.join(names[:SHOWN_NAMES])}{f' and {more} more' if more > 0 else ''})" if names else ""


def print_where_to_look(say: Console, home: Home) -> None:
    given = (
        ""
        if home.root in (folder_around(Path.cwd()), project_root() / "var")
        else f"--home {shlex.quote(str(home.root))} "
    )
    say.print("\nWhere to look:")
    for command, purpose in (
        ("status", "what is in this home"),
        ('query "select * from marts.unit_ranking limit 10"', "the scores in SQL"),
        ("ui", "runs, checks and tables in Dagster's UI"),
    ):
        say.print(styled("  zhengxin {}{}  [dim]{}[/]", given, command, purpose))
    say.print(styled("  {}  [dim]all quality checks[/]", home.quality / "data_docs" / "index.html"))
