"""What the checks at the door know from the seeds: editions, frames, measures, topics, succession, officers.

`read_reference` reads only the columns that the checks use; `Reference.digest_of` a source changes when one of these
changes and with nothing else, so a corrected translation in a seed, or a new officer, does not land every file anew.
`Reference.fill` puts it into a database as tables of the schema `reference`, which the look-ups of the contracts join.
What a code of another year is in an edition takes a walk through the division history: `Reference.stand` makes it for
the codes that come up, and `add_standings` keeps the answers in `reference.standing`.
"""

from __future__ import annotations

import csv
import datetime
import difflib
import hashlib
import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from itertools import islice, takewhile
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.errors import UsageError
from orchestration.file_digest import content_digest
from orchestration.landing.contracts.definition import NOTHING
from orchestration.landing.succession import Succession
from orchestration.wording import Wording

# The columns that the checks of all sources read, per seed file.
SEED_COLUMNS = {
    "methodology/edition.csv": ("series_code", "assessment_year", "frame_date"),
    "methodology/measure.csv": (
        "measure_code",
        "series_code",
        "value_kind",
        "lower_bound",
        "upper_bound",
        "is_whole_number",
        "funnel_earlier_measure_code",
    ),
    "methodology/methodology.csv": ("series_code", "tree_code"),
    "methodology/event_topic.csv": ("tree_code", "topic", "polarity"),
    "methodology/event_factor.csv": ("factor_kind", "factor_level"),
    "geography/assessment_frame.csv": ("series_code", "assessment_year", "unit_code", "name_zh", "is_included"),
    "geography/division_history.csv": ("code", "name_zh", "first_year", "last_year"),
    "geography/division_change.csv": ("year", "from_code", "to_code", "link_kind"),
}
# Columns that seeds of other countries may lack; they are blank then.
OPTIONAL_COLUMNS = {
    "methodology/measure.csv": ("name_zh", "name_en"),
    "geography/assessment_frame.csv": ("name_en",),
    "geography/division_history.csv": (
        "level",
        "prefecture_name",
        "province_name",
        "valid_from",
        "valid_from_precision",
    ),
}
# Of these only messages speak.
ONLY_IN_MESSAGES = ("level",)
# What only the checks of decisions read.
OFFICE_COLUMNS = {
    "decisions/decision_authority.csv": ("role_code", "decision_kind"),
    "decisions/decision_officer.csv": ("officer_code", "role_code", "unit_code", "valid_from", "valid_to"),
}
# What only the checks of attributes read. A project without attributes needs no such seed.
ATTRIBUTE_SEED = "attributes/attribute.csv"
ATTRIBUTE_COLUMNS = ("attribute_code", "value_kind", "lower_bound", "upper_bound")
POLARITY_OF_FACTOR = {"base_negative": "negative", "base_positive": "positive"}


class SeedError(UsageError):
    """A seed that the checks need is missing or cannot be read."""


@dataclass(frozen=True)
class Measure:
    """One measure: its series, bounds (None: unbounded), and its earlier stage where it is part of a funnel."""

    code: str
    series: str
    lower_bound: Decimal | None
    upper_bound: Decimal | None
    is_whole_number: bool
    is_from_events: bool
    is_percentage: bool
    earlier_stage: str | None
    name: str


@dataclass(frozen=True)
class Term:
    """One officer's term in a role: `unit_code` is the unit that the officer belongs to, None for none; `until` is
    exclusive, None while it lasts."""

    role: str
    unit_code: str | None
    since: datetime.date
    until: datetime.date | None


@dataclass(frozen=True)
class UnitStanding:
    """What a received unit code is in an edition.

    `standing`: in_edition, left_out (in the frame, not assessed), too_short, unknown, not_in_edition, split, merged.
    `unit_code` is the code in the edition's frame (after succession), None where there is none; `whole` is the unit
    into which a merged code went; `candidates` is a text for the message, such as "520302 红花岗区", `hint` what the
    code seems to be.
    """

    standing: str
    unit_code: str | None = None
    candidates: str = ""
    hint: Wording = NOTHING
    whole: str | None = None


