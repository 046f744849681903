"""Early warnings in Dagster: open ones show as a check of their mart, and go on to a webhook where one is set."""

import dagster as dg

from orchestration.errors import UsageError
from orchestration.pipeline import findings
from orchestration.pipeline.preview import Metadata
from orchestration.pipeline.quality import mart_key
from orchestration.pipeline.resources import WRITER_POOL, HomeResource
from orchestration.settings import in_home_language
from orchestration.warehouse import connection
from orchestration.warning.hand_on import hand_on, webhook_address
from orchestration.warning.reading import EarlyWarning, read_warnings
from orchestration.writing import markdown

HANDED_ON = dg.AssetKey(["warning", "handed_on"])
CHECK_NAME = "none_open"
SHOWN_WARNINGS = 50


def open_warnings_check() -> dg.AssetChecksDefinition:
    """A check that warns, and never blocks, where warnings have come since the last release; the gravest that are open
    stand in its metadata."""

    @dg.asset_check(
        asset=mart_key("warning"),
        name=CHECK_NAME,
        description="No early warning has come since the last release; all that are open stand in the metadata. "
        "Warnings show here and block nothing. 上次发布以来没有新的预警;未解除的预警列在元数据中。",
        pool=WRITER_POOL,
    )
    def none_open(home: HomeResource) -> dg.AssetCheckResult:
        found = _open_warnings(home)
        columns = ["since", "severity", "unit", "name", "warning", "what"]
        rows = [
            (item.first_seen, item.severity, item.unit_code, item.unit_name_zh, item.warning_name_zh, item.text_zh)
            for item in found[:SHOWN_WARNINGS]
        ]
        metadata: Metadata = {"open": len(found)}
        if rows:
            metadata["warnings"] = dg.MetadataValue.md(markdown.table(columns, rows))
        told = [(item.warning_code, item.first_seen) for item in found]
        return findings.result_of(home.paths, mart_key("warning"), CHECK_NAME, told, metadata)

    return none_open


def handed_on_asset() -> dg.AssetsDefinition:
    """Hands open warnings on. A receiver that fails, or an address that is none, does not fail the run: what has not
    been taken goes out next time. No step waits for it: it comes last of all that can be done."""

    @dg.asset(
        key=HANDED_ON,
        deps=[mart_key("warning")],
        group_name="warning",
        kinds={"python"},
        pool=WRITER_POOL,
        op_tags={"dagster/priority": "-10"},
        description="Open warnings handed on to the webhook that zhengxin.toml names, each once; off without it. "
        "向外推送的预警。",
    )
    def handed_on(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult:
        try:
            address = webhook_address(home.paths)
            if address is None:
                return dg.MaterializeResult(metadata={"webhook": "off: zhengxin.toml names none"})
            done = hand_on(home.paths, _open_warnings(home), address, say=context.log.warning)
        except UsageError as error:
            problem = in_home_language(error.wording, home.paths)
            context.log.error(problem)
            return dg.MaterializeResult(metadata={"webhook": "on", "problem": problem})
        return dg.MaterializeResult(metadata={"webhook": "on", "sent": done.sent, "sent_before": done.known})

    return handed_on


def _open_warnings(home: HomeResource) -> list[EarlyWarning]:
    with connection.reading(home.paths.warehouse) as open_connection:
        return read_warnings(open_connection, only_open=True)
