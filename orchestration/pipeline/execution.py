"""Running a job in this very process, recorded on the home's instance so that the UI shows the run like its own."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from dagster import AssetCheckSeverity, DagsterEventType, DagsterInstance, EventLogEntry, JobDefinition

from orchestration.errors import Interrupted
from orchestration.pipeline import findings
from orchestration.pipeline.instance import PROCESS_TAG
from orchestration.wording import Wording

POLL_SECONDS = 0.5
# How the UI tells to which code location a run belongs.
REPOSITORY_TAG = ".dagster/repository"
REPOSITORY_LABEL = "__repository__@zhengxin"

# Called with each entry of the run's log, from a thread of its own.
Listener = Callable[[EventLogEntry], None]


@dataclass
class CheckCount:
    """How the checks of a run went, each counted once; `failed` and `warned` name asset and check. One that found only
    what was known at the last release has passed in Dagster, and is counted among those that warn."""

    passed: int = 0
    warned: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def add(self, other: CheckCount) -> None:
        self.passed += other.passed
        self.warned += other.warned
        self.failed += other.failed


@dataclass(frozen=True)
class RunOutcome:
    """What became of a run: `errors` holds one message a failed step."""

    run_id: str
    success: bool
    errors: list[str]
    checks: CheckCount


def execute(
    instance: DagsterInstance, job: JobDefinition, tags: Mapping[str, str], listener: Listener | None = None
) -> RunOutcome:
    """Run the job to its end; a failing step is told in the outcome, not raised. Ctrl-C raises `Interrupted`."""
    run_id = str(uuid.uuid4())
    own_tags = {PROCESS_TAG: str(os.getpid()), REPOSITORY_TAG: REPOSITORY_LABEL}
    with _Follower(instance, run_id, listener) if listener else nullcontext():
        result = job.execute_in_process(
            instance=instance, run_id=run_id, tags={**tags, **own_tags}, raise_on_error=False
        )
    entries = instance.all_logs(run_id)
    if any(_is_interrupted(entry) for entry in entries):
        raise Interrupted(
            Wording(
                "已中断。已入库的保留不变;再次运行即可继续。",
                "Interrupted. What has landed stays; run it again to go on.",
            )
        )
    return RunOutcome(run_id, result.success, _errors(entries), _checks(entries))


class _Follower:
    """Tells a listener about the log of a run while the run goes on."""

    def __init__(self, instance: DagsterInstance, run_id: str, listener: Listener) -> None:
        self._instance, self._run_id, self._listener = instance, run_id, listener
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="run follower", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _follow(self) -> None:
        cursor = None
        while True:
            last_look = self._ended.wait(POLL_SECONDS)
            if self._instance.has_run(self._run_id):
                page = self._instance.get_records_for_run(self._run_id, cursor=cursor)
                cursor = page.cursor
                for record in page.records:
                    self._listener(record.event_log_entry)
            if last_look:
                return


def _is_interrupted(entry: EventLogEntry) -> bool:
    event = entry.dagster_event
    if event is None or not event.is_step_failure or event.step_failure_data.error is None:
        return False
    return event.step_failure_data.error.cls_name == "DagsterExecutionInterruptedError"


def _errors(entries: Sequence[EventLogEntry]) -> list[str]:
    messages = []
    for entry in entries:
        event = entry.dagster_event
        if event is None or not event.is_step_failure:
            continue
        data = event.step_failure_data
        if data.user_failure_data and data.user_failure_data.description:
            messages.append(f"{event.step_key}: {data.user_failure_data.description}")
            continue
        error = data.error
        while error and error.cause:
            error = error.cause
        messages.append(f"{event.step_key}: {error.message.strip() if error else 'failed'}")
    return messages


def _checks(entries: Sequence[EventLogEntry]) -> CheckCount:
    latest = {}
    for entry in entries:
        event = entry.dagster_event
        if event is not None and event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            latest[evaluation.asset_check_key] = evaluation
    count = CheckCount()
    for key, evaluation in sorted(latest.items(), key=lambda item: item[0].to_user_string()):
        if evaluation.passed and findings.COUNT not in evaluation.metadata:
            count.passed += 1
        elif evaluation.severity == AssetCheckSeverity.WARN:
            count.warned.append(key.to_user_string())
        else:
            count.failed.append(key.to_user_string())
    return count
