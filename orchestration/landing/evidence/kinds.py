"""The kinds of evidence as contracts: made from the rows of seeds/evidence, so that a new kind is rows and no code.

A contract of a kind has the columns and words of every other contract; its predicates speak of the checked row that
`door` makes: a column's cell, `<name>_read`, `<name>_form`, and what is known of the record's day and unit.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from orchestration.home import Home
from orchestration.landing.contracts.definition import KINDS, Column, Contract, Rule
from orchestration.landing.contracts.shared import FIRST_YEAR, LAST_YEAR, YEARS_AFTER_LATEST_EDITION
from orchestration.landing.evidence.layout import KIND_SEED, landed_kinds
from orchestration.landing.reference import Reference, read_reference
from orchestration.seeds import Row, read_seed, seeds_folder
from orchestration.wording import Wording

# Of the code that checks; what the rows of the seeds say has a digest of its own.
CONTRACT_VERSION = "1"
COLUMN_SEED = "evidence/evidence_column.csv"
PERSONAL_SEED = "evidence/personal_data_word.csv"
# Older records are typing errors: no portal is that old.
FIRST_RECORD_YEAR = 1990
PART_ENDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class PersonalWord:
    """A word that tells a column of personal data: a whole `part` of an English name, or anywhere `within` a name."""

    word: str
    is_part: bool
    says: Wording

    def is_in(self, name: str) -> bool:
        folded = name.strip().lower()
        return self.word in PART_ENDS.split(folded) if self.is_part else self.word in folded


@dataclass(frozen=True)
class EvidenceKind:
    """A kind of evidence: its contract, the column that holds a record's day, and the digest of all seed rows that its
    checks read. `division_years` are the first and last year of each code of a division or unit."""

    contract: Contract
    date_column: str
    seeds_digest: str
    personal_words: tuple[PersonalWord, ...]
    division_years: dict[str, tuple[int, int]]

    @property
    def code(self) -> str:
        return self.contract.source

    def personal_columns(self, header: Iterable[str]) -> dict[str, Wording]:
        """The columns of a header that hold personal data by their names, with what they seem to be."""
        known = set(self.contract.column_names)
        return {
            name: word.says for name in header if name not in known for word in self.personal_words if word.is_in(name)
        }


def landed_contracts(home: Home) -> dict[str, Contract]:
    """The contracts of the kinds of which files have landed, by kind."""
    landed = landed_kinds(home)
    if not landed:
        return {}
    seeds = seeds_folder(home)
    kinds = read_kinds(seeds, read_reference(seeds))
    return {kind: kinds[kind].contract for kind in landed}


def read_kinds(seeds: Path, reference: Reference) -> dict[str, EvidenceKind]:
    """The kinds of the seeds by code, in their order; none where the seeds have none."""
    if not (seeds / KIND_SEED).exists():
        return {}
    rows, columns = read_seed(seeds / KIND_SEED), read_seed(seeds / COLUMN_SEED)
    personal = read_seed(seeds / PERSONAL_SEED)
    words = tuple(
        PersonalWord(row["word"], row["match_kind"] == "part", Wording(row["name_zh"], row["name_en"]))
        for row in personal
    )
    years = division_years(reference)
    latest = max((year for _, year in reference.frame_years), default=FIRST_YEAR)
    last_table = max((item.last_year for item in reference.divisions), default=LAST_YEAR)
    as_json = partial(json.dumps, ensure_ascii=False, sort_keys=True)
    # Some thousands of codes that all kinds have in common.
    common = ", ".join(map(as_json, (personal, sorted(years.items()), latest)))
    kinds = {}
    for row in sorted(rows, key=lambda row: int(row["position"])):
        own = [column for column in columns if column["kind_code"] == row["kind_code"]]
        read = f"[{as_json(row)}, {as_json(own)}, {common}]"
        kinds[row["kind_code"]] = EvidenceKind(
            _contract(row, sorted(own, key=lambda column: int(column["position"])), latest, last_table),
            row["date_column"],
            hashlib.sha256(read.encode()).hexdigest(),
            words,
            years,
        )
    return kinds


def division_years(reference: Reference) -> dict[str, tuple[int, int]]:
    """First and last year of each code, in any of its versions; a code of frames alone has those of all time."""
    years: dict[str, tuple[int, int]] = {}
    for item in reference.divisions:
        first, last = years.get(item.code, (item.first_year, item.last_year))
        years[item.code] = (min(first, item.first_year), max(last, item.last_year))
    of_frames = {code for frame in reference.frames.values() for code in frame}
    return {code: (FIRST_YEAR, LAST_YEAR) for code in of_frames} | years


def _contract(kind: Row, columns: list[Row], latest_edition: int, last_table: int) -> Contract:
    return Contract(
        source=kind["kind_code"],
        version=CONTRACT_VERSION,
        title_zh=kind["name_zh"],
        title_en=kind["name_en"],
        columns=tuple(map(_column, columns)),
        row_rules=(
            *_row_rules(columns),
            *_date_rules(kind["date_column"], latest_edition),
            UNIT_CODE_KNOWN,
            _unit_code_of_its_day(last_table),
        ),
        key=tuple(kind["key_columns"].split()),
        year_of_row="record_year",
    )


def _column(row: Row) -> Column:
    return Column(
        row["column_name"],
        # What is no kind is read as text; the seed's own test names it.
        KINDS.get(row["value_kind"], "text"),
        row["name_zh"],
        row["name_en"],
        "",
        required=row["is_required"] == "1",
        choices=tuple(row["choices"].split()),
        max_length=int(row["max_length"] or 0),
        title_zh=re.split(r"[:(]", row["name_zh"])[0],
    )


def _row_rules(columns: list[Row]) -> Iterable[Rule]:
    for row in columns:
        name, low, high, before = row["column_name"], row["lower_bound"], row["upper_bound"], row["not_before"]
        if low or high:
            yield Rule(
                f"{name}_out_of_bounds",
                name,
                Wording(f"{name} 在 {low} 与 {high} 之间", f"{name} lies between {low} and {high}"),
                Wording(
                    f"{name} {{{name}}} 不在 {low} 与 {high} 之间:请改正",
                    f"{name} {{{name}}} does not lie between {low} and {high}: correct it",
                ),
                f"{name}_read < {low} or {name}_read > {high}",
            )
        if before:
            yield Rule(
                f"{name}_before_{before}",
                name,
                Wording(f"{name} 不早于 {before}", f"{name} is not before {before}"),
                Wording(
                    f"{name} {{{name}}} 早于 {before} {{{before}}}:请改正其一",
                    f"{name} {{{name}}} is before {before} {{{before}}}: correct one of them",
                ),
                f"cast({name}_read as date) < cast({before}_read as date)",
            )


def _date_rules(column: str, latest_edition: int) -> Iterable[Rule]:
    last = latest_edition + YEARS_AFTER_LATEST_EDITION
    yield Rule(
        f"{column}_implausible",
        column,
        Wording(f"{column} 在 {FIRST_RECORD_YEAR} 与 {last} 年之间", f"{column} lies in {FIRST_RECORD_YEAR} to {last}"),
        Wording(
            f"{column} {{{column}}} 不在 {FIRST_RECORD_YEAR} 至 {last} 年之间:请改正",
            f"{column} {{{column}}} does not lie in {FIRST_RECORD_YEAR} to {last}: correct it",
        ),
        f"record_year < {FIRST_RECORD_YEAR} or record_year > {last}",
    )


UNIT_CODE_KNOWN = Rule(
    "unit_code_unknown",
    "unit_code",
    Wording("unit_code 是行政区划或被评单位的代码", "unit_code is the code of a division or of an assessed unit"),
    Wording(
        "没有代码为 '{unit_code}' 的行政区划或单位:请核对代码",
        "there is no division or unit with the code '{unit_code}': check it",
    ),
    "unit_code is not null and unit_first_year is null",
)


def _unit_code_of_its_day(last_table: int) -> Rule:
    """A code is used until its successor comes into use, which is in the year after its last year-end table; one that
    stands in the last table that is known is used until a later table says otherwise."""
    return Rule(
        "unit_code_not_of_its_day",
        "unit_code",
        Wording("unit_code 是记录当日使用的代码", "unit_code was in use on the day of the record"),
        Wording(
            "{record_year} 年没有代码 '{unit_code}'(使用于 {unit_first_year} 至 {unit_last_year} 年):"
            "请填写记录当日的代码",
            "the code '{unit_code}' was not in use in {record_year} (it was from {unit_first_year} to"
            " {unit_last_year}): write the code of the day of the record",
        ),
        f"record_year < unit_first_year or record_year > unit_last_year + 1 and unit_last_year < {last_table}",
    )
