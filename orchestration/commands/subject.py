"""What a command speaks about: a warehouse or a release, an edition under one methodology, a unit, a node.

Whatever a person writes is looked up here, and what is not there is answered with what is near it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.connection import reading
from orchestration.warehouse.place import UNIT, UNITS, find_places, listed, located, only_place, several
from orchestration.wording import Wording, either, joined

SHOWN_CANDIDATES = 6
OF_THE_EDITION_BEFORE = Wording("上一年度的 {former}", "{former} of the edition before")
OF_THE_YEAR = Wording("{year} 年度的 {former}", "{former} of {year}")
RELEASE_WITHOUT = Wording(
    "发布版本 {release} 没有 marts.{table},不能解释。",
    "The release {release} was made without marts.{table}: it cannot be explained.",
)
NOT_SCORED = Wording(
    "{path} 还没有 marts.{table}:尚未计分。请先运行 zhengxin run。",
    "{path} has no marts.{table} yet: nothing has been scored. zhengxin run builds it.",
)
NOTHING_SCORED = Wording("尚未计分:zhengxin run。", "Nothing has been scored yet: zhengxin run.")
NO_EDITION = Wording("这里没有 {year} 年度。现有年度:{years}。", "There is no edition {year} here. Editions: {years}.")
NO_METHODOLOGY = Wording(
    "{year} 年度没有方法“{methodology}”。现有方法:{names}。",
    "The edition {year} has no methodology '{methodology}'. Methodologies: {names}.",
)
NO_UNIT = Wording("{year} 年度没有单位“{unit}”。{near}", "There is no unit '{unit}' in the edition {year}. {near}")
LEFT_OUT = Wording("{unit} 未纳入 {year} 年度:{reason}。", "{unit} was left out of the edition {year}: {reason}.")
NEAR = Wording("您要找的是不是 {names}?", "Did you mean {names}?")
ALL_UNITS = Wording(
    '列出全部单位:zhengxin query "select * from marts.dim_unit"。',
    'zhengxin query "select * from marts.dim_unit" lists all.',
)
NO_NODE = Wording(
    "方法 {methodology} 没有节点“{node}”。{near}", "The methodology {methodology} has no node '{node}'. {near}"
)
ALL_NODES = Wording("现有节点:{names}。", "Nodes: {names}.")
NEEDED_TABLES = ("release_info", "dim_methodology", "dim_unit", "unit_ranking", "score_contribution", "score_trace")


@dataclass(frozen=True)
class Edition:
    """One edition under one methodology; `digits` are the decimals that its series publishes."""

    series_code: str
    year: int
    methodology_code: str
    methodology_version: str
    data_kind: str
    digits: int


@dataclass(frozen=True)
class Unit:
    """One unit of an edition; `places` names what it lies in, the largest first. `followed_from` says under which code
    and year it was found where it was named by one that it has in another edition."""

    unit_code: str
    name_zh: str
    name_en: str
    places: Wording
    lineage_code: str
    followed_from: Wording | None = None


@contextmanager
def explaining(release: str | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the home's warehouse, or to the internal file of a release such as 2019-r1."""
    home = Home.from_environment()
    path = home.warehouse
    if release is not None:
        from orchestration.release.catalogue import INTERNAL, Catalogue, ReleaseId

        catalogue = Catalogue(home.releases)
        path = catalogue.database(catalogue.require(ReleaseId.parse(release)), INTERNAL)
    with reading(path) as connection:
        there = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts'"
            ).fetchall()
        }
        if missing := [name for name in NEEDED_TABLES if name not in there]:
            if release is not None:
                raise UsageError(RELEASE_WITHOUT.filled(release=release, table=missing[0]))
            raise UsageError(NOT_SCORED.filled(path=path, table=missing[0]))
        yield connection


def find_edition(connection: duckdb.DuckDBPyConnection, year: int | None, methodology: str | None) -> Edition:
    """The edition of `year` (None: the latest) under `methodology` (None: its primary one)."""
    rows = connection.execute(
        """
        select info.series_code, info.assessment_year, info.methodology_code, info.methodology_version, info.data_kind,
            methodology.publication_digits, info.is_primary_methodology
        from marts.release_info as info
        inner join marts.dim_methodology as methodology
            on info.methodology_code = methodology.methodology_code
        order by info.assessment_year, not info.is_primary_methodology, info.methodology_code
        """
    ).fetchall()
    if not rows:
        raise UsageError(NOTHING_SCORED)
    years = sorted({row[1] for row in rows})
    wanted_year = years[-1] if year is None else year
    of_year = [row for row in rows if row[1] == wanted_year]
    if not of_year:
        raise UsageError(NO_EDITION.filled(year=wanted_year, years=joined(map(str, years))))
    chosen = [row for row in of_year if (row[6] if methodology is None else row[2] == methodology)]
    if not chosen:
        names = joined(row[2] for row in of_year)
        raise UsageError(NO_METHODOLOGY.filled(year=wanted_year, methodology=methodology, names=names))
    return Edition(*chosen[0][:6])


