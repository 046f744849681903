"""Runs the suites on the marts by Great Expectations."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.metadata_types import FailureSeverity

from orchestration.quality.marts import MART_CHECKS, MartCheck, MartExpectation
from orchestration.validation import SuiteRun, run_suite


def validate_marts(connection: duckdb.DuckDBPyConnection, years: Iterable[int]) -> list[SuiteRun]:
    """Run every suite on the marts of `years`; raises `SuiteError` when an expectation cannot be evaluated."""
    asked = list(years)
    return [
        run_suite(_suite(check), connection.execute(check.query, [asked]).df(), check.keys) for check in MART_CHECKS
    ]


def _suite(check: MartCheck) -> gx.ExpectationSuite:
    expectations = [_expectation(each) for each in check.expectations]
    return gx.ExpectationSuite(name=f"marts.{check.mart}", expectations=expectations)


def _expectation(told: MartExpectation) -> gxe.Expectation:
    kind: type[gxe.Expectation] = getattr(gxe, told.expectation)
    severity = FailureSeverity(told.severity)
    return kind(severity=severity, description=told.description, meta={"rule": told.rule}, **told.arguments)
