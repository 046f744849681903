"""A report composed from a release: the message, sections in order, sources."""

from __future__ import annotations

from orchestration.report import about, advice, dimensions, overall, problems, regions, summary, unit
from orchestration.report.document import Report
from orchestration.report.index import compose_index
from orchestration.report.parts import Outline, labels
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
    outline.sections.append((unit if ctx.is_unit else summary).summary(ctx))
    for part in (unit, about) if ctx.is_unit else (overall, dimensions, regions, problems, advice, about):
        part.add(ctx, outline)
    t, info = ctx.t, ctx.info
    title = ctx.word(f"title.{ctx.title_key}")
    return Report(
        title=title,
        subtitle=ctx.word("title.edition"),
        language=language,
        file_stem=_file_stem(ctx),
        description=ctx.word("title.description", info, title=title),
        notice=t.word(f"notice.{info.data_kind}"),
        watermark=t.word(f"watermark.{info.data_kind}"),
        running_head=ctx.word("title.running_head", title=title),
        edition=ctx.say("title.edition_line", info, kind=t.word(f"data_kind_name.{info.data_kind}")),
        labels=labels(t),
        sections=tuple(outline.sections),
        sources=release.sources(),
        released_at=info.released_at,
        has_contents=not ctx.is_unit,
    )


def _file_stem(ctx: Context) -> str:
    """What differs has a name of its own: a report by another methodology, or with what only internal readers see."""
    methodology = [] if ctx.info.is_primary_methodology else [ctx.methodology]
    internal = ["internal"] if ctx.is_internal else []
    return "-".join([str(ctx.year), ctx.scope.code, ctx.language, *methodology, *internal])
