"""Section 5: what stated rules find in the data, each with the units concerned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import groupby

from orchestration.report.document import Finding, FindingList, Paragraph, Section, Text, Tone
from orchestration.report.figures.problem import (
    ProblemBelowNation,
    ProblemCeiling,
    ProblemDimensionFall,
    ProblemEventScore,
    ProblemLowIndicator,
    ProblemNotCollected,
    ProblemNotPublished,
    ProblemResponse,
    ProblemSharpFall,
    ProblemVeto,
)
from orchestration.report.figures.unit import Warning as OpenWarning
from orchestration.report.release import rate_text
from orchestration.report.scope import Context, Kind
from orchestration.report.sections.parts import Numbering

RESPONSE_FAULTS = ("silent", "wrong_body", "off_point", "late")


def sections(ctx: Context, number: Numbering) -> list[Section]:
    t = ctx.t
    found: list[Finding] = []
    for rule in RULES:
        found += rule(ctx)
    blocks = [Paragraph(t("problem.introduction"))]
    blocks.append(FindingList(tuple(found)) if found else Paragraph(t("problem.none")))
    if not ctx.release.has("warning"):
        blocks.append(Paragraph(t("problem.no_warnings_mart"), small=True))
    return [Section(t.word("problem.heading"), 1, "problems", tuple(blocks), number.first())]


def _concerned(ctx: Context, items: Iterable[Text], label: str) -> dict:
    """The first of the units concerned, and how many more there are."""
    texts, limit = list(items), int(ctx.rules["shown"]["concerned_units"])
    note = ctx.t.word("problem.more", n=str(len(texts) - limit)) if len(texts) > limit else ""
    return {"concerned": tuple(texts[:limit]), "concerned_label": ctx.t.word(label), "concerned_note": note}


def _unit_item(ctx: Context, unit_code: str, *figure: object) -> Text:
    run = ctx.unit_run(unit_code)
    return (run, " ", *figure) if figure else (run,)


def _below_nation(ctx: Context) -> list[Finding]:
    if ctx.scope.kind is Kind.nation:
        return []
    t, rows = ctx.t, ctx.ask(ProblemBelowNation)
    return [
        Finding(
            t.word("problem.below_nation", name=ctx.short_node_name(entry.node_code)),
            t(
                "problem.below_nation_text",
                region=ctx.subject_name,
                name=ctx.short_node_name(entry.node_code),
                mean=rows.mark(entry.mean_of_units),
                national=rows.mark(entry.national_mean_of_subregions),
                gap=rows.mark(abs(entry.gap_to_national_mean_of_subregions)),
            ),
            t.word("problem.below_nation_rule"),
        )
        for entry in rows
    ]


def _dimension_fall(ctx: Context) -> list[Finding]:
    t, rows = ctx.t, ctx.ask(ProblemDimensionFall)
    return [
        Finding(
            t.word("problem.dimension_fall", name=ctx.short_node_name(entry.node_code)),
            t(
                "problem.dimension_fall_text",
                name=ctx.short_node_name(entry.node_code),
                year=str(entry.previous_assessment_year),
                previous=rows.mark(entry.previous_score),
                score=rows.mark(entry.score),
                change=rows.mark(abs(entry.change_from_previous)),
            ),
            t.word("problem.dimension_fall_rule"),
        )
        for entry in rows
    ]


def _each_methodology(
    ctx: Context, row_type: type, rule: str, group: Callable, build: Callable, **limits: Decimal
) -> list[Finding]:
    """A rule under every methodology of the release, the report's own first, because one that scores presence alone
    hides what quality shows."""
    found = []
    for info in ctx.infos:
        key = f"problem_{rule}.{info.methodology_code}"
        rows = ctx.ask(row_type, key, methodology=info.methodology_code, **limits)
        for _, members in groupby(rows, key=group):
            found.append(build(rows, list(members), ctx.named(info, "methodology_name")))
    return found


def _low_indicator(ctx: Context) -> list[Finding]:
    t = ctx.t
    limits = {
        "score_rate_limit": ctx.limit("low_indicator", "score_rate_limit"),
        "unit_share_limit": ctx.limit("low_indicator", "unit_share_limit"),
        "unit_count_limit": ctx.limit("low_indicator", "unit_count_limit"),
    }

    def build(rows, members: list[ProblemLowIndicator], methodology: str) -> Finding:
        first = members[0]
        return Finding(
            t.word("problem.low_indicator", name=ctx.node_name(first.node_code), methodology=methodology),
            t(
                "problem.low_indicator_text",
                methodology=methodology,
                name=ctx.node_name(first.node_code),
                limit=_limit_text(limits["score_rate_limit"]),
                n=rows.count(first.low_unit_count),
                all=rows.count(first.scored_unit_count),
                share=rows.rate(first.low_share),
                mean=rows.rate(first.mean_score_rate),
            ),
            t.word(
                "problem.low_indicator_rule",
                limit=_limit_text(limits["score_rate_limit"]),
                share=_limit_text(limits["unit_share_limit"]),
                n=str(limits["unit_count_limit"]),
            ),
            **_concerned(
                ctx,
                (_unit_item(ctx, entry.unit_code, rows.rate(entry.score_rate)) for entry in members),
                "problem.units_by_rate",
            ),
        )

    return _each_methodology(ctx, ProblemLowIndicator, "low_indicator", lambda entry: entry.node_code, build, **limits)


def _limit_text(limit: Decimal) -> str:
    return rate_text(limit).replace(".0%", "%")


def _not_published(ctx: Context) -> list[Finding]:
    t, limit = ctx.t, ctx.limit("not_published", "absent_share_limit")
    least = ctx.limit("not_published", "unit_count_limit")
    rows = ctx.ask(ProblemNotPublished, absent_share_limit=limit, unit_count_limit=least)
    found = []
    for _, group in groupby(rows, key=lambda entry: entry.measure_code):
        members: list[ProblemNotPublished] = list(group)
        first = members[0]
        found.append(
            Finding(
                t.word("problem.not_published", name=ctx.named(first)),
                t(
                    "problem.not_published_text",
                    name=ctx.named(first),
                    n=rows.count(first.absent_unit_count),
                    share=rows.rate(first.absent_share),
                ),
                t.word("problem.not_published_rule", share=_limit_text(limit), n=str(least)),
                **_concerned(ctx, (_unit_item(ctx, entry.unit_code) for entry in members), "problem.units"),
            )
        )
    return found


def _sharp_fall(ctx: Context) -> list[Finding]:
    t, limit = ctx.t, ctx.limit("sharp_fall", "fall_limit")
    rows = ctx.ask(ProblemSharpFall, fall_limit=limit)
    if not rows:
        return []
    return [
        Finding(
            t.word("problem.sharp_fall"),
            t(
                "problem.sharp_fall_text",
                n=rows.count(len(rows)),
                year=str(rows[0].previous_assessment_year),
                limit=str(limit),
                unit=(ctx.unit_run(rows[0].unit_code),),
                previous=rows.mark(rows[0].previous_score),
                score=rows.mark(rows[0].score),
            ),
            t.word("problem.sharp_fall_rule", limit=str(limit)),
            **_concerned(
                ctx,
                (_unit_item(ctx, entry.unit_code, rows.signed(entry.change_from_previous)) for entry in rows),
                "problem.units_by_change",
            ),
        )
    ]


def _event_score(ctx: Context) -> list[Finding]:
    t, limit = ctx.t, ctx.limit("event_score", "event_score_limit")
    rows = ctx.ask(ProblemEventScore, event_score_limit=limit)
    if not rows:
        return []
    return [
        Finding(
            t.word("problem.event_score"),
            t("problem.event_score_text", n=rows.count(len(rows)), limit=str(limit)),
            t.word("problem.event_score_rule", limit=str(limit)),
            **_concerned(
                ctx,
                (_unit_item(ctx, entry.unit_code, rows.mark(entry.score)) for entry in rows),
                "problem.units_by_score",
            ),
        )
    ]


def _veto(ctx: Context) -> list[Finding]:
    t = ctx.t

    def build(rows, members: list[ProblemVeto], methodology: str) -> Finding:
        name = ctx.node_name(members[0].node_code)
        return Finding(
            t.word("problem.veto", name=name, methodology=methodology),
            t(
                "problem.veto_text",
                methodology=methodology,
                name=name,
                full=rows.plain(members[0].full_mark),
                n=rows.count(members[0].unit_count),
            ),
            t.word("problem.veto_rule"),
            **_concerned(ctx, (_unit_item(ctx, entry.unit_code) for entry in members), "problem.units"),
            tone=Tone.bad,
        )

    return _each_methodology(ctx, ProblemVeto, "veto", lambda entry: entry.node_code, build)


def _response(ctx: Context) -> list[Finding]:
    t, rows = ctx.t, ctx.ask(ProblemResponse)
    found = []
    for fault in RESPONSE_FAULTS:
        members = [entry for entry in rows if entry.fault == fault]
        if not members:
            continue
        found.append(
            Finding(
                t.word(f"problem.response_{fault}"),
                t(
                    f"problem.response_{fault}_text",
                    n=rows.count(members[0].fault_event_count),
                    units=rows.count(members[0].fault_unit_count),
                    share=rows.rate(members[0].fault_share),
                    all=rows.count(members[0].negative_event_count),
                ),
                t.word(f"problem.response_{fault}_rule"),
                **_concerned(
                    ctx,
                    (_unit_item(ctx, entry.unit_code, rows.count(entry.event_count)) for entry in members),
                    "problem.units_by_events",
                ),
            )
        )
    return found


def _not_collected(ctx: Context) -> list[Finding]:
    t, limit = ctx.t, ctx.limit("not_collected", "coverage_limit")
    rows = ctx.ask(ProblemNotCollected, coverage_limit=limit)
    if not rows:
        return []
    return [
        Finding(
            t.word("problem.not_collected"),
            t(
                "problem.not_collected_text",
                n=rows.count(len(rows)),
                limit=_limit_text(limit),
                missing=rows.count(rows[0].all_missing_cell_count),
                unranked=rows.count(rows[0].unranked_unit_count),
            ),
            t.word("problem.not_collected_rule", limit=_limit_text(limit)),
            **_concerned(
                ctx,
                (_unit_item(ctx, entry.unit_code, rows.rate(entry.coverage)) for entry in rows),
                "problem.units_by_coverage",
            ),
        )
    ]


def _ceiling(ctx: Context) -> list[Finding]:
    t, limit = ctx.t, ctx.limit("ceiling", "ceiling_limit")
    rows = ctx.ask(ProblemCeiling, ceiling_limit=limit)
    if not rows:
        return []
    parts = []
    for dimension, group in groupby(rows, key=lambda entry: entry.dimension_code):
        count = rows.count(next(group).dimension_ceiling_count)
        parts.append(t("problem.ceiling_part", name=ctx.short_node_name(dimension), n=count))
    return [
        Finding(
            t.word("problem.ceiling"),
            t(
                "problem.ceiling_text",
                n=rows.count(rows[0].ceiling_count),
                all=rows.count(rows[0].leaf_count),
                limit=_limit_text(limit),
                parts=t.listed(parts),
            ),
            t.word("problem.ceiling_rule", limit=_limit_text(limit)),
        )
    ]


def _warnings(ctx: Context) -> list[Finding]:
    if not ctx.release.has("warning"):
        return []
    t, rows = ctx.t, ctx.ask(OpenWarning)
    standing = sorted(
        (entry for entry in rows if entry.cleared_on is None), key=lambda entry: (entry.warning_kind, entry.unit_code)
    )
    found = []
    for _, group in groupby(standing, key=lambda entry: entry.warning_kind):
        members = list(group)
        codes = dict.fromkeys(entry.unit_code for entry in members)
        name = ctx.named(members[0], "warning_name")
        found.append(
            Finding(
                t.word("problem.warning", name=name),
                t("problem.warning_text", name=name, n=rows.count(members[0].standing_unit_count)),
                t.word("problem.warning_rule"),
                **_concerned(ctx, (_unit_item(ctx, code) for code in codes), "problem.units"),
            )
        )
    return found


RULES = (
    _below_nation,
    _dimension_fall,
    _low_indicator,
    _not_published,
    _sharp_fall,
    _event_score,
    _veto,
    _response,
    _not_collected,
    _warnings,
    _ceiling,
)
