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
from orchestration.settings import settings_of
from orchestration.wording import Wording

if TYPE_CHECKING:
    from orchestration.report.write import WrittenReport


REGION_OR_ALL = Wording(
    "请指明一个地区(--region 520000;加 --units 写其各单位),或用 --all-provinces,不能同时用。",
    "Name a region (--region 520000; with --units its units) or --all-provinces, not both.",
)
WRITING_ONE = Wording("正在写{region}的报告", "Writing the report on {region}")
THE_WHOLE = Wording("全部地区", "the whole")
WRITING = Wording("正在写报告", "Writing reports")
WRITTEN = Wording("已写成:{title}", "Written: {title}")
MANY_WRITTEN = Wording("{count} 份报告  {folder}", "{count} reports  {folder}")
MARKED = Wording(
    "{title}:PDF 的字体没有 {signs},以记号代替;网页版照原文列出。",
    "{title}: the PDF has a mark in the place of {signs}, which its font lacks; the web page shows them.",
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

    spoken, told_in = language_of(language), settings_of(home).language
    assessed_year = year_of_request(home, year, release)
    release_file = find_release(home, assessed_year, release, internal)
    target = folder or home.reports / str(assessed_year)
    formats = Format(format.value)
    say = messages()
    if not (all_provinces or units):
        with spinner(say, WRITING_ONE.filled(region=region or THE_WHOLE).in_language(told_in)):
            written = [write_report(release_file, region, spoken, formats, target, methodology)]
        _tell(written, told_in)
        return
    with progress_bar(say) as bar:
        task = bar.add_task(WRITING.in_language(told_in), total=None)

        def advance(done: int, total: int, last: WrittenReport) -> None:
            description = WRITTEN.filled(title=last.title).in_language(told_in)
            bar.update(task, completed=done, total=total, description=description)
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
            _tell(error.written, told_in)
            raise
    _tell(written, told_in)


def _tell(written: list[WrittenReport], language: str) -> None:
    """The files (of many their folder), and of which characters a PDF shows a mark only."""
    if len(written) > MANY:
        told = MANY_WRITTEN.filled(count=f"{len(written):,}", folder=written[0].files[0].parent)
        output().print(told.in_language(language))
    for one in written:
        for path in one.files if len(written) <= MANY else ():
            output().print(f"{one.title}  {path}")
        if one.missing_signs:
            signs = Wording("、".join(one.missing_signs), ", ".join(one.missing_signs))
            messages().print(MARKED.filled(title=one.title, signs=signs).in_language(language))
