"""Runs a Great Expectations suite on a pandas frame and returns what it found as plain data.

The suites themselves are code elsewhere (`landing/judge.py` for the sources, `quality/marts.py` for the marts). A
suite's expectations carry their stable name in `meta["rule"]` (unique in the suite) and, where it differs from the
expectation's own, the column that a person should look at in `meta["column"]`; `severity` "critical" is an error,
anything less a warning.

Contexts are ephemeral and sending of usage statistics is off: nothing is written outside, nothing leaves the machine.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, Literal

# Read by Great Expectations when it is imported.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import pandas as pd
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.metadata_types import FailureSeverity

SAMPLE_SIZE = 5


class SuiteError(Exception):
    """An expectation could not be evaluated at all (a missing column, a wrong type): a fault of the suite."""


@dataclass(frozen=True)
class ExpectationOutcome:
    """What one expectation found; without `failing_keys` it is one row of `quality.validation_result`.

    `evaluated_count` and `unexpected_count` are rows (None for an expectation on the table as a whole). `sample` shows
    up to five unexpected values as text. `failing_keys` are the key columns' values of every failing row, in order.
    """

    suite: str
    rule: str
    expectation: str
    column: str
    description: str
    severity: Literal["error", "warning"]
    success: bool
    evaluated_count: int | None
    unexpected_count: int | None
    sample: tuple[str, ...] = ()
    failing_keys: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)

    def as_record(self) -> dict[str, Any]:
        """The outcome without the keys, ready for JSON."""
        record = asdict(replace(self, failing_keys=()))
        del record["failing_keys"]
        record["sample"] = list(self.sample)
        return record


@dataclass(frozen=True)
class SuiteRun:
    """All outcomes of one suite on one frame, in the order of its expectations."""

    suite: str
    outcomes: tuple[ExpectationOutcome, ...]

    @property
    def success(self) -> bool:
        """No expectation of severity error failed."""
        return all(outcome.success for outcome in self.outcomes if outcome.severity == "error")


def unmet(suite: gx.ExpectationSuite, frame: pd.DataFrame) -> set[str]:
    """Names of the expectations that are not met, and no more: to count and to show what is not takes as long again.
    One that cannot be evaluated is among them; `run_suite` says why."""
    batch = _batch_definition(_context()).get_batch({"dataframe": frame})
    result = batch.validate(suite, result_format="BOOLEAN_ONLY")
    return {_rule(item.expectation_config) for item in result.results if not item.success}


def run_suite(suite: gx.ExpectationSuite, frame: pd.DataFrame, key_columns: Sequence[str]) -> SuiteRun:
    """Validate `frame` and return the outcomes in the order of the suite's expectations.

    `key_columns` name the failing rows (`ExpectationOutcome.failing_keys`). Raises `SuiteError` when an expectation
    cannot be evaluated, or two share a rule name; a failed expectation is no exception.
    """
    by_rule = {_rule(expectation): expectation for expectation in suite.expectations}
    if len(by_rule) != len(suite.expectations):
        raise SuiteError(f"suite {suite.name}: two expectations have the same rule name")
    batch = _batch_definition(_context()).get_batch({"dataframe": frame})
    # Listing the failing rows costs more than finding that there are none: list them only where there are some.
    result = batch.validate(suite, result_format="BASIC")
    failing = [_rule(item.expectation_config) for item in result.results if not item.success]
    items = {_rule(item.expectation_config): item for item in result.results}
    if failing:
        failing_suite = gx.ExpectationSuite(name=suite.name, expectations=[by_rule[rule] for rule in failing])
        complete = {"result_format": "COMPLETE", "unexpected_index_column_names": list(key_columns)}
        listed = batch.validate(failing_suite, result_format=complete)
        items |= {_rule(item.expectation_config): item for item in listed.results}
    return SuiteRun(suite.name, tuple(_outcome(suite.name, items[rule], list(key_columns)) for rule in by_rule))


def _rule(expectation: Any) -> str:
    """Stable name of an expectation or of its configuration: its meta's rule, else its type and column."""
    configuration = getattr(expectation, "configuration", expectation)
    meta, kwargs = configuration.meta or {}, configuration.kwargs
    return meta.get("rule") or ".".join(filter(None, (configuration.type, kwargs.get("column"))))


@cache
def _context() -> EphemeralDataContext:
    # The default keeps a folder for Data Docs among the temporary files; pages are rendered elsewhere.
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores))
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


@cache
def _batch_definition(context: EphemeralDataContext) -> Any:
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("all")


def _outcome(suite_name: str, item: Any, key_columns: list[str]) -> ExpectationOutcome:
    configuration = item.expectation_config
    kwargs, meta = configuration.kwargs, configuration.meta or {}
    rule = _rule(configuration)
    exception = item.exception_info or {}
    if exception.get("raised_exception") or any(
        isinstance(nested, dict) and nested.get("raised_exception") for nested in exception.values()
    ):
        raise SuiteError(f"suite {suite_name}, rule {rule} ({configuration.type}) could not be evaluated: {exception}")
    details = item.result or {}
    # Rows as a whole (pairs, several columns) are reported as tuples or mappings, single cells as they are.
    unexpected = details.get("partial_unexpected_list") or []
    if not unexpected and not item.success and "observed_value" in details:
        unexpected = [details["observed_value"]]
    return ExpectationOutcome(
        suite=suite_name,
        rule=rule,
        expectation=configuration.type,
        column=meta.get("column") or kwargs.get("column") or ",".join(kwargs.get("column_list") or []),
        description=configuration.description or "",
        severity="error" if configuration.severity == FailureSeverity.CRITICAL else "warning",
        success=bool(item.success),
        evaluated_count=details.get("element_count"),
        unexpected_count=details.get("unexpected_count"),
        sample=tuple(str(value) for value in unexpected[:SAMPLE_SIZE]),
        failing_keys=tuple(
            tuple(entry[column] for column in key_columns) for entry in details.get("unexpected_index_list") or ()
        ),
    )
