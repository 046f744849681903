"""Reports as files: one region or unit, all provinces and the nation, or all units of a region."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.report import html, typst, unit
from orchestration.report.compose import COUNTY_SERIES, compose
from orchestration.report.document import Report
from orchestration.report.release import Release, open_release
from orchestration.report.subject import primary_or_named
from orchestration.wording import Wording
from orchestration.worker_processes import results_as_done

# Reports that a process writes before it is replaced: typst keeps what it has laid out.
PROVINCES_A_PROCESS, BATCHES_A_PROCESS = 1, 8
UNITS_A_BATCH = 40
NO_REGIONS = Wording("{path} 中没有地区:不是发布版本。", "{path} holds no regions: it is no release.")
NO_UNITS = Wording(
    "{code} 不是有参评单位的地区,也不是参评单位。", "{code} is no region with assessed units, nor one of them."
)
SOME_FAILED = Wording(
    "{all} 份报告中有 {failed} 份未能写成。{reasons}", "{failed} of {all} reports could not be written. {reasons}"
)


class Format(StrEnum):
    """What a report is written as."""

    html = "html"
    pdf = "pdf"
    both = "both"


@dataclass(frozen=True)
class Order:
    """How reports are to be written: from which release, in which languages and formats, to which folder."""

    release_file: Path
    languages: tuple[str, ...]
    formats: Format
    folder: Path
    methodology_code: str | None = None


@dataclass(frozen=True)
class WrittenReport:
    """One report on disk: whom it is about, its title, its files, and the characters (`U+1F6A7`) in whose place the PDF
    has a mark, as its font lacks them."""

    region_code: str
    title: str
    files: tuple[Path, ...]
    missing_signs: tuple[str, ...] = ()


Progress = Callable[[int, int, WrittenReport], None]


class ReportsFailed(UsageError):
    """Some of the reports that were asked for could not be written; `written` are those that were."""

    def __init__(self, failed: dict[str, str], written: list[WrittenReport]) -> None:
        reasons = "; ".join(f"{code}: {reason}" for code, reason in failed.items())
        total = len(failed) + len(written)
        super().__init__(SOME_FAILED.filled(all=total, failed=len(failed), reasons=reasons))
        self.written = written


def write_report(
    release_file: Path,
    region_code: str | None,
    language: str,
    formats: Format,
    folder: Path,
    methodology_code: str | None = None,
) -> WrittenReport:
    """Compose and write one report (`region_code` None: on all that is assessed) below `folder`; each file appears
    whole or not at all.

    Raises `UsageError` for an unknown region, methodology or language, and when no Chinese font is found.
    """
    with open_release(release_file, language) as release:
        region_code = release.place(region_code)
        return _written(compose(release, region_code, language, methodology_code), region_code, formats, folder)


def write_all(
    release_file: Path,
    language: str,
    formats: Format,
    folder: Path,
    methodology_code: str | None = None,
    progress: Progress = lambda done, total, written: None,
) -> list[WrittenReport]:
    """The reports on the nation and on every province that has units, on all cores; `progress` hears of each one.

    What one of them fails on does not end the others: `ReportsFailed` at the end names each that failed.
    """
    order = Order(release_file, (language,), formats, folder, methodology_code)
    batches = [[code] for code in nation_and_provinces(release_file)]
    return _in_processes(order, batches, PROVINCES_A_PROCESS, progress)


def write_units(
    order: Order, region_code: str | None, progress: Progress = lambda done, total, written: None
) -> list[WrittenReport]:
    """A report of its own for every unit of a region (None: of all), in all languages of the order, on all cores.

    Units are written in batches of one province each, whose answers are read at once.
    """
    batches = [
        codes[start : start + UNITS_A_BATCH]
        for codes in units_by_province(order.release_file, region_code)
        for start in range(0, len(codes), UNITS_A_BATCH)
    ]
    return _in_processes(order, batches, BATCHES_A_PROCESS, progress)


def _in_processes(
    order: Order, batches: list[list[str]], batches_a_process: int, progress: Progress
) -> list[WrittenReport]:
    total = sum(map(len, batches)) * len(order.languages)
    written: dict[tuple[str, str], WrittenReport] = {}
    failed: dict[str, str] = {}
    count = min(os.cpu_count() or 1, len(batches))
    jobs = ((order, language, codes) for codes, language in product(batches, order.languages))
    for batch in results_as_done(_write_batch, jobs, count, batches_a_process):
        for code, language, one in batch:
            if isinstance(one, str):
                failed[code] = one
            else:
                written[code, language] = one
                progress(len(written), total, one)
    codes = [code for batch in batches for code in batch]
    ordered = [written[each] for each in product(codes, order.languages) if each in written]
    if failed:
        raise ReportsFailed({code: failed[code] for code in codes if code in failed}, ordered)
    return ordered


def _write_batch(order: Order, language: str, codes: list[str]) -> list[tuple[str, str, WrittenReport | str]]:
    """Some reports from one open release: each as written, or the reason why it was not."""
    result: list[tuple[str, str, WrittenReport | str]] = []
    with open_release(order.release_file, language) as release:
        if len(codes) > 1:
            _read_ahead(release, codes, order.methodology_code)
        for code in codes:
            release.forget()
            try:
                report = compose(release, code, language, order.methodology_code)
                result.append((code, language, _written(report, code, order.formats, order.folder)))
            except UsageError as error:
                result.append((code, language, error.in_language(language)))
            except Exception as error:
                result.append((code, language, f"{type(error).__name__}: {error}"))
    return result


def _read_ahead(release: Release, codes: Sequence[str], methodology_code: str | None) -> None:
    """What the reports of one province's units ask, asked once."""
    if release.series() != COUNTY_SERIES:
        return
    nation = release.root_region()
    info = primary_or_named(release.ask("release"), methodology_code)
    [province] = {row.province_code for row in release.ask("unit", region=codes[0], nation=nation)}
    release.read_ahead(unit.READ_AHEAD, region=province, nation=nation, methodology=info.methodology_code)


