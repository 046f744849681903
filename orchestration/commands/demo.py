"""`zhengxin demo`: inputs to try everything on."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.terminal import messages, output, progress_bar, styled
from orchestration.errors import UsageError
from orchestration.home import HOME_VARIABLE, Home, folder_around, is_installed
from orchestration.settings import in_home_language, settings_of
from orchestration.wording import Wording
from orchestration.years import parse_years

if TYPE_CHECKING:
    from orchestration.project_folder.start import Start

# Where an installed package puts its demo when nothing names a home.
DEMO_FOLDER = "zhengxin-demo"
HDI = Wording(
    "真实数据:1990-2022年人类发展指数的输入(联合国开发计划署,CC BY 3.0 IGO)。",
    "Real data: inputs of the Human Development Index 1990-2022 (UNDP, CC BY 3.0 IGO).",
)
CENSUS = Wording(
    "真实数据:2020年分县人口普查(国家统计局,经 leiii/census,MIT)。仅作演示,不是对任何政府的评价。",
    "Real data: census of 2020 by county (National Bureau of Statistics, by way of leiii/census, MIT). A "
    "demonstration, not an assessment of any government.",
)
ASEM = Wording(
    "真实数据:COINr 1.1.14 的示例(bluefoxr/COINr,MIT)。",
    "Real data: the example of COINr 1.1.14 (bluefoxr/COINr, MIT).",
)
DRAWING = Wording("生成合成输入", "Drawing synthetic inputs")
SYNTHETIC = Wording(
    "[bold yellow]合成数据 SYNTHETIC DATA[/]:随机生成,按已公布的汇总数校准,并非观测。",
    "[bold yellow]SYNTHETIC DATA[/]: drawn at random, calibrated to published aggregates, not observed.",
)
WAITING = Wording(
    "{count} 个文件({size} MB)在 {inbox} 中待入库。下一步:{command}",
    "{count} files ({size} MB) wait in {inbox}. Next: {command}",
)


class DemoKind(StrEnum):
    """What can be tried."""

    county = "county"
    hdi = "hdi"
    asem = "asem"
    census = "census"


SERIES = {
    DemoKind.county: "county_integrity",
    DemoKind.hdi: "hdi",
    DemoKind.asem: "asem",
    DemoKind.census: "census",
}
# What every file of a demo is called: a file under another name is somebody's own.
FILE_PREFIXES = {
    DemoKind.county: ("synthetic_", "census_"),
    DemoKind.hdi: ("hdi_observation_",),
    DemoKind.asem: ("asem_observation_",),
    DemoKind.census: ("census_",),
}


def demo(
    kind: Annotated[
        DemoKind,
        typer.Argument(
            help="county: synthetic counties; hdi: real data of 193 countries; asem: COINr's example; census: real "
            "data of 2,845 counties."
        ),
    ] = DemoKind.county,
    years: Annotated[
        str, typer.Option(help="Years of the county inputs, such as 2019 or 2017-2019.", metavar="YEARS")
    ] = "2017-2019",
    seed: Annotated[
        int | None, typer.Option(help="Seed of the synthetic draw; the same seed gives the same files.")
    ] = (None),
    records: Annotated[
        int,
        typer.Option(help="Records that county adds, from which measures are counted beside the typed ones.", min=0),
    ] = 0,
) -> None:
    """Write demo inputs into the inbox.

    [b]county[/b] writes SYNTHETIC observations, events and verifications of all counties, calibrated to the published
    aggregates of 2019 and labelled synthetic in every row, with officers that exist in the demo only; its runs publish
    by themselves. [b]hdi[/b] is zhengxin init --from hdi: the real inputs of the Human Development Index, 1990-2022,
    whose published answer the scores must equal; give it a home of its own. [b]asem[/b] is the example of the R package
    COINr, 51 countries and 49 indicators, with seeds of its own.
    [b]census[/b] writes real figures of the census of 2020 by county for a demonstration index, no assessment of any
    government; give it a home of its own.

    [dim]zhengxin demo
    zhengxin demo county --years 2019
    zhengxin demo county --records 500000
    zhengxin --home var/hdi demo hdi
    zhengxin --home var/census demo census[/dim]
    """
    home = _home_of_demo()
    _refuse_other_data(home, kind)
    if kind is DemoKind.hdi:
        _write_hdi(home)
    elif kind is DemoKind.asem:
        _write_asem(home)
    elif kind is DemoKind.census:
        _write_census(home)
    else:
        _write_county(home, parse_years([years]), seed, records)


def _write_hdi(home: Home) -> None:
    """The HDI's seeds and settings, where the home has none, and its observations."""
    from orchestration.demo.hdi import write_hdi_inbox
    from orchestration.project_folder.start import Start

    _start(home, Start.hdi)
    paths = write_hdi_inbox(home.inbox)
    output().print(in_home_language(HDI, home))
    _say_what_waits(home, paths)


