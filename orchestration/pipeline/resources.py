"""What every step is handed: the home it works in, and the one writer's pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from orchestration.editions import check_years, edition_years
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.pipeline.jobs import FROM_SCRATCH_TAG
from orchestration.pipeline.partitions import PARTITION_TAG, RANGE_END_TAG, RANGE_START_TAG
from orchestration.settings import in_home_language
from orchestration.warehouse import built_from
from orchestration.warehouse.lock import writer_lock
from orchestration.wording import Wording

# All steps that write the warehouse stand in this pool; dagster.yaml gives a pool one place.
WRITER_POOL = "warehouse_writer"
WITHOUT_A_YEAR = Wording(
    "{job} 启动时没有年度:请选择一个或多个分区。", "{job} was launched without a year: choose one or more partitions."
)


class HomeResource(dg.ConfigurableResource):
    """The home whose inbox, landing store and warehouse a run works on, and the series that it holds."""

    root: str
    series_code: str

    @property
    def paths(self) -> Home:
        return Home(Path(self.root))


def years_of_run(context: dg.AssetExecutionContext, home: HomeResource) -> list[int]:
    """The years that the run was launched for.

    The UI offers only editions up to the newest one with data, but a run can also be launched through the API, where
    Dagster takes any partition: so the first step fails with a message before it touches anything.
    """
    if not context.has_partition_key and not context.has_partition_key_range:
        raise dg.Failure(
            in_home_language(WITHOUT_A_YEAR.filled(job=context.run.job_name), home.paths), allow_retries=False
        )
    try:
        tags = context.run.tags
        bounds = [tags[name] for name in (PARTITION_TAG, RANGE_START_TAG, RANGE_END_TAG) if name in tags]
        check_years(home.paths, bounds, home.series_code)
        # Not Dagster's list of partition keys: it ends with the data that was there when the definitions were loaded.
        return [
            year for year in edition_years(home.paths, home.series_code) if int(min(bounds)) <= year <= int(max(bounds))
        ]
    except UsageError as error:
        raise failure_of(error, home.paths) from None


def is_from_scratch(context: dg.AssetExecutionContext) -> bool:
    """Whether the run is one of `rebuild_warehouse`."""
    return FROM_SCRATCH_TAG in context.run.tags


def failure_of(error: UsageError, home: Home) -> dg.Failure:
    """What a person can mend fails a step with its message alone, in the home's language."""
    return dg.Failure(in_home_language(error.wording, home), allow_retries=False)


@contextmanager
def warehouse_turn(context: dg.AssetExecutionContext, home: Home) -> Iterator[None]:
    """Hold the warehouse's writer lock for a step; what a person can mend fails the step with its message alone.

    Waiting for another writer is told in the run's log.
    """
    what = f"the run {context.run.run_id[:8]} of {context.run.job_name}, step {context.op_execution_context.op.name}"
    try:
        with writer_lock(home.warehouse, what, say=context.log.warning):
            built_from.forget(home)
            yield
    except UsageError as error:
        raise failure_of(error, home) from None
