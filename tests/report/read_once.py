"""Reports on a release, each composed, drawn and printed once for all tests that only read them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from orchestration.report import typst
from orchestration.report.compose import compose
from orchestration.report.document import Report
from orchestration.report.html import render
from orchestration.report.release import open_release
from tests.report.paper_check import page_texts


def report_of(
    release_file: Path, region_code: str | None, language: str = "zh", methodology: str | None = None
) -> Report:
    return _composed(release_file, region_code, language, methodology)


def composed_anew(
    release_file: Path, region_code: str | None, language: str = "zh", methodology: str | None = None
) -> Report:
    with open_release(release_file, language) as release:
        return compose(release, region_code, language, methodology)


_composed = cache(composed_anew)


@cache
def web_page_of(release_file: Path, region_code: str, language: str) -> str:
    return render(report_of(release_file, region_code, language))


@cache
def paper_of(release_file: Path, region_code: str, language: str) -> list[str]:
    """The texts of the pages on paper. Look, don't change."""
    return page_texts(typst.pdf(report_of(release_file, region_code, language)))
