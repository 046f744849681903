"""Reads the demo's inbox files back, without any code that wrote them or will land them.

`read_rows` gives every row as delivered; `sound_rows` what a strict door would let in, under the codes of each
edition's frame. The checks here are few and blunt: enough to tell the demo's broken rows from its sound ones.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

from orchestration.home import project_root

Row = dict[str, str]

SEEDS = project_root() / "seeds"
SERIES = "county_integrity"
STATES = {"not_published", "not_collected", "not_applicable"}
CHANNELS = {"government_disclosure", "internet", "news_media", "credit_agency"}


def seed(name: str) -> list[Row]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_rows(inbox: Path, source: str) -> Iterator[tuple[str, int, Row]]:
    """(file name, row number, row) for all rows of a source; every cell as text, blank where there is nothing."""
    for path in sorted((inbox / source).rglob("*")):
        if path.is_file():
            first = 1 if path.suffix == ".jsonl" else 2
            for number, row in enumerate(_file_rows(path), start=first):
                yield path.name, number, {name: _text(cell) for name, cell in row.items()}


def _file_rows(path: Path) -> Iterator[dict]:
    if path.suffix == ".parquet":
        columns = pq.read_table(path).to_pydict()
        for cells in zip(*columns.values(), strict=True):
            yield dict(zip(columns, cells, strict=True))
    elif path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        header, *rows = sheet.iter_rows(values_only=True)
        for cells in rows:
            yield dict(zip(header, cells, strict=True))
    elif path.suffix == ".jsonl":
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
    else:
        yield from csv.DictReader(io.StringIO(csv_text(path), newline=""))


def csv_text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return "" if cell is None else str(cell)


class Door:
    """Blunt checks of the rows, and the codes of the frame."""

    def __init__(self) -> None:
        self._frame: dict[str, set[str]] = defaultdict(set)
        for row in seed("geography/assessment_frame.csv"):
            if row["series_code"] == SERIES:
                self._frame[row["assessment_year"]].add(row["unit_code"])
        self._measures = {
            row["measure_code"]: row
            for row in seed("methodology/measure.csv")
            if row["series_code"] == SERIES and row["value_kind"] != "event_points"
        }
        self._topics = {row["topic"]: row["polarity"] for row in seed("methodology/event_topic.csv")}
        self._severities = {
            row["factor_level"]: row["factor_kind"].removeprefix("base_")
            for row in seed("methodology/event_factor.csv")
            if row["factor_kind"].startswith("base_")
        }
        self._links: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in seed("geography/division_change.csv"):
            if row["link_kind"] == "succeeds" and row["from_code"] != row["to_code"]:
                self._links[row["from_code"]].add((row["from_code"], row["to_code"]))
                self._links[row["to_code"]].add((row["from_code"], row["to_code"]))

    def unit_in_frame(self, code: str, year: str) -> str | None:
        """The code that a unit has in the frame of a year: its own, or the other end of its only link of succession."""
        frame = self._frame.get(year, set())
        if code in frame:
            return code
        links = self._links.get(code, set())
        if len(links) != 1:
            return None
        other = next(end for end in next(iter(links)) if end != code)
        return other if other in frame and self._links[other] == links else None

    def problem(self, source: str, row: Row) -> str | None:
        """The first thing wrong with a row, None for a sound one."""
        year = row["assessment_year"]
        if year not in self._frame:
            return "year"
        if self.unit_in_frame(row["unit_code"], year) is None:
            return "unit"
        for column in ("reported_at", "response_at", "captured_at", "verified_at", "event_date"):
            if row.get(column):
                try:
                    moment = datetime.fromisoformat(row[column])
                except ValueError:
                    return column
                if moment.year < int(year):
                    return column
        return getattr(self, f"_{source}_problem")(row)

    def _observation_problem(self, row: Row) -> str | None:
        if row["measure_code"] not in self._measures:
            return "measure"
        if row["channel"] not in CHANNELS or row["collection_mode"] not in ("online", "offline"):
            return "channel"
        if not (row["captured_at"] and row["collector"]):
            return "blank"
        if row["evidence_hash"] and not re.fullmatch("[0-9a-f]{64}", row["evidence_hash"]):
            return "hash"
        if row["evidence_url"] and not row["evidence_url"].startswith("https://"):
            return "url"
        return self._value_problem(row)

    def _value_problem(self, row: Row) -> str | None:
        if bool(row["value"]) == bool(row["state"]):
            return "value or state"
        if row["state"]:
            return None if row["state"] in STATES else "state"
        try:
            value = Decimal(row["value"])
        except InvalidOperation:
            return "number"
        measure = self._measures[row["measure_code"]]
        if not Decimal(measure["lower_bound"]) <= value <= Decimal(measure["upper_bound"]):
            return "bound"
        if measure["is_whole_number"] == "1" and value != int(value):
            return "whole"
        return "precision" if -value.as_tuple().exponent > 9 else None

    def _opinion_event_problem(self, row: Row) -> str | None:
        if not all(row[name] for name in ("cluster_code", "responsibility", "headline", "event_date", "captured_at")):
            return "blank"
        if row["polarity"] not in ("positive", "negative"):
            return "polarity"
        if not row["event_date"].startswith(row["assessment_year"]):
            return "outside the year"
        if self._topics.get(row["topic"]) != row["polarity"] or self._severities[row["severity"]] != row["polarity"]:
            return "polarity"
        if row["polarity"] == "positive":
            return None if row["responsibility"] == "found" and not row["response_kind"] else "positive"
        if bool(row["response_at"]) != (row["response_kind"] not in ("", "none")):
            return "answer"
        if row["response_at"] and datetime.fromisoformat(row["response_at"]) < datetime.fromisoformat(
            row["reported_at"]
        ):
            return "answer"
        return None

    def _verification_problem(self, row: Row) -> str | None:
        if row["subject"] not in ("observation", "opinion_event") or row["verdict"] not in (
            "confirm",
            "correct",
            "reject",
        ):
            return "choice"
        is_observation = row["subject"] == "observation"
        if is_observation != bool(row["measure_code"]) or is_observation == bool(row["cluster_code"]):
            return "subject"
        if row["verdict"] != "confirm" and not row["reason"]:
            return "reason"
        if row["verdict"] == "correct":
            return self._value_problem(row) if is_observation else "event"
        return "value" if row["value"] or row["state"] else None


def sound_rows(inbox: Path, door: Door) -> tuple[dict[str, list[Row]], list[tuple[str, str, Row]]]:
    """(Sound rows by source under the codes of the frame, broken rows as (source, problem, row)).

    A row that repeats another row of its file cell by cell comes in once.
    """
    sound: dict[str, list[Row]] = {}
    broken: list[tuple[str, str, Row]] = []
    for source in ("observation", "opinion_event", "verification"):
        sound[source] = []
        seen: set[tuple[str, ...]] = set()
        for file_name, number, row in read_rows(inbox, source):
            problem = door.problem(source, row)
            cells = (file_name, *row.values())
            if problem is None and cells in seen:
                problem = "repeated"
            seen.add(cells)
            if problem:
                broken.append((source, problem, row))
                continue
            code = door.unit_in_frame(row["unit_code"], row["assessment_year"])
            state = row.get("state") or ("observed" if row.get("value") else "")
            extra = {"series_code": SERIES, "batch_id": file_name, "row_number": number, "state": state}
            sound[source].append({**row, **extra, "unit_code": code, "unit_code_received": row["unit_code"]})
    return sound, broken
