"""`zhengxin demo`: inputs to try everything on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.commands.terminal import messages, output, progress_bar
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.years import parse_years


class DemoKind(StrEnum):
    """What can be tried."""

    county = "county"
    hdi = "hdi"
    census = "census"


SERIES = {DemoKind.county: "county_integrity", DemoKind.hdi: "hdi", DemoKind.census: "census"}
# What every file of a demo is called: a file under another name is somebody's own.
FILE_PREFIXES = {
    DemoKind.county: ("synthetic_", "census_"),
    DemoKind.hdi: ("hdi_observation_",),
    DemoKind.census: ("census_",),
}


def demo(
    kind: Annotated[
        DemoKind,
        typer.Argument(
            help="county: synthetic counties; hdi: real data of 193 countries; census: real data of 2,845 counties."
        ),
    ] = DemoKind.county,
    years: Annotated[
        str, typer.Option(help="Years of the county inputs, such as 2019 or 2017-2019.", metavar="YEARS")
    ] = "2017-2019",
    seed: Annotated[
        int | None, typer.Option(help="Seed of the synthetic draw; the same seed gives the same files.")
    ] = (None),
) -> None:
    """Write demo inputs into the inbox.

    [b]county[/b] writes SYNTHETIC observations, events and verifications of all counties, calibrated to the published
    aggregates of 2019 and labelled synthetic in every row, with the real population of the census of 2020 beside them.
    [b]hdi[/b] writes the real inputs of the Human Development Index, 1990-2022, whose published answer the scores must
    equal. [b]census[/b] writes real figures of the census of 2020 by county for a demonstration index, no assessment of
    any government. Give hdi and census a home of their own.

    [dim]zhengxin demo
    zhengxin demo county --years 2019
    zhengxin --home var/hdi demo hdi
    zhengxin --home var/census demo census[/dim]
    """
    from orchestration.editions import note_series

    home = Home.from_environment()
    _refuse_other_data(home, kind)
    say = output()
    if kind is DemoKind.hdi:
        from orchestration.demo.hdi import write_hdi_inbox

        paths = write_hdi_inbox(home.inbox)
        say.print("Real data: inputs of the Human Development Index 1990-2022 (UNDP, CC BY 3.0 IGO).")
    elif kind is DemoKind.census:
        from orchestration.demo.census import write_census_inbox

        paths = write_census_inbox(home.inbox)
        say.print(
            "Real data: census of 2020 by county (National Bureau of Statistics, by way of leiii/census, MIT). A "
            "demonstration, not an assessment of any government."
        )
    else:
        from orchestration.demo.census import BASIC_ATTRIBUTES, write_census_attributes
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
        paths.append(write_census_attributes(home.inbox, BASIC_ATTRIBUTES))
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
    from orchestration.editions import series_note, series_of

    held = [path for path in home.inbox.rglob("*") if path.is_file() and not path.name.startswith(".")]
    is_same_demo = series_note(home).exists() and series_of(home) == SERIES[kind]
    if is_same_demo:
        held = [path for path in held if not path.name.startswith(FILE_PREFIXES[kind])]
    if held:
        raise UsageError(
            f"The inbox {home.inbox} already holds {len(held)} files of something else (such as "
            f"{held[0].relative_to(home.inbox)}). Demo inputs are not mixed with them: name another home, for example "
            f"zhengxin --home {home.root}-demo demo {kind}."
        )