def _write_census(home: Home) -> None:
    """The settings of the census index, where the home has none, its observations and the attributes of its units."""
    from orchestration.demo.census import write_census_inbox
    from orchestration.project_folder.start import Start

    _start(home, Start.census)
    paths = write_census_inbox(home.inbox)
    output().print(in_home_language(CENSUS, home))
    _say_what_waits(home, paths)


def _write_asem(home: Home) -> None:
    """The example's seeds, which stand alone, its settings where the home has none, and its observations."""
    from orchestration.demo.asem import SETTINGS, write_asem_inbox, write_asem_seeds

    write_asem_seeds(home.seeds)
    if not home.settings.exists():
        home.settings.write_text(SETTINGS, encoding="utf-8")
    paths = write_asem_inbox(home.inbox)
    output().print(in_home_language(ASEM, home))
    _say_what_waits(home, paths)


def _write_county(home: Home, years: list[int], seed: int | None, record_count: int) -> None:
    from orchestration.demo.census import BASIC_ATTRIBUTES, write_census_attributes
    from orchestration.demo.county import SEED, write_county_inbox
    from orchestration.demo.county_evidence import write_county_evidence
    from orchestration.demo.evidence import frame_units, write_evidence
    from orchestration.demo.officer import write_officers
    from orchestration.landing.inbox import EVIDENCE_FOLDER
    from orchestration.project_folder.start import Start

    drawn_by = SEED if seed is None else seed
    with progress_bar(messages()) as bar:
        task = bar.add_task(in_home_language(DRAWING, home), total=None)
        try:
            paths = write_county_inbox(
                home.inbox,
                years,
                seed=drawn_by,
                progress=lambda what, done, total: bar.update(task, description=what, completed=done, total=total),
            )
        except ValueError as error:
            raise UsageError(Wording(str(error), str(error))) from error
    paths.append(write_census_attributes(home.inbox, BASIC_ATTRIBUTES))
    records = home.inbox / EVIDENCE_FOLDER
    paths += write_county_evidence(records, max(years), drawn_by)
    if record_count:
        paths += write_evidence(records, frame_units(years), years, record_count)
    _start(home, Start.county)
    write_officers(home.seeds)
    output().print(styled(in_home_language(SYNTHETIC, home)))
    _say_what_waits(home, paths)


def _start(home: Home, start: Start) -> None:
    """Make the home a project folder whose runs publish by themselves, unless it is a project already."""
    from orchestration.project_folder.start import start_folder
    from orchestration.settings import AUTO

    if not home.settings.exists():
        start_folder(home, start, publish=AUTO)


def _say_what_waits(home: Home, paths: list[Path]) -> None:
    size = sum(path.stat().st_size for path in paths) / 1e6
    waiting = WAITING.filled(
        count=len(paths), size=f"{size:.1f}", inbox=home.inbox, command=f"{_go_there(home)}zhengxin run"
    )
    output().print(in_home_language(waiting, home))


def _go_there(home: Home) -> str:
    """What to type before a command so that it finds a home that nothing names."""
    is_found = os.environ.get(HOME_VARIABLE) or folder_around(Path.cwd()) or not is_installed()
    return "" if is_found else f"cd {home.root.name} && "


def _home_of_demo() -> Home:
    """The home that a command finds, else, for an installed package, a folder of the demo's own."""
    if is_installed() and not os.environ.get(HOME_VARIABLE) and folder_around(Path.cwd()) is None:
        return Home(Path.cwd() / DEMO_FOLDER)
    return Home.from_environment()


def _refuse_other_data(home: Home, kind: DemoKind) -> None:
    """Demo inputs go into an empty inbox of no other index, or one that holds the same demo."""
    if home.settings.exists() and (series := settings_of(home).series) != SERIES[kind]:
        raise UsageError(
            Wording(
                f"{home.root} 属于另一个指数({home.settings} 写的是 {series or '无系列'}):"
                f"请另用一个主目录,例如 zhengxin --home {home.root}-demo demo {kind}。",
                f"{home.root} holds another index ({home.settings} names {series or 'no series'}): "
                "name another home, for "
                f"example zhengxin --home {home.root}-demo demo {kind}.",
            )
        )
    held = [path for path in home.inbox.rglob("*") if path.is_file() and not path.name.startswith(".")]
    others = [path for path in held if not path.name.startswith(FILE_PREFIXES[kind])]
    if others:
        raise UsageError(
            Wording(
                f"收件箱 {home.inbox} 中已有 {len(others)} 个其他文件(例如 "
                f"{others[0].relative_to(home.inbox)})。示例数据不与其混用:"
                f"请另用一个主目录,例如 zhengxin --home {home.root}-demo demo {kind}。",
                f"The inbox {home.inbox} already holds {len(others)} files of something else (such as "
                f"{others[0].relative_to(home.inbox)}). Demo inputs are not mixed with them: name another home, for "
                f"example zhengxin --home {home.root}-demo demo {kind}.",
            )
        )
