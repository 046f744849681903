"""Suites on frames: outcomes, failing keys, and faults of a suite told apart from faults of the data."""

from __future__ import annotations

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest

from orchestration.validation import SuiteError, run_suite

FRAME = pd.DataFrame({"unit": ["a", "b", "c"], "year": [2018, 2019, 2019], "score": [1.0, 200.0, None]})


def suite(*expectations: gxe.Expectation) -> gx.ExpectationSuite:
    return gx.ExpectationSuite(name="scores", expectations=list(expectations))


def test_outcomes_name_the_failing_rows() -> None:
    run = run_suite(
        suite(
            gxe.ExpectColumnValuesToBeBetween(
                column="score",
                max_value=100,
                severity="critical",
                description="at most 100",
                meta={"rule": "score_range"},
            ),
            gxe.ExpectColumnValuesToNotBeNull(column="score", severity="warning"),
            gxe.ExpectTableRowCountToBeBetween(min_value=1, severity="critical"),
            gxe.ExpectColumnSumToBeBetween(column="score", max_value=10, severity="warning", meta={"rule": "sum"}),
        ),
        FRAME,
        ["unit", "year"],
    )
    in_range, filled, counted, summed = run.outcomes
    assert (in_range.rule, in_range.severity, in_range.success) == ("score_range", "error", False)
    assert in_range.failing_keys == (("b", 2019),)
    assert (in_range.evaluated_count, in_range.unexpected_count, in_range.sample) == (3, 1, ("200.0",))
    assert in_range.description == "at most 100"
    assert (filled.rule, filled.column, filled.failing_keys) == (
        "expect_column_values_to_not_be_null.score",
        "score",
        (("c", 2019),),
    )
    assert (counted.success, counted.evaluated_count) == (True, None)
    assert (summed.success, summed.sample, summed.unexpected_count) == (False, ("201.0",), None)
    assert not run.success
    record = in_range.as_record()
    assert record["sample"] == ["200.0"] and "failing_keys" not in record


def test_warnings_do_not_fail_a_run() -> None:
    expectation = gxe.ExpectColumnValuesToNotBeNull(column="score", severity="warning")
    assert run_suite(suite(expectation), FRAME, ["unit"]).success


def test_a_suite_that_cannot_be_evaluated_is_an_error() -> None:
    with pytest.raises(SuiteError, match="no_such_column"):
        run_suite(suite(gxe.ExpectColumnValuesToNotBeNull(column="no_such_column")), FRAME, ["unit"])


def test_rule_names_are_unique_in_a_suite() -> None:
    twice = [
        gxe.ExpectColumnValuesToNotBeNull(column="score", meta={"rule": "same"}),
        gxe.ExpectColumnValuesToNotBeNull(column="unit", meta={"rule": "same"}),
    ]
    with pytest.raises(SuiteError, match="same rule name"):
        run_suite(suite(*twice), FRAME, ["unit"])


def test_an_empty_frame_passes() -> None:
    assert run_suite(suite(gxe.ExpectColumnValuesToBeUnique(column="unit")), FRAME.head(0), ["unit"]).success