def _written(report: Report, code: str, formats: Format, folder: Path) -> WrittenReport:
    folder.mkdir(parents=True, exist_ok=True)
    page, paper = folder / f"{report.file_stem}.html", folder / f"{report.file_stem}.pdf"
    missing: tuple[str, ...] = ()
    if formats is not Format.pdf:
        partial = page.with_name(page.name + ".tmp")
        partial.write_text(html.render(report), encoding="utf-8")
        os.replace(partial, page)
    if formats is not Format.html:
        missing = typst.write_pdf(report, paper)
    files = {Format.html: (page,), Format.pdf: (paper,), Format.both: (page, paper)}[formats]
    return WrittenReport(code, report.title, files, missing)


def nation_and_provinces(release_file: Path) -> Sequence[str]:
    """Codes of the root region and of the regions directly below it that have units."""
    with open_release(release_file, "en") as release:
        regions = release.ask("region")
    roots = {region.region_code for region in regions if region.parent_region_code is None}
    if not roots:
        raise UsageError(NO_REGIONS.filled(path=release_file))
    return [
        region.region_code
        for region in regions
        if region.unit_count and (region.region_code in roots or region.parent_region_code in roots)
    ]


def units_by_province(release_file: Path, region_code: str | None) -> Iterable[list[str]]:
    """Codes of the region's assessed units, province by province."""
    with open_release(release_file, "en") as release:
        code, nation = release.place(region_code), release.root_region()
        units = [row for row in release.ask("unit", region=code, nation=nation) if row.is_included]
    if not units:
        raise UsageError(NO_UNITS.filled(code=region_code))
    provinces: dict[str, list[str]] = {}
    for row in units:
        provinces.setdefault(row.province_code, []).append(row.unit_code)
    return provinces.values()
