"""The suites at the door: built from the contracts of the sources, run on what a file holds.

Per source three suites: `<source>.structure` on the header's names, `<source>.reading` on which rows could be taken
apart, `<source>.rows` on the checked frame that `landing/derive.py` makes. All rules of a contract are expectations of
the last one, in the contract's order.
"""

from __future__ import annotations

from collections.abc import Sequence

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd

from orchestration.landing.contracts.definition import (
    AtLeast,
    Blank,
    Check,
    Contract,
    DistinctTogether,
    Filled,
    Matches,
    NoLongerThan,
    NoneOf,
    OneOf,
    Rule,
    Same,
)
from orchestration.quality.validation import SuiteRun, run_suite

GX_SEVERITY = {"error": "critical", "warning": "warning"}


def structure_suite(contract: Contract) -> gx.ExpectationSuite:
    """Expectations on a frame with one row a column of the file: `column_name`, `position`."""
    return gx.ExpectationSuite(
        name=f"{contract.source}.structure",
        expectations=[
            gxe.ExpectColumnDistinctValuesToContainSet(
                column="column_name",
                value_set=contract.header_required,
                severity="critical",
                description="the file has every required column",
                meta={"rule": "column_missing"},
            ),
            gxe.ExpectColumnValuesToBeInSet(
                column="column_name",
                value_set=contract.column_names,
                severity="critical",
                description="the file has no other columns",
                meta={"rule": "column_unknown"},
            ),
            gxe.ExpectColumnValuesToBeUnique(
                column="column_name",
                severity="critical",
                description="no column appears twice",
                meta={"rule": "column_repeated"},
            ),
        ],
    )


def reading_suite(contract: Contract) -> gx.ExpectationSuite:
    """Expectations on a frame with one row a row of the file: `row_number`, `reading_problem`."""
    return gx.ExpectationSuite(
        name=f"{contract.source}.reading",
        expectations=[
            gxe.ExpectTableRowCountToBeBetween(
                min_value=1,
                severity="warning",
                description="the file has rows below its header",
                meta={"rule": "rows_missing"},
            ),
            gxe.ExpectColumnValuesToBeNull(
                column="reading_problem",
                severity="critical",
                description="every row can be taken apart into the header's columns",
                meta={"rule": "row_unreadable", "column": "(row)"},
            ),
        ],
    )


def row_suite(contract: Contract) -> gx.ExpectationSuite:
    """Expectations on the checked frame: one per rule of the contract, in the contract's order."""
    return gx.ExpectationSuite(
        name=f"{contract.source}.rows", expectations=[_expectation(rule) for rule in contract.rules()]
    )


def check_structure(contract: Contract, header: Sequence[str]) -> SuiteRun:
    frame = pd.DataFrame({"position": range(1, len(header) + 1), "column_name": pd.Series(list(header), dtype="str")})
    return run_suite(structure_suite(contract), frame, ["position"])


def check_reading(contract: Contract, row_numbers: Sequence[int], problems: Sequence[str | None]) -> SuiteRun:
    frame = pd.DataFrame({"row_number": row_numbers, "reading_problem": pd.Series(list(problems), dtype="str")})
    return run_suite(reading_suite(contract), frame, ["row_number"])


def check_rows(contract: Contract, checked: pd.DataFrame) -> SuiteRun:
    return run_suite(row_suite(contract), checked, ["row_number"])


def _expectation(rule: Rule) -> gxe.Expectation:
    shared = {
        "severity": GX_SEVERITY[rule.severity],
        "description": rule.requirement,
        "meta": {"rule": rule.name, "column": rule.column},
    }
    return _of_check(rule.check, shared)


def _of_check(check: Check, shared: dict) -> gxe.Expectation:
    match check:
        case Filled(column):
            return gxe.ExpectColumnValuesToNotBeNull(column=column, **shared)
        case Blank(column):
            return gxe.ExpectColumnValuesToBeNull(column=column, **shared)
        case OneOf(column, values):
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values), **shared)
        case NoneOf(column, values):
            return gxe.ExpectColumnValuesToNotBeInSet(column=column, value_set=list(values), **shared)
        case Matches(column, regex):
            return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=regex, **shared)
        case NoLongerThan(column, characters):
            return gxe.ExpectColumnValueLengthsToBeBetween(column=column, max_value=characters, **shared)
        case AtLeast(larger, smaller):
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="either_value_is_missing", **shared
            )
        case Same(left, right):
            return gxe.ExpectColumnPairValuesToBeEqual(
                column_A=left, column_B=right, ignore_row_if="either_value_is_missing", **shared
            )
        case DistinctTogether(columns):
            return gxe.ExpectCompoundColumnsToBeUnique(
                column_list=list(columns), ignore_row_if="any_value_is_missing", **shared
            )
    raise TypeError(f"no expectation for the check {check!r}")
