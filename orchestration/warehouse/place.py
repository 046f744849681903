"""Places by what people write: code, name in either language, part of it, pinyin, initials, former code or name.

`marts.place_lookup` says by which texts a place is found; a file without it is searched by code and name alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.errors import UsageError
from orchestration.wording import Wording, either, joined

SHOWN_CANDIDATES = 8
REGION, UNIT = "region", "unit"
PLACES, UNITS = Wording("地区或单位", "places"), Wording("单位", "units")
NO_PLACE = Wording(
    "{year} 年度没有地区或单位“{asked}”。", "There is no region or unit '{asked}' in the edition of {year}."
)
SEVERAL = Wording(
    "{year} 年度有 {count} 个{noun}叫“{asked}”;请写代码:{names}。",
    "'{asked}' names {count} {noun} of {year}; write a code: {names}.",
)
MORE = Wording("{names} 等共 {count} 个", "{names} and {more} more")

# The better a text fits, the lower its tier; the first tier that holds a place decides.
FITTING = """
    with asked as (select lower(replace(replace($asked, ' ', ''), '　', '')) as asked),

    texts as ({texts}),

    fitting as (
        select
            place_kind, place_code,
            min(case
                when lookup_text = asked and lookup_kind in ('code', 'name_zh', 'name_en') then 1
                when lookup_text = asked and starts_with(lookup_kind, 'former') then 2
                when lookup_text = asked then 3
                when starts_with(lookup_text, asked) and lookup_kind in ('name_zh', 'name_en', 'pinyin') then 4
                when contains(lookup_text, asked) and lookup_kind in ('name_zh', 'former_name_zh') then 5
            end) as tier
        from texts
        cross join asked
        where asked <> ''
        group by all
    )

    select place_kind, place_code
    from fitting
    where tier is not null
    qualify tier = min(tier) over ()
    order by place_kind, place_code
"""
LOOKUP = """
    select place_kind, place_code, lookup_kind, lower(replace(lookup_text, ' ', '')) as lookup_text
    from marts.place_lookup
    where assessment_year = $year and series_code = $series
"""
NAMES_ONLY = """
    select place_kind, place_code, lookup_kind, lower(replace(lookup_text, ' ', '')) as lookup_text
    from ({named})
    unpivot (lookup_text for lookup_kind in (code_text as 'code', name_zh as 'name_zh', name_en as 'name_en'))
"""
# The places of an edition by kind: code, names, and what they lie in.
NAMED = {
    UNIT: """
        select 'unit' as place_kind, unit_code as place_code, unit_code as code_text,
            cast(name_zh as varchar) as name_zh, cast(name_en as varchar) as name_en,
            concat_ws(' ', province_name_zh, prefecture_name_zh) as places_zh,
            concat_ws(', ', prefecture_name_en, province_name_en) as places_en
        from marts.dim_unit where assessment_year = $year and series_code = $series
    """,
    REGION: """
        select 'region' as place_kind, region.region_code as place_code, region.region_code as code_text,
            cast(region.name_zh as varchar) as name_zh, cast(region.name_en as varchar) as name_en,
            cast(above.name_zh as varchar) as places_zh, cast(above.name_en as varchar) as places_en
        from marts.dim_region as region
        left join marts.dim_region as above
            on region.series_code = above.series_code
            and region.assessment_year = above.assessment_year
            and region.parent_region_code = above.region_code
        where region.assessment_year = $year and region.series_code = $series
    """,
}


@dataclass(frozen=True)
class Place:
    """A region or unit of an edition; `within` names what it lies in."""

    kind: str
    code: str
    name: Wording
    within: Wording

    @property
    def named(self) -> Wording:
        """Code, what it lies in and name, as each language orders them."""
        return located(self.code, self.name, self.within)


def located(code: str, name: Wording, within: Wording) -> Wording:
    """`520123 贵州省 贵阳市 修文县`, `520123 Xiuwen (Guiyang, Guizhou)`."""
    around = f"({within.en})" if within.en else ""
    return Wording(" ".join(filter(None, (code, within.zh, name.zh))), " ".join(filter(None, (code, name.en, around))))


def find_places(
    connection: duckdb.DuckDBPyConnection, series: str, year: int, asked: str, kinds: Sequence[str] = (REGION, UNIT)
) -> list[Place]:
    """The places of an edition that fit best what was written, in the order of their codes."""
    tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    named = " union all ".join(NAMED[kind] for kind in kinds)
    texts = LOOKUP if ("place_lookup",) in tables else NAMES_ONLY.format(named=named)
    wanted = ", ".join(f"'{kind}'" for kind in kinds)
    statement = f"""
        select named.place_kind, named.place_code, named.name_zh, named.name_en, named.places_zh, named.places_en
        from ({FITTING.format(texts=f"select * from ({texts}) where place_kind in ({wanted})")}) as found
        inner join ({named}) as named using (place_kind, place_code)
        order by named.place_code
    """
    given = {"asked": asked, "year": year, "series": series}
    return [
        Place(kind, code, either(name_zh, name_en), either(within_zh, within_en))
        for kind, code, name_zh, name_en, within_zh, within_en in connection.execute(statement, given).fetchall()
    ]


def require_place(
    connection: duckdb.DuckDBPyConnection, series: str, year: int, asked: str, kinds: Sequence[str] = (REGION, UNIT)
) -> Place:
    """The one place that was meant; `UsageError` that lists the candidates where there are several, or none."""
    found = only_place(find_places(connection, series, year, asked, kinds), asked, year)
    if found is None:
        raise UsageError(NO_PLACE.filled(asked=asked, year=year))
    return found


def only_place(places: Sequence[Place], asked: str, year: int, noun: Wording = PLACES) -> Place | None:
    """The place that fits, if any does; `UsageError` that lists the candidates where there are several."""
    if len(places) > 1:
        raise several([place.named for place in places], asked, year, noun)
    return places[0] if places else None


def several(names: Sequence[Wording], asked: str, year: int, noun: Wording) -> UsageError:
    """What to say where a text names several places."""
    return UsageError(SEVERAL.filled(asked=asked, count=len(names), noun=noun, year=year, names=listed(names)))


def series_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The series that the file tells of; nothing is found by name in a file without one."""
    known = "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'release_info'"
    if not connection.execute(known).fetchall():
        return ""
    found = connection.execute("select min(series_code) from marts.release_info").fetchall()
    return found[0][0] or ""


def listed(names: Sequence[Wording]) -> Wording:
    """The first names, and how many there are if they are more."""
    shown = joined(names[:SHOWN_CANDIDATES])
    more = len(names) - SHOWN_CANDIDATES
    return MORE.filled(names=shown, count=len(names), more=more) if more > 0 else shown
