"""`zhengxin check-seeds`: what is wrong with the seeds, before anything is landed or built."""

from __future__ import annotations

import time

import typer

from orchestration.commands.terminal import output
from orchestration.home import Home
from orchestration.settings import in_home_language
from orchestration.wording import Wording

SOUND = Wording("种子文件无误:{rules} 条规则,{seconds} 秒。", "The seeds are sound: {rules} rules, {seconds} s.")
ONE_BREAKS = Wording(
    "1 行违反规则(共 {rules} 条规则,{seconds} 秒)。", "1 row breaks a rule ({rules} rules, {seconds} s)."
)
BREAK = Wording(
    "{count} 行违反规则(共 {rules} 条规则,{seconds} 秒)。", "{count} rows break a rule ({rules} rules, {seconds} s)."
)


def check_seeds() -> None:
    """Ask every rule of the seeds in seconds: types, keys, references, and what spans files.

    They are the rules that a build asks, over the same files. Nothing is landed or built. Exit code 1 if a row breaks
    one; each is named with its file and row.

    [dim]zhengxin check-seeds
    zhengxin --home my-index check-seeds[/dim]
    """
    from orchestration.warehouse.seed_check import check_seeds as check

    home = Home.from_environment()
    started = time.monotonic()
    found = check(home)
    seconds = time.monotonic() - started
    say = output()
    for rule in dict.fromkeys(fault.rule for fault in found.faults):
        faults = [fault for fault in found.faults if fault.rule == rule]
        if faults[0].explanation:
            say.print(f"{rule}: {faults[0].explanation}")
        for fault in faults:
            say.print(f"  {fault}")
    if found.fault_count:
        broken = (ONE_BREAKS if found.fault_count == 1 else BREAK).filled(
            count=found.fault_count, rules=found.rule_count, seconds=f"{seconds:.1f}"
        )
        say.print(in_home_language(broken, home))
        raise typer.Exit(1)
    sound = SOUND.filled(rules=found.rule_count, seconds=f"{seconds:.1f}")
    say.print(in_home_language(sound, home))
