"""What stated rules find in the data, each with the units concerned: a rule is a query `problem_<name>`, its entry in
`rules.toml`, and its words `problem.<name>…`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

from orchestration.report.document import Block, Finding, FindingList, Paragraph, Text, Tone
from orchestration.report.parts import Outline, with_ties
from orchestration.report.release import rate_text
from orchestration.report.scope import Context


def add(ctx: Context, outline: Outline) -> None:
    found = [finding for name in ctx.rules for finding in _findings(ctx, name, ctx.rules[name])]
    blocks: list[Block] = [Paragraph(ctx.say("problem.introduction"))]
    blocks.append(FindingList(tuple(found)) if found else Paragraph(ctx.say("problem.none")))
    if not ctx.release.has("warning"):
        blocks.append(Paragraph(ctx.say("problem.no_warnings_mart"), small=True))
    outline.chapter(ctx.word("problem.heading"), "problems", *blocks)


def _findings(ctx: Context, name: str, rule: dict[str, Any]) -> Iterable[Finding]:
    if not rule.get("finding", True) or (name == "below_nation" and not ctx.is_compared):
        return
    of, limits = rule.get("of", ""), {limit: Decimal(value) for limit, value in rule.get("limits", {}).items()}
    said = {limit: rate_text(value).replace(".0%", "%") if value < 1 else str(value) for limit, value in limits.items()}
    for info in ctx.infos if rule.get("each_method") else [ctx.info]:
        key = f"problem_{name}.{info.methodology_code}" if rule.get("each_method") else ""
        rows = ctx.ask(f"problem_{name}", key, methodology=info.methodology_code, **limits)
        said["methodology"] = ctx.named(info, "methodology_name")
        for value, group in groupby(rows, lambda row: getattr(row, of) if of else ""):
            label = "" if rule.get("units") is False else ctx.t.known(f"problem.{name}_concerned", "")
            yield _finding(ctx, rule, label, f"{name}_{value}" if of == "fault" else name, list(group), said)


def _finding(
    ctx: Context, rule: dict[str, Any], label: str, name: str, members: list[Any], said: dict[str, str]
) -> Finding:
    first, text, given = members[0], f"problem.{name}_text", dict[str, Any](said)
    if hasattr(first, "tied_unit_count"):
        given["unit"] = with_ties(ctx.t, ctx.unit_name(first.unit_code), first, "tied_unit_count")
        text = f"problem.{name}_tied_text" if first.tied_unit_count > 1 else text
    return Finding(
        ctx.word(f"problem.{name}", first, **given),
        ctx.say(text, first, **given),
        ctx.word(f"problem.{name}_rule", first, **given),
        concerned(ctx, members, rule.get("figure")) if label else (),
        ctx.word("problem.units_by_province") if ctx.is_nation and label else label,
        Tone(rule.get("tone", "warning")),
    )


def concerned(ctx: Context, members: list[Any], figure: tuple[str, str] | None) -> tuple[Text, ...]:
    """All units concerned, each with its figure; in the report of the nation how many there are in each province."""
    if not ctx.is_nation:
        return tuple((ctx.unit_name(row.unit_code), *((" ", row.figure(*figure)) if figure else ())) for row in members)
    by_province = {ctx.units[row.unit_code].province_code: row for row in members}
    ordered = sorted(by_province.items(), key=lambda item: (-item[1].province_unit_count, item[0]))
    return tuple((ctx.region_name(code), " ", row.figure("count", "province_unit_count")) for code, row in ordered)
