"""`zhengxin report`: the yearly report on a region or unit, written from a release."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.language import Language, language_of
from orchestration.commands.terminal import messages, output, progress_bar, spinner
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.wording import Wording

if TYPE_CHECKING:
    from orchestration.report.write import WrittenReport


REGION_OR_ALL = Wording(
    "请指明一个地区(--region 520000;加 --units 写其各单位),或用 --all-provinces,不能同时用。",
    "Name a region (--region 520000; with --units its units) or --all-provinces, not both.",
)
# So many reports are told of one by one.
MANY = 100


class ReportFormat(StrEnum):
    """Files of a report."""

    html = "html"
    pdf = "pdf"
    both = "both"


def report(
    region: Annotated[
        str | None,
        typer.Option(
            help="A region or unit: code, name, part of it, pinyin or a former name (520000, 贵州, xiuwenxian). "
            "Default: all that the index assesses.",
            show_default=False,
        ),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="Assessed year. Default: that of the current release.", show_default=False)
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(
            help="A release such as 2019-r2, or the path of a release file. Default: the year's last in force.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Language of the report. Default: the home's.", show_default=False)
    ] = None,
    format: Annotated[ReportFormat, typer.Option("--format", "-f", help="Files to write.")] = ReportFormat.both,
    folder: Annotated[
        Path | None,
        typer.Option("--output", help="Folder to write into. Default: reports/YEAR in the home.", show_default=False),
    ] = None,
    all_provinces: Annotated[
        bool, typer.Option("--all-provinces", help="A report on the whole and one on every region right below it.")
    ] = False,
    units: Annotated[
        bool, typer.Option("--units", help="A report of its own on every unit of the region, into a folder units.")
    ] = False,
    both_languages: Annotated[
        bool, typer.Option("--both-languages", help="With --units: Chinese and English.")
    ] = False,
    methodology: Annotated[
        str | None,
        typer.Option(help="Methodology to report by. Default: the edition's primary one.", show_default=False),
    ] = None,
    internal: Annotated[
        bool, typer.Option("--internal", help="From the release's internal file: with evidence, quarantine and queue.")
    ] = False,
) -> None:
    """Write the yearly report on a region or unit, as a web page and as PDF, from a release.

    All figures come from the release file, so a report can be written anew years later. The county index has a report
    of its own, with maps; any other index is reported on in its own words.

    [dim]zhengxin report --region 520000 --year 2019
    zhengxin report --region 修文县 --language en --format html
    zhengxin report --region 贵州 --units --format pdf
    zhengxin report --year 2019 --all-provinces[/dim]
    """
    home = Home.from_environment()
    if all_provinces and (region is not None or units):
        raise UsageError(REGION_OR_ALL)
    from orchestration.report.release import find_release, year_of_request
    from orchestration.report.write import Format, Order, ReportsFailed, write_all, write_report, write_units

    spoken = language_of(language)
    assessed_year = year_of_request(home, year, release)
    release_file = find_release(home, assessed_year, release, internal)
    target = folder or home.reports / str(assessed_year)
    formats = Format(format.value)
    say = messages()
    if not (all_provinces or units):
        with spinner(say, f"Writing the report on {region or 'the whole'}"):
            written = [write_report(release_file, region, spoken, formats, target, methodology)]
        _tell(written)
        return
    with progress_bar(say) as bar:
        task = bar.add_task("Writing reports", total=None)

        def advance(done: int, total: int, last: WrittenReport) -> None:
            bar.update(task, completed=done, total=total, description=f"Written: {last.title}")
            if not say.is_terminal and (all_provinces or done % 100 == 0 or done == total):
                say.print(f"{done}/{total} {last.title}")

        try:
            if units:
                languages = ("zh", "en") if both_languages else (spoken,)
                order = Order(release_file, languages, formats, target / "units", methodology)
                written = write_units(order, region, advance)
            else:
                written = write_all(release_file, spoken, formats, target, methodology, advance)
        except ReportsFailed as error:
            _tell(error.written)
            raise
    _tell(written)


def _tell(written: list[WrittenReport]) -> None:
    """The files (of many their folder), and of which characters a PDF shows a mark only."""
    if len(written) > MANY:
        output().print(f"{len(written)} reports  {written[0].files[0].parent}")
    for one in written:
        for path in one.files if len(written) <= MANY else ():
            output().print(f"{one.title}  {path}")
        if one.missing_signs:
            messages().print(
                f"{one.title}: the PDF has a mark in the place of {', '.join(one.missing_signs)}, which its font lacks;"
                " the web page shows them."
            )
