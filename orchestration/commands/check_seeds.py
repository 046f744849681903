"""`zhengxin check-seeds`: what is wrong with the seeds, before anything is landed or built."""

from __future__ import annotations

import time

import typer

from orchestration.commands.terminal import output
from orchestration.home import Home


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
        count = "1 row breaks" if found.fault_count == 1 else f"{found.fault_count} rows break"
        say.print(f"{count} a rule ({found.rule_count} rules, {seconds:.1f} s).")
        raise typer.Exit(1)
    say.print(f"The seeds are sound: {found.rule_count} rules, {seconds:.1f} s.")
