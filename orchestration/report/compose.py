"""A report composed from a release: the message, sections in order, sources."""

from __future__ import annotations

from orchestration.report import about, advice, dimensions, overall, problems, regions, summary, unit
from orchestration.report.document import Report, Section
from orchestration.report.index import compose_index
from orchestration.report.parts import Outline
from orchestration.report.release import Release
from orchestration.report.scope import Context

# The series that has a report of its own; any other one is reported on in its own words.
COUNTY_SERIES = "county_integrity"


def compose(release: Release, region_code: str | None, language: str, methodology_code: str | None = None) -> Report:
    """The report on a region or unit of the release's edition (None: on all of it), in `zh` or `en`.

    `methodology_code` defaults to the edition's primary methodology. Raises `UsageError` for an unknown region.
    """
    if release.series() != COUNTY_SERIES:
        return compose_index(release, region_code, language, methodology_code)
    ctx = Context(release, region_code or release.root_region(), language, methodology_code)
    outline = Outline(language)
    message = tuple((unit if ctx.is_unit else summary).message(ctx))
    outline.sections.append(Section(ctx.word("summary.heading"), 1, "summary", message))
    for part in (unit, about) if ctx.is_unit else (overall, dimensions, regions, problems, advice, about):
        part.add(ctx, outline)
    title, edition = ctx.word(f"title.{ctx.title_key}"), ctx.word("title.edition")
    return ctx.report(title, edition, "notice.", outline.sections, has_contents=not ctx.is_unit)
