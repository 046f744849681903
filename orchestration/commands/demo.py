"""`zhengxin demo`: inputs to try everything on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.commands.terminal import messages, output, progress_bar
from orchestration.errors import UsageError
from orchestration.home import PROJECT_VARIABLE, Home
from orchestration.years import parse_years


class DemoKind(StrEnum):
    """What can be tried."""

    county = "county"
    hdi = "hdi"
    asem = "asem"


SERIES = {DemoKind.county: "county_integrity", DemoKind.hdi: "hdi", DemoKind.asem: "asem"}
# What every file of a demo is called: a file under another name is somebody's own.
FILE_PREFIX = {DemoKind.county: "synthetic_", DemoKind.hdi: "hdi_observation_", DemoKind.asem: "asem_observation_"}


def demo(
    kind: Annotated[
        DemoKind,
        typer.Argument(help="county: synthetic counties; hdi: real data of 193 countries; asem: the example of COINr."),
    ] = (DemoKind.county),
    years: Annotated[
        str, typer.Option(help="Years of the county inputs, such as 2019 or 2017-2019.", metavar="YEARS")
    ] = "2017-2019",
    seed: Annotated[
        int | None, typer.Option(help="Seed of the synthetic draw; the same seed gives the same files.")
    ] = (None),
) -> None:
    """Write demo inputs into the inbox.

    [b]county[/b] writes SYNTHETIC observations, events and verifications of all counties, calibrated to the published
    aggregates of 2019 and labelled synthetic in every row. [b]hdi[/b] writes the real inputs of the Human Development
    Index, 1990-2022, whose published answer the scores must equal; give it a home of its own. [b]asem[/b] writes the
    example of the R package COINr, 51 countries and 49 indicators, with a project of its own: see make asem.

    [dim]zhengxin demo
    zhengxin demo county --years 2019
    zhengxin --home var/hdi demo hdi[/dim]
    """
    from orchestration.editions import note_series

    home = Home.from_environment()
    _refuse_other_data(home, kind)
    say = output()
    if kind is DemoKind.hdi:
        from orchestration.demo.hdi import write_hdi_inbox

        paths = write_hdi_inbox(home.inbox)
        say.print("Real data: inputs of the Human Development Index 1990-2022 (UNDP, CC BY 3.0 IGO).")
    elif kind is DemoKind.asem:
        from orchestration.demo.asem import write_asem_inbox, write_asem_project

        project = write_asem_project(home.root / "project")
        paths = write_asem_inbox(home.inbox)
        say.print("Real data: the example of COINr 1.1.14 (bluefoxr/COINr, MIT).")
        say.print(f"Its commands need its project: export {PROJECT_VARIABLE}={project}", markup=False)
    else:
        from orchestration.demo.county import SEED, write_county_inbox

        with progress_bar(messages()) as bar:
            task = bar.add_task("Drawing synthetic inputs", total=None)
            try:
                paths = write_county_inbox(
                    home.inbox,
                    parse_years([years]),
                    seed=SEED if seed is None else seed,
                    progress=lambda what, done, total: bar.update(task, description=what, completed=done, total=total),
                )
            except ValueError as error:
                raise UsageError(str(error)) from error
        say.print("[bold yellow]SYNTHETIC DATA[/]: drawn at random, calibrated to published aggregates, not observed.")
    note_series(home, SERIES[kind])
    _let_runs_publish(home)
    size = sum(path.stat().st_size for path in paths) / 1e6
    say.print(f"{len(paths)} files ({size:.1f} MB) wait in {home.inbox}. Next: zhengxin run")


def _let_runs_publish(home: Home) -> None:
    """Nobody has to decide on demo data; a home that has settings of its own keeps them."""
    from orchestration.settings import AUTO, settings_file

    if not settings_file(home).exists():
        settings_file(home).write_text(f'# Runs release what they scored.\npublish = "{AUTO}"\n', encoding="utf-8")


def _refuse_other_data(home: Home, kind: DemoKind) -> None:
    """Demo inputs go into an empty inbox, or one that holds the same demo."""
    from orchestration.editions import series_note

    held = [path for path in home.inbox.rglob("*") if path.is_file() and not path.name.startswith(".")]
    note = series_note(home)
    is_same_demo = note.exists() and note.read_text(encoding="utf-8").strip() == SERIES[kind]
    if is_same_demo:
        held = [path for path in held if not path.name.startswith(FILE_PREFIX[kind])]
    if held:
        raise UsageError(
            f"The inbox {home.inbox} already holds {len(held)} files of something else (such as "
            f"{held[0].relative_to(home.inbox)}). Demo inputs are not mixed with them: name another home, for example "
            f"zhengxin --home {home.root}-demo demo {kind}."
        )
