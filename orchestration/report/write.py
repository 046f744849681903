"""Reports as files: one region, or all provinces and the nation of a year, in the formats that are asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.report import html, typst
from orchestration.report.compose import compose
from orchestration.report.document import Report
from orchestration.report.figures.release import Region
from orchestration.report.release import open_release


class Format(StrEnum):
    """What a report is written as."""

    html = "html"
    pdf = "pdf"
    both = "both"


@dataclass(frozen=True)
class WrittenReport:
    """One report on disk: whom it is about, its title, its files, and the characters (`U+1F6A7`) in whose place the PDF
    has a mark, as its font lacks them."""

    region_code: str
    title: str
    files: tuple[Path, ...]
    missing_signs: tuple[str, ...] = ()


class ReportsFailed(UsageError):
    """Some reports could not be written; `written` are the others."""

    def __init__(self, failed: dict[str, Exception], written: list[WrittenReport]) -> None:
        reasons = "; ".join(f"{code}: {_reason(error)}" for code, error in failed.items())
        super().__init__(f"{len(failed)} of {len(failed) + len(written)} reports could not be written. {reasons}")
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
        region_code = region_code or release.root_region()
        report = compose(release, region_code, language, methodology_code)
    folder.mkdir(parents=True, exist_ok=True)
    files, missing = [], ()
    if formats in (Format.html, Format.both):
        files.append(_write_html(report, folder))
    if formats in (Format.pdf, Format.both):
        path = folder / f"{report.file_stem}.pdf"
        missing = typst.write_pdf(report, path)
        files.append(path)
    return WrittenReport(region_code, report.title, tuple(files), missing)


def write_all(
    release_file: Path,
    language: str,
    formats: Format,
    folder: Path,
    methodology_code: str | None = None,
    progress: Callable[[int, int, WrittenReport], None] = lambda done, total, written: None,
) -> list[WrittenReport]:
    """The reports on the nation and on every province that has units, on all cores; `progress` hears of each one.

    What one of them fails on does not end the others: `ReportsFailed` at the end names each that failed.
    """
    codes = nation_and_provinces(release_file)
    written: dict[str, WrittenReport] = {}
    failed: dict[str, Exception] = {}
    with _workers(len(codes)) as workers:
        waiting = {
            workers.submit(write_report, release_file, code, language, formats, folder, methodology_code): code
            for code in codes
        }
        try:
            for done, finished in enumerate(as_completed(waiting), start=1):
                code, error = waiting[finished], finished.exception()
                if error is None:
                    written[code] = finished.result()
                    progress(done, len(codes), finished.result())
                elif isinstance(error, Exception):
                    failed[code] = error
                else:
                    raise error
        except BaseException:
            workers.shutdown(cancel_futures=True)
            raise
    ordered = [written[code] for code in codes if code in written]
    if failed:
        raise ReportsFailed({code: failed[code] for code in codes if code in failed}, ordered)
    return ordered


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, UsageError) else f"{type(error).__name__}: {error}"


def _workers(reports: int) -> ProcessPoolExecutor:
    """A process for each report, as many at a time as there are cores: typst keeps what it has laid out, so a process
    that wrote ten provinces would hold gigabytes."""
    workers = min(os.cpu_count() or 1, reports)
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), max_tasks_per_child=1)


def nation_and_provinces(release_file: Path) -> Sequence[str]:
    """Codes of the root region and of the regions directly below it that have units."""
    with open_release(release_file, "en") as release:
        regions = release.ask(Region)
    roots = {region.region_code for region in regions if region.parent_region_code is None}
    if not roots:
        raise UsageError(f"{release_file} holds no regions: it is no release of county governments.")
    return [
        region.region_code
        for region in regions
        if region.unit_count and (region.region_code in roots or region.parent_region_code in roots)
    ]


def _write_html(report: Report, folder: Path) -> Path:
    path = folder / f"{report.file_stem}.html"
    partial = path.with_name(path.name + ".tmp")
    partial.write_text(html.render(report), encoding="utf-8")
    os.replace(partial, path)
    return path
