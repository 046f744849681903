"""A report composed from a release: title page, sections in order, sources."""

from __future__ import annotations

from orchestration.report.document import Report, Section
from orchestration.report.index import compose_index
from orchestration.report.release import Release
from orchestration.report.scope import Context, Kind
from orchestration.report.sections import appendix, background, dimensions, overall, problems, regions
from orchestration.report.sections.parts import Numbering, labels
from orchestration.report.sections.units import UnitPages

# The series that has a report of its own; any other one is reported on in its own words.
COUNTY_SERIES = "county_integrity"


def compose(release: Release, region_code: str | None, language: str, methodology_code: str | None = None) -> Report:
    """The report on a region or unit of the release's edition (None: on all of it), in `zh` or `en`.

    `methodology_code` defaults to the edition's primary methodology. Raises `UsageError` for an unknown region.
    """
    if release.series() != COUNTY_SERIES:
        return compose_index(release, region_code, language, methodology_code)
    ctx = Context(release, region_code or release.root_region(), language, methodology_code)
    t, info, kind = ctx.t, ctx.info, ctx.scope.kind
    title = t.word(f"title.{ctx.title_key}", region=ctx.subject_name)
    sections = _sections(ctx)
    return Report(
        title=title,
        subtitle=t.word("title.edition", year=str(ctx.year)),
        language=language,
        file_stem=_file_stem(ctx),
        description=t.word("title.description", title=title, year=str(ctx.year), release=info.release_id),
        notice=t.word(f"notice.{info.data_kind}"),
        watermark=t.word(f"watermark.{info.data_kind}"),
        running_head=t.word("title.running_head", title=title, year=str(ctx.year)),
        cover_facts=_cover_facts(ctx),
        labels=labels(t),
        sections=tuple(sections),
        sources=release.sources(),
        released_at=info.released_at,
        chapters_start_pages=kind is not Kind.unit,
    )


def _file_stem(ctx: Context) -> str:
    """What differs has a name of its own: a report by another methodology, or with what only internal readers see."""
    methodology = [] if ctx.info.is_primary_methodology else [ctx.methodology]
    internal = ["internal"] if ctx.is_internal else []
    return "-".join([str(ctx.year), ctx.scope.code, ctx.language, *methodology, *internal])


def _sections(ctx: Context) -> list[Section]:
    number = Numbering(ctx.language)
    found: list[Section] = []
    if ctx.scope.kind is Kind.unit:
        found += UnitPages(ctx).sections(number)
        found += background.sections(ctx, number)
    else:
        for part in (background, overall, dimensions, regions, problems):
            found += part.sections(ctx, number)
        if ctx.has_unit_pages:
            found += UnitPages(ctx).sections(number)
    return [*found, *appendix.sections(ctx, number)]


def _cover_facts(ctx: Context) -> tuple:
    t, infos, info = ctx.t, ctx.infos, ctx.info
    return (
        (t.word("release.title"), (ctx.named(info, "title"),)),
        (t.word("release.release_id"), (infos.text(info.release_id),)),
        (t.word("release.released_at"), (infos.text(info.released_at), t.word("word.time_zone"))),
        (
            t.word("release.methodology"),
            (t.word("title.methodology", name=ctx.named(info, "methodology_name"), version=info.methodology_version),),
        ),
        (t.word("release.data_kind"), (t.word(f"data_kind_name.{info.data_kind}"),)),
    )
