"""The columns that rules need beside a row's own cells: what the seeds say about it, and what other rows say.

`derive` turns a file's rows of text into the *checked frame*: the text under the column's own name (blank cells
missing), `<name>_read` and `<name>_form` for typed columns, `<name>_hint` for dates and times, and the columns
described at the functions below. What cannot be told (an unreadable year, an unknown measure) stays missing, so that
only the rule at its root is broken.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from orchestration.landing.contracts.definition import Contract, form_column, hint_column, read_column
from orchestration.landing.contracts.shared import YEARS_AFTER_LATEST_EDITION
from orchestration.landing.parse import FIRST_YEAR, LAST_YEAR, parse_column, serial_day
from orchestration.landing.readers.table import FileTable
from orchestration.landing.reference import Reference, UnitStanding

SPREADSHEET_ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")

LARGEST_SUGGESTED = 100

TYPED_KINDS = ("integer", "decimal", "date", "timestamp")


def derive(contract: Contract, table: FileTable, reference: Reference) -> pd.DataFrame:
    """The checked frame of a file that has passed the structure check; one row a readable row, with `row_number`."""
    cells = pd.read_parquet(table.rows)
    frame = pd.DataFrame({"row_number": cells["row_number"].astype("int64")})
    for column in contract.columns:
        if column.name in cells:
            frame[column.name] = _trimmed(cells[column.name].astype("str"))
        else:
            frame[column.name] = pd.Series(pd.array([None] * len(frame), dtype="str"))
    frame["copy_of_row"] = _copy_of_row(frame, contract.column_names)
    frame["spreadsheet_error"] = _spreadsheet_error(frame, contract.column_names)
    for column in contract.columns:
        if column.kind in TYPED_KINDS:
            values, forms = parse_column(column.kind, frame[column.name])
            frame[read_column(column.name)] = values
            frame[form_column(column.name)] = forms
        if column.kind in ("date", "timestamp"):
            frame[hint_column(column.name)] = _mapped(frame[column.name], _serial_date_hint)
    _DERIVE[contract.source](frame, reference)
    return frame


def _observation(frame: pd.DataFrame, reference: Reference) -> None:
    frame["series_code"] = _mapped(frame["measure_code"], lambda code: _series_of_measure(reference, code))
    frame["given"] = _given(frame)
    _add_measure(frame, reference)
    _add_unit(frame, reference)
    _add_funnel(frame, reference)


def _opinion_event(frame: pd.DataFrame, reference: Reference) -> None:
    topics = reference.topics
    positive, negative = frame["polarity"] == "positive", frame["polarity"] == "negative"
    frame["series_code"] = _mapped(frame["topic"], lambda topic: topics[topic][0] if topic in topics else None)
    frame["topic_standing"] = _mapped(frame["topic"], lambda topic: "known" if topic in topics else "unknown")
    frame["topic_polarity"] = _mapped(frame["topic"], lambda topic: topics[topic][1] if topic in topics else None)
    frame["known_topics"] = ", ".join(sorted(topics))
    frame["severity_polarity"] = _mapped(frame["severity"], reference.severities.get)
    responsibility = frame["responsibility"]
    frame["responsibility_standing"] = _choose(
        [
            (negative & responsibility.isna(), "missing"),
            (positive & responsibility.isin(["reported", "none"]), "unfit"),
        ],
        "fits",
    )
    kind, answered = frame["response_kind"], frame["response_at"].notna()
    frame["response_standing"] = _choose(
        [
            (positive & kind.isin(["targeted", "off_point", "repaired"]), "unfit_polarity"),
            (negative & kind.isin(["targeted", "off_point", "repaired"]) & ~answered, "incomplete"),
            (negative & (kind.isna() | (kind == "none")) & answered, "incomplete"),
        ],
        "fits",
    )
    frame["event_year"] = frame["event_date_read"].dt.year.astype(object).where(frame["event_date_read"].notna(), None)
    same_cluster = frame.groupby("cluster_code", dropna=True)
    several = (same_cluster["unit_code"].transform("nunique") > 1) | (
        same_cluster["assessment_year"].transform("nunique") > 1
    )
    frame["cluster_conflict"] = _choose([(several, "several")], None)
    _add_unit(frame, reference)


def _verification(frame: pd.DataFrame, reference: Reference) -> None:
    of_observation, of_event = frame["subject"] == "observation", frame["subject"] == "opinion_event"
    correct, gives = frame["verdict"] == "correct", frame["value"].notna() | frame["state"].notna()
    frame["given"] = _given(frame)
    frame["correction_standing"] = _choose(
        [(of_event & correct, "of_event"), (frame["verdict"].notna() & ~correct & gives, "not_expected")], "fits"
    )
    frame["correction_given"] = frame["given"].where(of_observation & correct, None)
    frame["reason_standing"] = _choose(
        [(frame["verdict"].isin(["correct", "reject"]) & frame["reason"].isna(), "missing")], "fits"
    )
    _add_subject(frame, reference)


def _objection(frame: pd.DataFrame, reference: Reference) -> None:
    of_observation, of_event = frame["subject"] == "observation", frame["subject"] == "opinion_event"
    correct, gives = frame["request"] == "correct", frame["value"].notna() | frame["state"].notna()
    frame["given"] = _given(frame)
    frame["request_standing"] = _choose(
        [(of_event & correct, "unfit"), (of_observation & (frame["request"] == "repair"), "unfit")], "fits"
    )
    is_complete = frame["given"].isin(["value", "state"])
    frame["claim_standing"] = _choose(
        [
            (of_observation & correct & ~is_complete, "incomplete"),
            (frame["request"].notna() & ~correct & gives, "not_expected"),
        ],
        "fits",
    )
    frame["evidence_standing"] = _choose(
        [(frame["evidence_url"].isna() & frame["evidence_hash"].isna(), "missing")], "fits"
    )
    _add_code(frame, "objection_code")
    _add_subject(frame, reference)


def _decision(frame: pd.DataFrame, reference: Reference) -> None:
    of_observation, of_event = frame["subject"] == "observation", frame["subject"] == "opinion_event"
    kind, upheld = frame["decision_kind"], frame["outcome"] == "upheld"
    frame["kind_standing"] = _choose(
        [
            (((kind == "correction") & of_event) | ((kind == "repair") & of_observation), "unfit_subject"),
            ((kind == "correction") & (frame["outcome"] == "rejected"), "rejected_correction"),
        ],
        "fits",
    )
    names_objection = frame["objection_code"].notna()
    frame["objection_standing"] = _choose(
        [(((kind == "objection") & ~names_objection) | ((kind == "correction") & names_objection), "unfit")], "fits"
    )
    _add_result(frame, sets_value=of_observation & upheld, sets_none=of_event | (frame["outcome"] == "rejected"))
    has_repair, needs_repair = frame["repaired_at"].notna(), (kind == "repair") & upheld
    frame["repair_standing"] = _choose(
        [(kind.notna() & frame["outcome"].notna() & (needs_repair != has_repair), "unfit")], "fits"
    )
    _add_code(frame, "decision_code")
    _add_subject(frame, reference)
    _add_officer(frame, reference)


def _add_result(frame: pd.DataFrame, sets_value: pd.Series, sets_none: pd.Series) -> None:
    """`given`, `result_standing`, `expected_standing`: value or state that a decision sets, and the one it expects."""
    frame["given"] = _given(frame)
    expected = frame["expected_value"].notna().astype(int) + frame["expected_state"].notna().astype(int)
    same_value = (frame["value_read"] == frame["expected_value_read"]) & frame["value_read"].notna()
    same_state = (frame["state"] == frame["expected_state"]) & frame["state"].notna()
    gives = frame["value"].notna() | frame["state"].notna() | (expected > 0)
    frame["result_standing"] = _choose(
        [
            (sets_value & ~frame["given"].isin(["value", "state"]), "incomplete"),
            (sets_none & gives, "not_expected"),
            (sets_value & (same_value | (same_state & frame["value"].isna())), "changes_nothing"),
        ],
        "fits",
    )
    frame["expected_standing"] = _choose([(sets_value & (expected != 1), "incomplete")], "fits")


def _add_officer(frame: pd.DataFrame, reference: Reference) -> None:
    """`officer_standing`, `authority_standing`, `allowed_roles` and `party_standing` of who decides."""

    def by_office(officer: str, role: str, decided_at: pd.Timestamp) -> tuple[str | None]:
        if officer not in reference.officers:
            return ("unknown",)
        return (None if reference.holds_role(officer, role, decided_at.date()) else "without_role",)

    def by_kind(role: str, kind: str) -> tuple[str | None, str]:
        allowed = sorted(role for role, its_kind in reference.authorities if its_kind == kind)
        return (None if role in allowed else "not_allowed"), ", ".join(allowed)

    def by_unit(officer: str, unit_code: str, series: str, year: int) -> tuple[str | None]:
        return ("own_unit" if reference.belongs_to(officer, unit_code, series, year) else None,)

    (frame["officer_standing"],) = _looked_up(
        [frame["officer_code"], frame["role_code"], frame["decided_at_read"]], by_office, 1
    )
    frame["authority_standing"], frame["allowed_roles"] = _looked_up(
        [frame["role_code"], frame["decision_kind"]], by_kind, 2
    )
    (frame["party_standing"],) = _looked_up(
        [frame["officer_code"], frame["unit_code_in_edition"], frame["series_code"], frame["assessment_year_read"]],
        by_unit,
        1,
    )


def _add_code(frame: pd.DataFrame, column: str) -> None:
    """`code_standing`: repeated where other rows of the file, exact copies aside, carry the same code."""
    originals = frame.loc[frame["copy_of_row"].isna(), column]
    uses = originals.value_counts()
    frame["code_standing"] = _choose([(frame[column].map(uses).fillna(0) > 1, "repeated")], None)


def _add_subject(frame: pd.DataFrame, reference: Reference) -> None:
    """`subject_key_standing`, the series, and what `_add_measure` and `_add_unit` tell, of an observation or event."""
    of_observation, of_event = frame["subject"] == "observation", frame["subject"] == "opinion_event"
    has_measure, has_cluster = frame["measure_code"].notna(), frame["cluster_code"].notna()
    series_of_measure = _mapped(frame["measure_code"], lambda code: _series_of_measure(reference, code))
    series_of_event = _mapped(frame["unit_code"], reference.series_of_event_unit)
    frame["series_code"] = series_of_measure.where(of_observation, series_of_event.where(of_event, None))
    frame["subject_key_standing"] = _choose(
        [(of_observation & (~has_measure | has_cluster), "unfit"), (of_event & (~has_cluster | has_measure), "unfit")],
        "fits",
    )
    _add_measure(frame, reference)
    _add_unit(frame, reference)
    # Without a series that has events, no unit is known for one.
    frame["unit_standing"] = frame["unit_standing"].mask(of_event & series_of_event.isna(), "unknown")


_DERIVE: dict[str, Callable[[pd.DataFrame, Reference], None]] = {
    "observation": _observation,
    "opinion_event": _opinion_event,
    "verification": _verification,
    "objection": _objection,
    "decision": _decision,
}


def _add_measure(frame: pd.DataFrame, reference: Reference) -> None:
    """`measure_standing` (known, unknown, computed_from_events), `measure_suggestion`, the measure's bounds, and
    `value_wholeness` (fraction where a count is not whole)."""
    measures = reference.measures

    def standing(code: str) -> str:
        if code not in measures:
            return "unknown"
        return "computed_from_events" if measures[code].is_from_events else "known"

    strange = [code for code in frame["measure_code"].dropna().unique() if code not in measures]
    # Finding the nearest name is slow: a column of something else entirely must not take hours.
    nearest = {code: difflib.get_close_matches(code, measures, n=1) for code in strange[:LARGEST_SUGGESTED]}

    def suggestion(code: str) -> str:
        return f" (nearest: {nearest[code][0]})" if nearest.get(code) else ""

    def known(code: str, attribute: str) -> object:
        return getattr(measures[code], attribute) if code in measures else None

    frame["measure_standing"] = _mapped(frame["measure_code"], standing)
    frame["measure_suggestion"] = _mapped(frame["measure_code"], suggestion)
    for bound in ("lower_bound", "upper_bound"):
        frame[f"measure_{bound}"] = _mapped(frame["measure_code"], lambda code, bound=bound: known(code, bound), object)
    whole_wanted = frame["measure_code"].map({code: measure.is_whole_number for code, measure in measures.items()})
    fraction = _mapped(frame["value_read"], lambda value: value != value.to_integral_value(), object)
    frame["value_wholeness"] = _choose([((whole_wanted == True) & (fraction == True), "fraction")], None)  # noqa: E712


def _series_of_measure(reference: Reference, code: str) -> str | None:
    measure = reference.measures.get(code)
    return measure.series if measure else None


def _add_unit(frame: pd.DataFrame, reference: Reference) -> None:
    """`year_standing`, `series_years`, `year_start`, `last_plausible_year`, `last_plausible_time`, `unit_standing`,
    `unit_code_in_edition` and `unit_candidates`."""
    years = frame["assessment_year_read"]

    def by_year(series: str, year: int) -> tuple[str | None, str | None]:
        known = (series, year) in reference.frame_years
        return ("edition" if known else "no_edition"), (None if known else reference.series_years(series))

    frame["year_standing"], frame["series_years"] = _looked_up([frame["series_code"], years], by_year, 2)

    def by_unit(series: str, unit_code: str, year: int) -> tuple[str | None, str | None, str | None]:
        if (series, year) not in reference.frame_years:
            return None, None, None
        found: UnitStanding = reference.stand(series, unit_code, year)
        return found.standing, found.unit_code, found.candidates

    frame["unit_standing"], frame["unit_code_in_edition"], frame["unit_candidates"] = _looked_up(
        [frame["series_code"], frame["unit_code"], years], by_unit, 3
    )
    plausible = _mapped(years, lambda year: f"{year}-01-01" if FIRST_YEAR <= year <= LAST_YEAR else None)
    frame["year_start"] = pd.to_datetime(plausible, format="%Y-%m-%d").astype("datetime64[us]")

    def last_year(series: str) -> str | None:
        latest = reference.latest_year(series)
        return None if latest is None else str(latest + YEARS_AFTER_LATEST_EDITION)

    frame["last_plausible_year"] = _mapped(frame["series_code"], last_year)
    ends = frame["last_plausible_year"] + "-12-31 23:59:59"
    frame["last_plausible_time"] = pd.to_datetime(ends, format="%Y-%m-%d %H:%M:%S").astype("datetime64[us]")


def _add_funnel(frame: pd.DataFrame, reference: Reference) -> None:
    """`funnel_earlier_measure_code` and `funnel_earlier_value`: the largest value of the earlier stage in this file."""
    earlier = {code: measure.earlier_stage for code, measure in reference.measures.items() if measure.earlier_stage}
    stage = _mapped(frame["measure_code"], earlier.get)
    frame["funnel_earlier_measure_code"] = stage
    rows = frame.loc[frame["measure_code"].isin(set(earlier.values())) & frame["value_read"].notna()]
    largest: dict[tuple, object] = {}
    for *key, value in _tuples(rows, ["unit_code", "assessment_year", "measure_code", "value_read"]):
        largest[tuple(key)] = max(value, largest.get(tuple(key), value))
    later = frame.loc[stage.notna()]
    values = pd.Series(np.full(len(frame), None, dtype=object), index=frame.index)
    values.loc[later.index] = np.array(
        [largest.get(key) for key in _tuples(later, ["unit_code", "assessment_year", "funnel_earlier_measure_code"])],
        dtype=object,
    )
    frame["funnel_earlier_value"] = values


def _given(frame: pd.DataFrame) -> pd.Series:
    """Which of value and state a row gives: value, state, both, neither; `observed` only accompanies a value."""
    has_value = frame["value"].notna()
    has_state = frame["state"].notna() & (frame["state"] != "observed")
    return _choose([(has_value & has_state, "both"), (has_value, "value"), (has_state, "state")], "neither")


def _serial_date_hint(text: str) -> str | None:
    day = serial_day(text)
    return f", it looks like the serial number by which Excel stores {day}" if day else None


def _tuples(frame: pd.DataFrame, columns: list[str]) -> Iterator[tuple]:
    return zip(*(frame[column] for column in columns), strict=True)


def _trimmed(cells: pd.Series) -> pd.Series:
    """Cells without blanks around them; cells of nothing else are missing."""
    trimmed = cells.str.strip().reset_index(drop=True)
    return trimmed.where(trimmed != "", None)


def _copy_of_row(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Row number of the first row that says the same in every cell, missing for that first row itself."""
    result = pd.Series(np.full(len(frame), None, dtype=object), index=frame.index)
    repeats = frame.duplicated(columns, keep="first")
    if not repeats.any():
        return result
    involved = frame.loc[frame.duplicated(columns, keep=False)]
    first_number = involved.groupby(columns, dropna=False, sort=False)["row_number"].transform("first")
    result.loc[repeats] = first_number.loc[repeats[repeats].index].astype(object)
    return result