@dataclass(frozen=True)
class Division:
    """One version of a division of the history; `since` is its first day, None where that is not known."""

    code: str
    name: str
    level: str
    first_year: int
    last_year: int
    prefecture: str
    province: str
    since: datetime.date | None


@dataclass(frozen=True)
class Reference:
    """The seeds as the checks use them. Keys: series_code, assessment year, unit_code."""

    digest: str
    office_digest: str
    frame_years: dict[tuple[str, int], int]
    frames: dict[tuple[str, int], dict[str, bool]]
    frame_names: dict[tuple[str, int, str], str]
    divisions: list[Division]
    measures: dict[str, Measure]
    topics: dict[str, tuple[str, str]]
    severities: dict[str, str]
    succession: Succession
    authorities: frozenset[tuple[str, str]]
    officers: dict[str, list[Term]]
    attribute_digest: str
    attributes: list[dict[str, str]]

    def digest_of(self, source: str) -> str:
        """SHA-256 over all that the checks of a source read."""
        digests = {"decision": self.office_digest, "unit_attribute": self.attribute_digest}
        return digests.get(source, self.digest)

    @cached_property
    def names(self) -> dict[str, str]:
        """A name of each code: of the latest frame that has it, else of the division history."""
        names = {division.code: division.name for division in self.divisions}
        return names | {code: name for (_, _, code), name in sorted(self.frame_names.items())}

    @cached_property
    def _units_in_order(self) -> dict[tuple[str, int], list[str]]:
        return {key: sorted(frame) for key, frame in self.frames.items()}

    @cached_property
    def levels(self) -> dict[str, str]:
        return {division.code: division.level for division in self.divisions}

    @cached_property
    def first_days(self) -> dict[str, datetime.date]:
        """The first day of each code that came up while the history was kept."""
        days: dict[str, list[datetime.date | None]] = defaultdict(list)
        for division in self.divisions:
            days[division.code].append(division.since)
        return {code: min(filter(None, since)) for code, since in days.items() if None not in since}

    @cached_property
    def known_codes(self) -> dict[str, set[str]]:
        """Codes by series that are in the frame of some edition."""
        known: dict[str, set[str]] = defaultdict(set)
        for (series, _), frame in self.frames.items():
            known[series].update(frame)
        return known

    @cached_property
    def units_in_words(self) -> list[str]:
        """Each unit of each frame as one text: series, year and code."""
        return [f"{series} {year} {code}" for (series, year), frame in self.frames.items() for code in frame]

    @cached_property
    def event_series(self) -> list[str]:
        return sorted({series for series, _ in self.topics.values()})

    @cached_property
    def officer_units(self) -> list[str]:
        """Codes of the units that officers belong to or did."""
        return sorted({term.unit_code for terms in self.officers.values() for term in terms if term.unit_code})

    def years(self, series: str) -> list[int]:
        """The editions of a series."""
        return sorted(year for other, year in self.frame_years if other == series)

    def stand(self, series: str, unit_code: str, year: int) -> UnitStanding:
        """What `unit_code` is in the edition of `series` and `year`, which must exist."""
        frame = self.frames.get((series, year), {})
        if unit_code in frame:
            return UnitStanding("in_edition" if frame[unit_code] else "left_out", unit_code)
        known = self.known_codes[series]
        # An unknown series of divisions has no business with the history of another one.
        in_history = self.succession.knows(unit_code) and self._uses_history(series)
        if unit_code not in known and not in_history:
            return self._too_short(unit_code, known) or UnitStanding(
                "unknown", hint=self._hint_of_unknown(series, unit_code, year)
            )
        counterpart = self.succession.counterpart(unit_code, self.frame_years[series, year])
        candidates = [code for code in counterpart.codes if code in frame]
        text = self._listed(candidates)
        if not candidates:
            return UnitStanding("not_in_edition", hint=self._hint_of_level(series, unit_code, year))
        if len(counterpart.codes) > 1:
            return UnitStanding("split", None, text)
        if counterpart.kind == "merged":
            return UnitStanding("merged", None, text, whole=candidates[0])
        unit = candidates[0]
        return UnitStanding("in_edition" if frame[unit] else "left_out", unit)

    def _uses_history(self, series: str) -> bool:
        return any(self.succession.knows(code) for code in self.known_codes[series])

    def _listed(self, codes: Iterable[str]) -> str:
        return ", ".join(f"{code} {self.names.get(code, '')}".strip() for code in codes)

    @staticmethod
    def _too_short(unit_code: str, known: set[str]) -> UnitStanding | None:
        lengths = {len(code) for code in known if code.isdigit()}
        for length in sorted(lengths):
            padded = unit_code.zfill(length)
            if len(unit_code) < length and padded in known:
                hint = Wording(f"(丢失了前导零,可能是 {padded})", f" (a leading zero is lost: it may be {padded})")
                return UnitStanding("too_short", hint=hint)
        if unit_code.isascii() and unit_code.isdigit() and len(unit_code) + 1 in lengths:
            digits = len(unit_code) + 1
            return UnitStanding("too_short", hint=Wording(f"(代码应为 {digits} 位)", f" (a code has {digits})"))
        return None

    def _hint_of_unknown(self, series: str, text: str, year: int) -> Wording:
        """What a text that is no unit code seems to be: a name of units, or a zone of the statistical office."""
        name = re.sub(r"\s", "", text)
        named = [code for code in self.frames.get((series, year), {}) if self.frame_names[series, year, code] == name]
        if named:
            codes = ", ".join(named)
            return Wording(f"({name} 的代码是 {codes})", f" (the code of {name} is {codes})")
        if (long := STATISTICAL_CODE.fullmatch(text)) and long[1] in self.known_codes[series]:
            unit = self._listed([long[1]])
            return Wording(
                f"(这是 {len(text)} 位的统计用区划代码,其县级部分是 {unit})",
                f" (this is a code of the statistical office of {len(text)} digits; its county is {unit})",
            )
        if ZONE.fullmatch(text) and self._uses_history(series):
            around = self.names.get(f"{text[:4]}00", text[:4] + "00")
            return Wording(
                f"(这是统计用的开发区、管理区代码,不是行政区划;属 {around},请用所在县级单位的代码)",
                f" (this is the code of a statistical zone, not of a division; it lies in {around}: use the code of the"
                " county around it)",
            )
        return NOTHING

    def _hint_of_level(self, series: str, unit_code: str, year: int) -> Wording:
        """That a code is one of a prefecture or province, with its units in the edition."""
        level = self.levels.get(unit_code)
        if level not in LEVEL_NAMES:
            return NOTHING
        beginning = unit_code.rstrip("0") if level == "province" else unit_code[:4]
        in_order = self._units_in_order.get((series, year), [])
        # Those with one beginning stand together.
        first = bisect_left(in_order, beginning)
        units = list(takewhile(lambda code: code.startswith(beginning), islice(in_order, first, None)))
        shown = self._listed(units[:MOST_LISTED])
        more = len(units) - MOST_LISTED
        name, level_name = self.names.get(unit_code, ""), LEVEL_NAMES[level]
        rest = Wording(f"等 {len(units)} 个", f" and {more} more") if more > 0 else NOTHING
        return Wording(
            f"(这是{level_name.zh} {name} 的代码;其单位有 {shown}{rest.zh})",
            f" (this is the {level_name.en} {name}; its units are {shown}{rest.en})",
        )

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the tables of schema `reference` in a database that has none yet."""
        connection.execute("create schema reference")
        for name, table in self._tables.items():
            connection.register("seed_rows", table)
            connection.execute(f"create table reference.{name} as select * from seed_rows")
            connection.unregister("seed_rows")
        connection.execute(DERIVED_TABLES)

    def fill_names(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Fill the table of the names that each unit of a frame may have."""
        connection.execute(NAMES)

    def fill_codes_of_names(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Fill the table of the units of each name; it takes longer than all others together."""
        connection.execute(CODES_OF_NAMES)

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        text, number = pa.string(), pa.int32()
        decimal = pa.decimal128(20, 9)

        def table(rows: Iterable[tuple[Any, ...]], **columns: pa.DataType) -> pa.Table:
            cells = list(zip(*rows, strict=True)) or [()] * len(columns)
            arrays = [pa.array(column, kind) for column, kind in zip(cells, columns.values(), strict=True)]
            return pa.Table.from_arrays(arrays, names=list(columns))

        series = sorted({series for series, _ in self.frame_years})
        earlier_stages = {item.earlier_stage for item in self.measures.values()}
        return {
            "edition": table(
                ((*key, year) for key, year in self.frame_years.items()),
                series_code=text,
                assessment_year=number,
                frame_year=number,
            ),
            "series": table(
                ((code, years[-1], *_span(years)) for code in series if (years := self.years(code))),
                series_code=text,
                latest_year=number,
                years_zh=text,
                years=text,
            ),
            "attribute": table(
                (
                    (
                        row["attribute_code"],
                        row["value_kind"] == "count",
                        Decimal(row["lower_bound"]) if row["lower_bound"] else None,
                        Decimal(row["upper_bound"]) if row["upper_bound"] else None,
                    )
                    for row in self.attributes
                ),
                attribute_code=text,
                is_count=pa.bool_(),
                lower_bound=decimal,
                upper_bound=decimal,
            ),
            "event_series": table(((code,) for code in self.event_series), series_code=text),
            "frame": table(
                (
                    (*key, code, self.frame_names[*key, code], is_included)
                    for key, frame in self.frames.items()
                    for code, is_included in frame.items()
                ),
                series_code=text,
                assessment_year=number,
                unit_code=text,
                name_zh=text,
                is_included=pa.bool_(),
            ),
            "division": table(
                (
                    (item.code, item.first_year, item.last_year, item.prefecture, item.province, item.since)
                    for item in self.divisions
                ),
                unit_code=text,
                first_year=number,
                last_year=number,
                prefecture_name=text,
                province_name=text,
                since=pa.date32(),
            ),
            "measure": table(
                (
                    (
                        item.code,
                        item.series,
                        item.is_percentage,
                        item.is_whole_number,
                        item.is_from_events,
                        item.lower_bound,
                        item.upper_bound,
                        item.earlier_stage,
                        item.code in earlier_stages,
                    )
                    for item in self.measures.values()
                ),
                measure_code=text,
                series_code=text,
                is_percentage=pa.bool_(),
                is_whole_number=pa.bool_(),
                is_from_events=pa.bool_(),
                lower_bound=decimal,
                upper_bound=decimal,
                earlier_stage=text,
                is_earlier_stage=pa.bool_(),
            ),
            "near_measure": table((), measure_code=text, hint_zh=text, hint_en=text),
            "topic": table(
                ((topic, *known) for topic, known in self.topics.items()), topic=text, series_code=text, polarity=text
            ),
            "severity": table(self.severities.items(), severity=text, polarity=text),
            "authority": table(sorted(self.authorities), role_code=text, decision_kind=text),
            "term": table(
                (
                    (officer, term.role, term.unit_code, term.since, term.until)
                    for officer, terms in self.officers.items()
                    for term in terms
                ),
                officer_code=text,
                role_code=text,
                unit_code=text,
                valid_from=pa.date32(),
                valid_to=pa.date32(),
            ),
        }

    def add_near_measures(self, connection: duckdb.DuckDBPyConnection, codes: Iterable[str]) -> None:
        """Keep in `reference.near_measure` what some unknown measure codes may mean: the code of that name, or the
        nearest code."""
        names = {item.name: code for code, item in self.measures.items() if item.name}
        rows = []
        for code in codes:
            near = [names[code]] if code in names else difflib.get_close_matches(code, self.measures, n=1)
            if near:
                rows.append((code, f"(最接近的是 {near[0]})", f" (nearest: {near[0]})"))
        if rows:
            connection.executemany("insert into reference.near_measure values (?, ?, ?)", rows)

    def add_standings(self, connection: duckdb.DuckDBPyConnection, keys: Iterable[tuple[str, int, str]]) -> None:
        """Keep in `reference.standing` what codes are in editions that exist; keys: series, year, received code."""
        rows = []
        for series, year, code in keys:
            found = self.stand(series, code, year)
            frame = self.frames.get((series, year), {})
            hint = found.hint
            rows.append(
                (
                    *(series, year, code, found.standing, found.unit_code, found.whole, frame.get(found.whole or "")),
                    *(found.candidates, hint.zh, hint.en, self.first_days.get(code)),
                )
            )
        if rows:
            connection.executemany(f"insert into reference.standing values ({', '.join('?' * 11)})", rows)


# The codes 71 to 79 of a prefecture are those of development zones, which statistical lists count as counties.
ZONE = re.compile(r"[1-6][0-9]{3}7[1-9]", re.ASCII)
# Of the statistical office: a division of the census, a township or a village below it.
STATISTICAL_CODE = re.compile(r"([1-6][0-9]{5})([0-9]{3}|[0-9]{6})", re.ASCII)
LEVEL_NAMES = {"prefecture": Wording("市州", "prefecture"), "province": Wording("省级地区", "province")}
MOST_LISTED = 20

DERIVED_TABLES = """
create table reference.standing (
    series_code varchar, assessment_year integer, received_code varchar, standing varchar, unit_code varchar,
    whole_unit_code varchar, whole_is_included boolean, candidates varchar, hint_zh varchar, hint_en varchar,
    first_day date
);

create table reference.event_series_of_unit as
select unit_code, min(series_code) as series_code
from reference.frame
where series_code in (select series_code from reference.event_series)
group by unit_code;

create table reference.unit_names (
    series_code varchar, assessment_year integer, unit_code varchar, name_zh varchar, names varchar[]
);
create table reference.unit_of_name (
    series_code varchar, assessment_year integer, full_name varchar, unit_code varchar, hint_zh varchar, hint_en varchar
);
"""

NAMES = """
-- The names of each unit of a frame: its own, and with its prefecture and province before it.
insert into reference.unit_names
with named as (
    select
        frame.*,
        regexp_replace(frame.name_zh, '[\\s\\pZ]', '', 'g') as name,
        coalesce(any_value(division.prefecture_name), '') as prefecture_name,
        coalesce(any_value(division.province_name), '') as province_name
    from reference.frame as frame
    join reference.edition as edition using (series_code, assessment_year)
    left join reference.division as division
        on division.unit_code = frame.unit_code
        and edition.frame_year between division.first_year and division.last_year
    group by all
)
select
    series_code,
    assessment_year,
    unit_code,
    name_zh,
    list_distinct([name, prefecture_name || name, province_name || name, province_name || prefecture_name || name])
        as names
from named;
"""

CODES_OF_NAMES = """
-- The unit of a name, where there is one; else which there are.
insert into reference.unit_of_name
with spelt as (
    select series_code, assessment_year, unit_code, name_zh, unnest(names) as full_name from reference.unit_names
)
select series_code, assessment_year, full_name, any_value(unit_code), null, null
from spelt
group by series_code, assessment_year, full_name
having count(*) = 1
union all
select
    series_code,
    assessment_year,
    full_name,
    null,
    ',有 ' || string_agg(unit_code || ' ' || name_zh, '、' order by unit_code) as hint_zh,
    ': it may be ' || string_agg(unit_code || ' ' || name_zh, ', ' order by unit_code) as hint_en
from spelt
group by series_code, assessment_year, full_name
having count(*) > 1;
"""


def _span(years: list[int]) -> tuple[str, str]:
    """Years for a message in Chinese and in English, such as "2017 to 2019"."""
    if len(years) == 1:
        return str(years[0]), str(years[0])
    return f"{years[0]} 至 {years[-1]}", f"{years[0]} to {years[-1]}"


def read_reference(seeds: Path) -> Reference:
    """Read the seeds below `seeds`, or take what was last read of the same contents. Raises `SeedError` naming the file
    and what is wrong with it."""
    names = (*SEED_COLUMNS, *OFFICE_COLUMNS, ATTRIBUTE_SEED)
    return _reference_of(_SeedFiles(seeds, tuple(_content(seeds / name) for name in names)))


@dataclass(frozen=True)
class _SeedFiles:
    """A folder of seeds, told from others by what is in its files."""

    folder: Path = field(compare=False)
    contents: tuple[str | None, ...]


def _content(file: Path) -> str | None:
    """None for a file that cannot be read: who reads it says why."""
    try:
        return content_digest(file)
    except OSError:
        return None


# A run asks several times: to land, to tell the models of evidence, and for the Data Docs.
@lru_cache(maxsize=2)
def _reference_of(files: _SeedFiles) -> Reference:
    seeds = files.folder
    tables = {
        name: _read_seed(seeds / name, columns, OPTIONAL_COLUMNS.get(name, ()))
        for name, columns in SEED_COLUMNS.items()
    }
    offices = {name: _read_seed(seeds / name, columns) for name, columns in OFFICE_COLUMNS.items()}
    has_attributes = (seeds / ATTRIBUTE_SEED).exists()
    attributes = _read_seed(seeds / ATTRIBUTE_SEED, ATTRIBUTE_COLUMNS) if has_attributes else []
    series_of_tree = {row["tree_code"]: row["series_code"] for row in tables.pop("methodology/methodology.csv")}
    frames: dict[tuple[str, int], dict[str, bool]] = defaultdict(dict)
    frame_names: dict[tuple[str, int, str], str] = {}
    for name in ("methodology/measure.csv", "geography/assessment_frame.csv"):
        for row in tables[name]:
            # One language is enough; where there are two, files name things in Chinese.
            row["name_zh"] = row["name_zh"] or row["name_en"]
            del row["name_en"]
    try:
        # A topic belongs to a series, whatever trees it counts in: a new method for later editions lands no file anew.
        for row in tables["methodology/event_topic.csv"]:
            row["series_code"] = series_of_tree[row.pop("tree_code")]
        digests = _digests(tables)
        for row in tables["geography/assessment_frame.csv"]:
            edition = row["series_code"], int(row["assessment_year"])
            frames[edition][row["unit_code"]] = row["is_included"] == "1"
            frame_names[*edition, row["unit_code"]] = row["name_zh"]
        return Reference(
            digest=_digest(digests),
            office_digest=_digest(digests | _digests(offices)),
            attribute_digest=_digest(digests | _digests({ATTRIBUTE_SEED: attributes})),
            attributes=attributes,
            authorities=frozenset(
                (row["role_code"], row["decision_kind"]) for row in offices["decisions/decision_authority.csv"]
            ),
            officers=_terms(offices["decisions/decision_officer.csv"]),
            frame_years={
                (row["series_code"], int(row["assessment_year"])): int(row["frame_date"][:4])
                for row in tables["methodology/edition.csv"]
            },
            frames=dict(frames),
            frame_names=frame_names,
            divisions=[_division(row) for row in tables["geography/division_history.csv"]],
            measures={row["measure_code"]: _measure(row) for row in tables["methodology/measure.csv"]},
            topics={
                row["topic"]: (row["series_code"], row["polarity"]) for row in tables["methodology/event_topic.csv"]
            },
            severities={
                row["factor_level"]: POLARITY_OF_FACTOR[row["factor_kind"]]
                for row in tables["methodology/event_factor.csv"]
                if row["factor_kind"] in POLARITY_OF_FACTOR
            },
            succession=Succession(
                (
                    (row["code"], int(row["first_year"]), int(row["last_year"]))
                    for row in tables["geography/division_history.csv"]
                ),
                (
                    (int(row["year"]), row["from_code"], row["to_code"])
                    for row in tables["geography/division_change.csv"]
                    if row["link_kind"] == "succeeds" and row["from_code"] != row["to_code"]
                ),
            ),
        )
    except (ValueError, KeyError, InvalidOperation) as error:
        raise SeedError(
            Wording(
                f"{seeds} 下的种子文件中有检查无法使用的内容:{error!r}",
                f"a seed below {seeds} holds something the checks cannot use: {error!r}",
            )
        ) from error


def _read_seed(path: Path, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            missing = [column for column in columns if column not in header]
            if missing:
                raise SeedError(
                    Wording(
                        f"{path}:缺列 {', '.join(missing)},入库检查需要它",
                        f"{path}: the column {', '.join(missing)} is missing, the checks at the door need it",
                    )
                )
            # Digests depend on the order.
            wanted = (*(column for column in optional if column in header), *columns)
            places = [header.index(column) for column in wanted]
            absent = dict.fromkeys(optional, "")
            # Tens of thousands of rows, read before each landing: no dictionary is made of what is not used.
            is_absent = len(wanted) < len(columns) + len(optional)
            picked, width = itemgetter(*places), max(places) + 1
            rows = []
            for row in filter(None, reader):
                if len(row) >= width:
                    cells = dict(zip(wanted, picked(row), strict=True))
                    rows.append(absent | cells if is_absent else cells)
                else:
                    short = zip(wanted, places, strict=True)
                    rows.append(absent | {column: row[place] for column, place in short if place < len(row)})
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SeedError(
            Wording(
                f"{path}:无法读取({error});入库检查需要它",
                f"{path}: cannot be read ({error}); the checks at the door need it",
            )
        ) from error


def _measure(row: dict[str, str]) -> Measure:
    return Measure(
        code=row["measure_code"],
        series=row["series_code"],
        lower_bound=Decimal(row["lower_bound"]) if row["lower_bound"] else None,
        upper_bound=Decimal(row["upper_bound"]) if row["upper_bound"] else None,
        is_whole_number=row["is_whole_number"] == "1",
        is_from_events=row["value_kind"] == "event_points",
        is_percentage=row["value_kind"] == "percentage",
        earlier_stage=row["funnel_earlier_measure_code"] or None,
        name=row["name_zh"],
    )


def _division(row: dict[str, str]) -> Division:
    has_first_day = row["valid_from"] and row["valid_from_precision"] not in ("left_censored", "year_end")
    return Division(
        code=row["code"],
        name=row["name_zh"],
        level=row["level"],
        first_year=int(row["first_year"]),
        last_year=int(row["last_year"]),
        prefecture=row["prefecture_name"],
        province=row["province_name"],
        since=datetime.date.fromisoformat(row["valid_from"]) if has_first_day else None,
    )


def _terms(rows: list[dict[str, str]]) -> dict[str, list[Term]]:
    terms: dict[str, list[Term]] = defaultdict(list)
    for row in rows:
        since = datetime.date.fromisoformat(row["valid_from"])
        until = datetime.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        terms[row["officer_code"]].append(Term(row["role_code"], row["unit_code"] or None, since, until))
    return dict(terms)


def _digests(tables: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """SHA-256 of each seed's columns by which rows are judged; neither their order nor saying one twice matters."""
    digests = {}
    for name, rows in tables.items():
        columns = [column for column in rows[0] if column not in ONLY_IN_MESSAGES] if rows else []
        judged_by = sorted(set(map(itemgetter(*columns), rows))) if rows else []
        digests[name] = hashlib.sha256(json.dumps(judged_by, ensure_ascii=False).encode()).hexdigest()
    return digests


def _digest(digests: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(digests.items())).encode()).hexdigest()
