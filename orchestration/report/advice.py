"""Recommendations, by stated rules with the duty that they rest on; and the context that an editor has landed."""

from __future__ import annotations

from itertools import groupby

from orchestration.report.document import Block, Finding, FindingList, Paragraph, Quote, Strong, Tone
from orchestration.report.parts import Outline
from orchestration.report.scope import Context

SHOWN_LEVERS = 12


def add(ctx: Context, outline: Outline) -> None:
    outline.chapter(ctx.word("advice.heading"), "recommendations", *recommendations(ctx))
    outline.section(ctx.word("advice.lever_heading"), "levers", *_levers(ctx))
    if quotes := context(ctx):
        outline.chapter(ctx.word("narrative.heading"), "context", *quotes)


def recommendations(ctx: Context) -> list[Block]:
    """What the rules of `marts.dim_recommendation` call for: the action, why, and the duty."""
    rows, unit = ctx.ask("recommendation"), "_unit" if ctx.is_unit else ""
    if not rows:
        return [Paragraph(ctx.say("advice.none"))]
    names = {info.methodology_code: ctx.named(info, "methodology_name") for info in ctx.infos}
    found = []
    for row in rows:
        words = {"name": ctx.node_name(row.node_code), "methodology": names.get(row.methodology_code, "")}
        why, label = ctx.say(f"advice.{row.finding}{unit}", row, **words), ctx.word("advice.duty")
        found.append(Finding(ctx.named(row, "action"), why, ctx.named(row, "duty"), tone=Tone.good, rule_label=label))
    return [Paragraph(ctx.say("advice.introduction")), FindingList(tuple(found))]


def _levers(ctx: Context) -> list[Block]:
    """Where the mean could gain most."""
    rows = ctx.ask("lever")[:SHOWN_LEVERS]
    return [Paragraph(ctx.say("advice.lever_text")), ctx.table("lever", rows)] if rows else []


def context(ctx: Context) -> list[Block]:
    """What an editor quotes of policy and practice: others' words, set apart from all that is computed."""
    rows = ctx.ask("narrative")
    blocks: list[Block] = [Paragraph(ctx.say("narrative.introduction"))] if rows else []
    for section, members in groupby(rows, lambda row: row.section):
        blocks.append(Paragraph((Strong(section),)))
        blocks += [Quote(row.text, row.source_name, row.source_url) for row in members]
    return blocks