def find_unit(connection: duckdb.DuckDBPyConnection, edition: Edition, named: str) -> Unit:
    """The assessed unit of that code, name, part of a name, pinyin or former name; `UsageError` with near ones if there
    is none.

    A code or name that the unit has in another edition is followed, where its line goes on one to one.
    """
    rows = connection.execute(
        """
        select unit_code, name_zh, name_en,
            concat_ws(' ', province_name_zh, prefecture_name_zh) as places_zh, lineage_code, is_included,
            exclusion_reason_zh, exclusion_reason_en, concat_ws(', ', prefecture_name_en, province_name_en) as places_en
        from marts.dim_unit
        where series_code = $1 and assessment_year = $2
        order by unit_code
        """,
        [edition.series_code, edition.year],
    ).fetchall()
    wanted = named.strip()
    ways: tuple[Callable[[tuple[Any, ...]], bool], ...] = (
        lambda row: row[0] == wanted,
        lambda row: wanted in (row[1], f"{row[3].replace(' ', '')}{row[1]}"),
        lambda row: (row[2] or "").casefold() == wanted.casefold(),
        lambda row: len(wanted) > 1 and (row[1] or "").startswith(wanted),
    )
    for matches in ways:
        found = [row for row in rows if matches(row)]
        found = [row for row in found if row[5]] or found
        if len(found) > 1:
            raise several([_named(row) for row in found], wanted, edition.year, UNITS)
        if found:
            return _assessed(found[0], edition)
    formers = _of_other_editions(connection, edition, wanted)
    followed = [row for row in rows if row[4] in formers]
    if len(followed) == 1:
        return _assessed(followed[0], edition, followed_from=formers[followed[0][4]])
    fitting = find_places(connection, edition.series_code, edition.year, wanted, (UNIT,))
    if place := only_place(fitting, wanted, edition.year, UNITS):
        return _assessed(next(row for row in rows if row[0] == place.code), edition)
    raise UsageError(NO_UNIT.filled(unit=wanted, year=edition.year, near=_nearest(rows, wanted)))


def _of_other_editions(connection: duckdb.DuckDBPyConnection, edition: Edition, wanted: str) -> dict[str, Wording]:
    """By lineage, what of that code or name other editions have; the nearest year of each.

    A release has its own edition only, which knows each unit's code in the one before.
    """
    found = connection.execute(
        """
        select lineage_code, former, former_year
        from (
            select lineage_code, $3 as former, cast(null as integer) as former_year, 1000 as distance
            from marts.dim_unit
            where series_code = $1 and assessment_year = $2 and previous_unit_code = $3
            union all
            select lineage_code, concat_ws(' ', unit_code, coalesce(name_zh, name_en)), assessment_year,
                abs(assessment_year - $2)
            from marts.dim_unit
            where series_code = $1 and assessment_year <> $2
                and ($3 in (unit_code, name_zh) or lower(name_en) = lower($3))
        )
        order by distance desc
        """,
        [edition.series_code, edition.year, wanted],
    ).fetchall()
    return {
        lineage: OF_THE_EDITION_BEFORE.filled(former=former)
        if year is None
        else OF_THE_YEAR.filled(former=former, year=year)
        for lineage, former, year in found
    }


def _assessed(row: tuple[Any, ...], edition: Edition, followed_from: Wording | None = None) -> Unit:
    if not row[5]:
        raise UsageError(LEFT_OUT.filled(unit=_named(row), year=edition.year, reason=either(*row[6:8])))
    code, name_zh, name_en = row[:3]
    return Unit(code, name_zh, name_en, either(row[3], row[8]), row[4], followed_from)


def _nearest(rows: Sequence[tuple[Any, ...]], wanted: str) -> Wording:
    """Units whose code or name looks like what was written."""
    by_word: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        for word in filter(None, (row[0], row[1], (row[2] or "").casefold())):
            by_word.setdefault(word, []).append(row)
    words = difflib.get_close_matches(wanted.casefold(), by_word, n=SHOWN_CANDIDATES, cutoff=0.6)
    contained = [row for row in rows if wanted and wanted in (row[1] or "")]
    near = list(dict.fromkeys([*contained, *(row for word in words for row in by_word[word])]))
    return NEAR.filled(names=listed([_named(row) for row in near])) if near else ALL_UNITS


def _named(row: tuple[Any, ...]) -> Wording:
    """Code, name and whereabouts of a row of `find_unit`."""
    code, name_zh, name_en, places_zh, *_, places_en = row
    return located(code, either(name_zh, name_en), either(places_zh, places_en))


def require_node(codes: Sequence[str], named: str, edition: Edition) -> str:
    """The node's code as the tree writes it; `UsageError` with near ones if the methodology has none of that name."""
    written = {code.casefold(): code for code in codes}
    if named.casefold() in written:
        return written[named.casefold()]
    near = difflib.get_close_matches(named.casefold(), written, n=SHOWN_CANDIDATES, cutoff=0.5)
    hint = NEAR.filled(names=joined(written[code] for code in near)) if near else ALL_NODES.filled(names=joined(codes))
    raise UsageError(NO_NODE.filled(methodology=edition.methodology_code, node=named, near=hint))


def records(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows of a query, each by column name."""
    answer = connection.execute(query, parameters)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
