"""Releases as the last Dagster asset of a year: cut, judged by gates, published, or offered for want of a reason."""

from collections.abc import Iterable, Iterator

import dagster as dg

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.pipeline import findings
from orchestration.pipeline.jobs import ANNUAL_RUN
from orchestration.pipeline.quality import mart_key
from orchestration.pipeline.resources import WRITER_POOL, HomeResource, failure_of, warehouse_turn, years_of_run
from orchestration.quality.marts import MART_CHECKS
from orchestration.release.catalogue import ReleaseId
from orchestration.release.gates import GATES, GateResult
from orchestration.release.publish import (
    OFFERED,
    PUBLISHED,
    EditionIncomplete,
    Outcome,
    ReleaseRefused,
    current_release,
    release_edition,
)
from orchestration.settings import in_home_language, settings_of
from orchestration.warehouse import connection
from orchestration.warehouse.dbt import prepare_manifest
from orchestration.wording import Wording
from orchestration.writing import markdown

EDITION_RELEASE = dg.AssetKey(["release", "edition"])
OFFER_CHECK = "nothing_waits"
NO_CANDIDATE = Wording("没有候选:没有变化", "no candidate: nothing changed")


class ReleaseConfig(dg.Config):
    """What only a person can say: why figures changed, and the digest of the earlier editions' changes."""

    note: str | None = None
    acknowledge: str | None = None


def release_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The releases of the years of a run, in their order; a year whose figures stand is left alone."""

    @dg.multi_asset(
        name="release_editions",
        specs=[
            dg.AssetSpec(
                EDITION_RELEASE,
                # Whose blocking checks come first.
                deps=[mart_key(check.mart) for check in MART_CHECKS],
                group_name="release",
                kinds={"duckdb", "parquet"},
                description="The edition as a frozen, read-only release, and `current.duckdb` for readers. What a run "
                "scored is offered until somebody decides: job publish_release; a revision needs config `note`. "
                "发布版。",
            )
        ],
        check_specs=[
            *(
                dg.AssetCheckSpec(name, asset=EDITION_RELEASE, blocking=True, description=f"{holds.en}. {holds.zh}。")
                for name, holds in GATES.items()
            ),
            dg.AssetCheckSpec(
                OFFER_CHECK,
                asset=EDITION_RELEASE,
                description="An edition waits for observations, or a result for a person's decision.",
            ),
        ],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=WRITER_POOL,
    )
    def release_editions(context: dg.AssetExecutionContext, config: ReleaseConfig, home: HomeResource):
        years = years_of_run(context, home)
        # Whoever launches the release alone has decided; a whole run decides only where its home says so.
        is_decided = context.run.job_name != ANNUAL_RUN or settings_of(home.paths).publishes_by_itself
        outcomes: list[Outcome] = []
        told: dict[ReleaseId, str] = {}
        waiting: list[str] = []
        with warehouse_turn(context, home.paths):
            manifest = prepare_manifest(home.paths)
            with connection.writing(home.paths.warehouse, say=context.log.warning) as warehouse:
                for year in years:
                    try:
                        outcome = release_edition(
                            home.paths,
                            warehouse,
                            manifest,
                            home.series_code,
                            year,
                            note=config.note,
                            acknowledged=config.acknowledge,
                            say=context.log.info,
                            is_decided=is_decided,
                        )
                    except EditionIncomplete as incomplete:
                        # A run in the midst of collection is no failure.
                        waiting.append(in_home_language(incomplete.wording, home.paths))
                        context.log.warning(waiting[-1])
                        continue
                    except ReleaseRefused as refusal:
                        yield from gate_results(refusal.gates, home.paths)
                        raise failure_of(refusal, home.paths) from None
                    except UsageError as error:
                        raise failure_of(error, home.paths) from None
                    told[outcome.release] = in_home_language(outcome.message, home.paths)
                    (context.log.warning if outcome.state == OFFERED else context.log.info)(told[outcome.release])
                    outcomes.append(outcome)
            if any(each.state == PUBLISHED for each in outcomes):
                findings.released(home.paths)
        rows = [(str(each.release), each.state, each.changes, told[each.release]) for each in outcomes]
        yield dg.MaterializeResult(
            EDITION_RELEASE,
            metadata={
                "editions": dg.MetadataValue.md(
                    markdown.table(["release", "state", "changed figures", "what to do"], rows)
                ),
                "current": current_release(home.paths) or "none",
                "head": next((each.head for each in reversed(outcomes) if each.head), "unchanged"),
                "path": dg.MetadataValue.path(str(home.paths.releases)),
            },
        )
        yield from gate_results((gate for outcome in outcomes for gate in outcome.gates), home.paths)
        waiting += [told[outcome.release] for outcome in outcomes if outcome.state == OFFERED]
        yield _offer_result(waiting)

    return release_editions


def gate_results(gates: Iterable[GateResult], home: Home) -> Iterator[dg.AssetCheckResult]:
    """One result a gate over all editions; a gate that no candidate reached has passed before."""
    of_gates: dict[str, list[Wording]] = {name: [] for name in GATES}
    holds: dict[str, str] = {}
    for gate in gates:
        of_gates[gate.name] += gate.findings
        holds[gate.name] = in_home_language(gate.holds, home)
    for name, found in of_gates.items():
        yield dg.AssetCheckResult(
            asset_key=EDITION_RELEASE,
            check_name=name,
            passed=not found,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={
                "holds": holds.get(name) or in_home_language(NO_CANDIDATE, home),
                "findings": "\n".join(in_home_language(each, home) for each in found) or "none",
            },
        )


def _offer_result(waiting: list[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=EDITION_RELEASE,
        check_name=OFFER_CHECK,
        passed=not waiting,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"waiting": "\n".join(waiting) or "none"},
    )
