"""The job that builds the warehouse anew from the landed batches and the seeds, in one go over all years."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.pipeline.dbt_models import build_events
from orchestration.pipeline.jobs import REBUILD_WAREHOUSE
from orchestration.pipeline.landing import changed_methods_told, raw_results, tell_of_upgrade
from orchestration.pipeline.quality import VALIDATION_RESULT, check_results, validated, validation_metadata
from orchestration.pipeline.resources import WRITER_POOL, HomeResource, warehouse_turn
from orchestration.release.history import load_releases_in_force
from orchestration.warehouse import connection
from orchestration.warehouse.raw import load_raw


def rebuild_job(manifest: Mapping[str, Any]) -> dg.JobDefinition:
    """`rebuild_warehouse`: nothing is landed, nothing but the warehouse file is removed."""

    @dg.op(pool=WRITER_POOL, out=dg.Out(dg.Nothing))
    def drop_and_load(context: dg.OpExecutionContext, home: HomeResource):
        """Remove the warehouse file and load the raw tables from the effective batches."""
        with warehouse_turn(context, home.paths):
            tell_of_upgrade(context, home.paths)
            changed_methods = changed_methods_told(context, home.paths)
            connection.drop(home.paths.warehouse, say=context.log.warning)
            with connection.writing(home.paths.warehouse) as open_connection:
                load_raw(open_connection, home.paths)
                load_releases_in_force(open_connection, home.paths)
                results = list(raw_results(open_connection, home.paths, [], changed_methods))
        for result in results:
            yield dg.AssetMaterialization(result.asset_key, metadata=result.metadata)
            for check in result.check_results or []:
                yield _evaluation(check)
        yield dg.Output(None)

    @dg.op(pool=WRITER_POOL, ins={"loaded": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
    def build_models_anew(context: dg.OpExecutionContext, dbt_cli: DbtCliResource, home: HomeResource):
        """Build all seeds and models with their tests."""
        with warehouse_turn(context, home.paths):
            yield from build_events(context, dbt_cli, home.paths, manifest)
        yield dg.Output(None)

    @dg.op(pool=WRITER_POOL, ins={"built": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
    def validate_all_years(context: dg.OpExecutionContext, home: HomeResource):
        """Run the suites on the marts of every edition that was built."""
        with warehouse_turn(context, home.paths):
            runs = validated(context, home.paths, None)
        yield dg.AssetMaterialization(VALIDATION_RESULT, metadata=validation_metadata(home.paths, runs))
        failed = []
        for check in check_results(home.paths, runs):
            yield _evaluation(check)
            if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
                failed.append(check.asset_key.to_user_string())
        if failed:
            raise dg.Failure(f"Great Expectations found errors in {', '.join(failed)}.", allow_retries=False)
        yield dg.Output(None)

    @dg.job(
        name=REBUILD_WAREHOUSE,
        description="Drop the warehouse file and build everything anew from the landed batches and the seeds. Nothing "
        "is landed and nothing that was received is touched.",
    )
    def rebuild_warehouse():
        validate_all_years(built=build_models_anew(loaded=drop_and_load()))

    return rebuild_warehouse


def _evaluation(result: dg.AssetCheckResult) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=result.asset_key,
        check_name=result.check_name,
        passed=result.passed,
        severity=result.severity,
        metadata=result.metadata,
    )
