"""What a command speaks about: a warehouse or a release, an edition under one methodology, a unit, a node.

Whatever a person writes is looked up here, and what is not there is answered with what is near it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse.connection import reading
from orchestration.warehouse.place import UNIT, find_places, only_place
from orchestration.wording import Wording, and_more

UNITS = Wording("单位", "units")
SHOWN_CANDIDATES = 6
OF_THE_EDITION_BEFORE = Wording("上一年度的 {former}", "{former} of the edition before")
OF_THE_YEAR = Wording("{year} 年度的 {former}", "{former} of {year}")
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
                raise UsageError(
                    Wording(
                        f"发布 {release} 中没有 marts.{missing[0]},无法解释。",
                        f"The release {release} was made without marts.{missing[0]}: it cannot be explained.",
                    )
                )
            raise UsageError(
                Wording(
                    f"{path} 还没有 marts.{missing[0]}:尚未计分。zhengxin run 建立。",
                    f"{path} has no marts.{missing[0]} yet: nothing has been scored. zhengxin run builds it.",
                )
            )
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
        raise UsageError(Wording("尚未计分:zhengxin run。", "Nothing has been scored yet: zhengxin run."))
    years = sorted({row[1] for row in rows})
    wanted_year = years[-1] if year is None else year
    of_year = [row for row in rows if row[1] == wanted_year]
    if not of_year:
        raise UsageError(
            Wording(
                f"这里没有 {wanted_year} 年度。已有年度:{', '.join(map(str, years))}。",
                f"There is no edition {wanted_year} here. Editions: {', '.join(map(str, years))}.",
            )
        )
    chosen = [row for row in of_year if (row[6] if methodology is None else row[2] == methodology)]
    if not chosen:
        names = ", ".join(row[2] for row in of_year)
        raise UsageError(
            Wording(
                f"{wanted_year} 年度没有方法 '{methodology}'。已有方法:{names}。",
                f"The edition {wanted_year} has no methodology '{methodology}'. Methodologies: {names}.",
            )
        )
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
    for matches in (
        lambda row: row[0] == wanted,
        lambda row: wanted in (row[1], f"{row[3].replace(' ', '')}{row[1]}"),
        lambda row: (row[2] or "").casefold() == wanted.casefold(),
        lambda row: len(wanted) > 1 and (row[1] or "").startswith(wanted),
    ):
        found = [row for row in rows if matches(row)]
        found = [row for row in found if row[5]] or found
        if len(found) > 1:
            listing = _listed(found)
            raise UsageError(
                Wording(
                    f"'{wanted}' 在 {edition.year} 年度对应 {len(found)} 个单位,请写代码:{listing.zh}。",
                    f"'{wanted}' names {len(found)} units of {edition.year}; write a code: {listing.en}.",
                )
            )
        if found:
            return _assessed(found[0], edition)
    formers = _of_other_editions(connection, edition, wanted)
    followed = [row for row in rows if row[4] in formers]
    if len(followed) == 1:
        return _assessed(followed[0], edition, followed_from=formers[followed[0][4]])
    fitting = find_places(connection, edition.series_code, edition.year, wanted, (UNIT,))
    if place := only_place(fitting, wanted, edition.year, UNITS):
        return _assessed(next(row for row in rows if row[0] == place.code), edition)
    near = _nearest(rows, wanted)
    raise UsageError(
        Wording(
            f"{edition.year} 年度没有单位 '{wanted}'。{near.zh}",
            f"There is no unit '{wanted}' in the edition {edition.year}. {near.en}",
        )
    )


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


def _assessed(row: tuple, edition: Edition, followed_from: Wording | None = None) -> Unit:
    if not row[5]:
        reason = " / ".join(dict.fromkeys(filter(None, row[6:8])))
        raise UsageError(
            Wording(
                f"{row[0]} {row[1] or row[2]} 未纳入 {edition.year} 年度:{reason}。",
                f"{row[0]} {row[1] or row[2]} was left out of the edition {edition.year}: {reason}.",
            )
        )
    return Unit(*row[:3], Wording(row[3] or row[8], row[8] or row[3]), row[4], followed_from)


def _nearest(rows: Sequence[tuple], wanted: str) -> Wording:
    """Units whose code or name looks like what was written."""
    by_word: dict[str, list[tuple]] = {}
    for row in rows:
        for word in filter(None, (row[0], row[1], (row[2] or "").casefold())):
            by_word.setdefault(word, []).append(row)
    words = difflib.get_close_matches(wanted.casefold(), by_word, n=SHOWN_CANDIDATES, cutoff=0.6)
    contained = [row for row in rows if wanted and wanted in (row[1] or "")]
    near = list(dict.fromkeys([*contained, *(row for word in words for row in by_word[word])]))
    if near:
        listing = _listed(near)
        return Wording(f"是否为 {listing.zh}?", f"Did you mean {listing.en}?")
    command = 'zhengxin query "select * from marts.dim_unit"'
    return Wording(f"{command} 列出全部。", f"{command} lists all.")


def _listed(rows: Sequence[tuple]) -> Wording:
    names = ", ".join(" ".join(filter(None, (row[0], row[3], row[1] or row[2]))) for row in rows[:SHOWN_CANDIDATES])
    return and_more(names, len(rows) - SHOWN_CANDIDATES)


def require_node(codes: Sequence[str], named: str, edition: Edition) -> str:
    """The node's code as the tree writes it; `UsageError` with near ones if the methodology has none of that name."""
    written = {code.casefold(): code for code in codes}
    if named.casefold() in written:
        return written[named.casefold()]
    near = difflib.get_close_matches(named.casefold(), written, n=SHOWN_CANDIDATES, cutoff=0.5)
    hint = Wording(f"已有节点:{', '.join(codes)}。", f"Nodes: {', '.join(codes)}.")
    if near:
        meant = ", ".join(written[code] for code in near)
        hint = Wording(f"是否为 {meant}?", f"Did you mean {meant}?")
    raise UsageError(
        Wording(
            f"方法 {edition.methodology_code} 没有节点 '{named}'。{hint.zh}",
            f"The methodology {edition.methodology_code} has no node '{named}'. {hint.en}",
        )
    )


def records(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence) -> list[dict[str, Any]]:
    """The rows of a query, each by column name."""
    answer = connection.execute(query, parameters)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