def _spreadsheet_error(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Name and content of the first cell with an error of a spreadsheet program."""
    result = pd.Series(pd.array([None] * len(frame), dtype="str"), index=frame.index)
    for column in reversed(columns):
        hit = frame[column].isin(SPREADSHEET_ERRORS)
        if hit.any():
            result = result.where(~hit, f"{column} " + frame[column])
    return result


def _mapped(texts: pd.Series, function: Callable, dtype: object = "str") -> pd.Series:
    """`function` of each distinct cell; missing stays missing."""
    codes, distinct = pd.factorize(texts)
    found = np.array([*[function(item) for item in distinct], None], dtype=object)
    return pd.Series(found[codes], index=texts.index, dtype=dtype)


def _looked_up(keys: list[pd.Series], function: Callable, width: int) -> list[pd.Series]:
    """`function` of each distinct combination of keys, as `width` columns of text; missing where any key is."""
    frame = pd.concat(keys, axis=1, keys=range(len(keys)))
    complete = frame.notna().all(axis=1).to_numpy()
    numbers, combinations = pd.MultiIndex.from_frame(frame.loc[complete]).factorize()
    answers = [function(*combination) for combination in combinations]
    results = []
    for position in range(width):
        values = np.full(len(frame), None, dtype=object)
        values[complete] = np.array([*[answer[position] for answer in answers], None], dtype=object)[numbers]
        results.append(pd.Series(values, index=frame.index, dtype="str"))
    return results


def _choose(cases: list[tuple[pd.Series, str]], otherwise: str | None) -> pd.Series:
    """The text of the first case that holds in each row."""
    index = cases[0][0].index
    values = np.full(len(index), otherwise, dtype=object)
    for mask, text in reversed(cases):
        values[mask.fillna(False).to_numpy(dtype=bool)] = text
    return pd.Series(values, index=index, dtype="str")
