"""Section 5: what stated rules find in the data, each with the units concerned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

from orchestration.report.document import Figure, Finding, FindingList, Paragraph, Section, Text, Tone
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
from orchestration.report.release import Answer, rate_text
from orchestration.report.scope import Context, Kind
from orchestration.report.sections.parts import Numbering, with_ties

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


def _concerned(
    ctx: Context, rows: Answer, members: Iterable, label: str, figure: Callable[[Any], Figure] | None = None
) -> dict:
    """All units concerned, each with its figure; in the report of the nation how many there are in each province."""
    if ctx.scope.kind is Kind.nation:
        return {
            "concerned": _by_province(ctx, rows, members),
            "concerned_label": ctx.t.word("problem.units_by_province"),
        }
    items = tuple(
        (ctx.unit_run(entry.unit_code), " ", figure(entry)) if figure else (ctx.unit_run(entry.unit_code),)
        for entry in members
    )
    return {"concerned": items, "concerned_label": ctx.t.word(label)}


def _by_province(ctx: Context, rows: Answer, members: Iterable) -> tuple[Text, ...]:
    """The provinces concerned, those with most units first."""
    counts = {ctx.units[entry.unit_code].province_code: entry.province_unit_count for entry in members}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((ctx.region_name(code), " ", rows.count(count)) for code, count in ordered)


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
                rows,
                members,
                "problem.units_by_rate",
                lambda entry: rows.rate(entry.score_rate),
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
                **_concerned(ctx, rows, members, "problem.units"),
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
            _sharp_fall_text(ctx, rows, limit),
            t.word("problem.sharp_fall_rule", limit=str(limit)),
            **_concerned(
                ctx,
                rows,
                rows,
                "problem.units_by_change",
                lambda entry: rows.signed(entry.change_from_previous),
            ),
        )
    ]


def _sharp_fall_text(ctx: Context, rows: Answer[ProblemSharpFall], limit: Decimal) -> Text:
    t, worst = ctx.t, rows[0]
    given = {"n": rows.count(len(rows)), "year": str(worst.previous_assessment_year), "limit": str(limit)}
    unit = with_ties(t, ctx.unit_run(worst.unit_code), worst.tied_unit_count, rows.count(worst.tied_unit_count))
    if worst.tied_unit_count > 1:
        change = rows.mark(abs(worst.change_from_previous))
        return t("problem.sharp_fall_tied_text", unit=unit, change=change, **given)
    return t(
        "problem.sharp_fall_text",
        unit=unit,
        previous=rows.mark(worst.previous_score),
        score=rows.mark(worst.score),
        **given,
    )


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
                rows,
                rows,
                "problem.units_by_score",
                lambda entry: rows.mark(entry.score),
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
            **_concerned(ctx, rows, members, "problem.units"),
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
                    rows,
                    members,
                    "problem.units_by_events",
                    lambda entry: rows.count(entry.event_count),
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
                rows,
                rows,
                "problem.units_by_coverage",
                lambda entry: rows.rate(entry.coverage),
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
        members = list({entry.unit_code: entry for entry in group}.values())
        name = ctx.named(members[0], "warning_name")
        found.append(
            Finding(
                t.word("problem.warning", name=name),
                t("problem.warning_text", name=name, n=rows.count(members[0].standing_unit_count)),
                t.word("problem.warning_rule"),
                **_concerned(ctx, rows, members, "problem.units"),
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
