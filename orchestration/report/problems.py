"""What stated rules find in the data, each with the units concerned, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from orchestration.report.document import Block, Finding, FindingList, Paragraph, Text, Tone
from orchestration.report.parts import Outline, with_ties
from orchestration.report.release import rate_text
from orchestration.report.scope import Context


@dataclass(frozen=True)
class Rule:
    """A rule: its query is `problem_<name>`, its limits those of `rules.toml`, its words `problem.<name>…`.

    A finding is told per value of the column `of`; `concerned` prints a unit's figure (kind, column); a rule that
    depends on the method is asked under each of them, the report's own first: what scores presence alone hides what
    quality shows.
    """

    name: str
    of: str = ""
    concerned: tuple[str, str] | None = None
    each_method: bool = False
    tone: Tone = Tone.warning
    has_units: bool = True


RULES = (
    Rule("below_nation", "node_code", has_units=False),
    Rule("dimension_fall", "node_code", has_units=False),
    Rule("low_indicator", "node_code", ("rate", "score_rate"), each_method=True),
    Rule("not_published", "measure_code"),
    Rule("sharp_fall", concerned=("signed", "change_from_previous")),
    Rule("event_score", concerned=("mark", "score")),
    Rule("veto", "node_code", each_method=True, tone=Tone.bad),
    Rule("response", "fault", ("count", "event_count")),
    Rule("not_collected", concerned=("rate", "coverage")),
    Rule("warning", "warning_kind"),
)


def add(ctx: Context, outline: Outline) -> None:
    found = [finding for rule in RULES for finding in _findings(ctx, rule)]
    blocks: list[Block] = [Paragraph(ctx.say("problem.introduction"))]
    blocks.append(FindingList(tuple(found)) if found else Paragraph(ctx.say("problem.none")))
    if not ctx.release.has("warning"):
        blocks.append(Paragraph(ctx.say("problem.no_warnings_mart"), small=True))
    outline.chapter(ctx.word("problem.heading"), "problems", *blocks)


def _findings(ctx: Context, rule: Rule) -> Iterable[Finding]:
    if rule.name == "below_nation" and not ctx.is_compared:
        return
    limits = {name: Decimal(value) for name, value in ctx.rules.get(rule.name, {}).items()}
    said = {name: rate_text(value).replace(".0%", "%") if value < 1 else str(value) for name, value in limits.items()}
    for info in ctx.infos if rule.each_method else [ctx.info]:
        key = f"problem_{rule.name}.{info.methodology_code}" if rule.each_method else ""
        rows = ctx.ask(f"problem_{rule.name}", key, methodology=info.methodology_code, **limits)
        said["methodology"] = ctx.named(info, "methodology_name")
        for value, group in groupby(rows, lambda row: getattr(row, rule.of) if rule.of else ""):
            yield _finding(ctx, rule, f"{rule.name}_{value}" if rule.of == "fault" else rule.name, list(group), said)


def _finding(ctx: Context, rule: Rule, name: str, members: list[Any], said: dict[str, str]) -> Finding:
    first, text = members[0], f"problem.{name}_text"
    given: dict[str, Any] = dict(said)
    if hasattr(first, "tied_unit_count"):
        given["unit"] = with_ties(ctx.t, ctx.unit_name(first.unit_code), first, "tied_unit_count")
        text = f"problem.{name}_tied_text" if first.tied_unit_count > 1 else text
    label = ctx.t.known(f"problem.{rule.name}_concerned", "")
    return Finding(
        ctx.word(f"problem.{name}", first, **given),
        ctx.say(text, first, **given),
        ctx.word(f"problem.{name}_rule", first, **given),
        concerned(ctx, members, rule.concerned) if rule.has_units else (),
        (ctx.word("problem.units_by_province") if ctx.is_nation else label) if rule.has_units else "",
        rule.tone,
    )


def concerned(ctx: Context, members: list[Any], figure: tuple[str, str] | None) -> tuple[Text, ...]:
    """All units concerned, each with its figure; in the report of the nation how many there are in each province."""
    if not ctx.is_nation:
        return tuple((ctx.unit_name(row.unit_code), *((" ", row.figure(*figure)) if figure else ())) for row in members)
    by_province = {ctx.units[row.unit_code].province_code: row for row in members}
    ordered = sorted(by_province.items(), key=lambda item: (-item[1].province_unit_count, item[0]))
    return tuple((ctx.region_name(code), " ", row.figure("count", "province_unit_count")) for code, row in ordered)
