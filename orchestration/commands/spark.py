"""`zhengxin spark`: have the evidence of a home counted on Spark, or say how to do it by hand."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from orchestration.commands.terminal import output
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.settings import in_home_language
from orchestration.wording import Wording

NO_EVIDENCE = Wording(
    "此文件夹没有已入库的证据:请将证据放入 inbox/evidence/<kind>/(见 docs/evidence.md),再运行 zhengxin land。",
    "No evidence has landed here: put it into inbox/evidence/<kind>/ (docs/evidence.md), then: zhengxin land.",
)
COUNTED = Wording(
    "Spark 已统计 {count} 条记录,结果在 {folder};下一次 zhengxin run 直接采用。",
    "Spark has counted {count} records into {folder}; the next zhengxin run takes them over.",
)


def spark(
    master: Annotated[
        str | None,
        typer.Option(
            help="Such as spark://host:7077. Default: ZHENGXIN_SPARK_MASTER, else local[*].", show_default=False
        ),
    ] = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only write what Spark must know, and print the variables for dbt.")
    ] = False,
) -> None:
    """Count the evidence on Spark: checks, duplicates and measures, by the models that DuckDB runs.

    What Spark has counted from the files now in effect is taken over by the next run; the rest DuckDB counts. Needs
    the extra zhengxin\\[spark] and Java 17. A cluster must see the home under the same path: docs/scale.md.

    [dim]zhengxin spark --master spark://10.0.0.5:7077
    eval "$(zhengxin spark --prepare)" && dbt build --target spark --select tag:evidence[/dim]
    """
    from orchestration.landing.evidence.layout import landed_kinds
    from orchestration.warehouse import dbt, evidence_elsewhere

    home = Home.from_environment()
    if not landed_kinds(home):
        raise UsageError(NO_EVIDENCE)
    if prepare:
        evidence_elsewhere.write_inputs(home)
        told = (
            dbt.environment(home) | evidence_elsewhere.variables(master) | {"DBT_TARGET_PATH": str(home.spark / "dbt")}
        )
        for name, value in told.items():
            print(f"export {name}={shlex.quote(value)}")
        return
    count = evidence_elsewhere.count_on_spark(home, master)
    output().print(in_home_language(COUNTED.filled(count=f"{count:,}", folder=home.spark / "tables"), home))
