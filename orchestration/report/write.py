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
    """One report on disk: whom it is about, its title, and its files."""

    region_code: str
    title: str
    files: tuple[Path, ...]


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
    files = []
    if formats in (Format.html, Format.both):
        files.append(_write_html(report, folder))
    if formats in (Format.pdf, Format.both):
        path = folder / f"{report.file_stem}.pdf"
        typst.write_pdf(report, path)
        files.append(path)
    return WrittenReport(region_code, report.title, tuple(files))


def write_all(
    release_file: Path,
    language: str,
    formats: Format,
    folder: Path,
    methodology_code: str | None = None,
    progress: Callable[[int, int, WrittenReport], None] = lambda done, total, written: None,
) -> list[WrittenReport]:
    """The reports on the nation and on every province that has units, on all cores; `progress` hears of each one.

    The first error ends it: reports that are written stay, none is left half-written.
    """
    codes = nation_and_provinces(release_file)
    written = {}
    with _workers(len(codes)) as workers:
        waiting = {
            workers.submit(write_report, release_file, code, language, formats, folder, methodology_code): code
            for code in codes
        }
        try:
            for done, finished in enumerate(as_completed(waiting), start=1):
                written[waiting[finished]] = finished.result()
                progress(done, len(codes), finished.result())
        except BaseException:
            workers.shutdown(cancel_futures=True)
            raise
    return [written[code] for code in codes]


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
