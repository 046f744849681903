"""The method of `docs/methodology.md`, computed a second time in plain Python.

What belongs here: the scoring of one world (seeds and raw rows) from the text of the method, and nothing that knows
the SQL. It is written to be compared with the warehouse, so it shares no code, query or intermediate table with it.

A *world* is a mapping from table name to rows. The tables are the seeds (`series`, `tree`, `methodology`,
`methodology_change`, `edition_methodology`, `node`, `measure_rule`, `event_factor`, `event_topic`, `grade_band`,
`assessment_frame`, `region`, and for rules that compare units `variant`, `variant_measure`,
`measure_denominator`) and the raw tables (`observation`, `verification`, `opinion_event`, `objection`,
`decision`, `quarantined_row`); a table that is missing counts as empty. A row is a mapping from column to value; values
may be text as read from CSV (empty text is null) or what DuckDB returns (Decimal, int, bool, date, datetime). Binary
floats are refused for exact columns.

Keys of the result run series, year, methodology, then unit or region, then measure, node or cluster. Years are ints.

Inside, scores are integers in units of 10**-10 and normalised values integers in units of 10**-12: exact, and fast
enough for a million cells. Nothing is rounded except where the text says so.
"""

from __future__ import annotations

import csv
import math
import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.methodology.reference_over_units import Comparison

Row = Mapping[str, Any]
World = Mapping[str, Iterable[Row]]
Scope = tuple[str, int, str]  # series_code, assessment_year, methodology_code

SCORE_UNIT = 10**10
NORMALISED_UNIT = 10**12
CHINA_STANDARD_TIME = timezone(timedelta(hours=8))

VALUE_STATUSES = frozenset({"observed", "verified"})
SCORING_STATUSES = VALUE_STATUSES | {"not_published"}
VERDICT_ORDER = {"correct": 0, "reject": 1, "confirm": 2}
VETO_OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}
RULE_FAMILIES = ("linear", "deduct", "veto", "event", "relative")
TRANSFORMS = ("identity", "log", "positive", "observed")
AGGREGATIONS = ("sum", "weighted_arithmetic", "geometric", "harmonic")
ROUNDING_MODES = ("none", "half_up", "half_even")
EVENT_SOURCES = ("event", "response_fault")
RANK_BASES = ("unrounded_score", "published_score")
EVENT_TABLES = ("event_factor", "event_topic")


class Cell(NamedTuple):
    """What is known of one unit, year and measure: the value is there for `observed` and `verified` only."""

    status: str
    value: Decimal | None


class NodeScore(NamedTuple):
    """One node of one unit. `score` and `unrounded` are None for NA; marks are exact."""

    score: Decimal | None  # after the node's rounding policy
    unrounded: Decimal | None  # 10 decimals, before the policy
    applicable_mark: Fraction
    assessed_mark: Fraction
    is_vetoed: bool


class Rank(NamedTuple):
    """A unit's place among the ranked units of one region above it."""

    region_code: str
    rank: int
    ranked_unit_count: int


class UnitScore(NamedTuple):
    """One unit under one methodology; `ranks` is keyed by region level and empty for a unit that is not ranked."""

    composite: Decimal | None
    composite_unrounded: Decimal | None
    base: Decimal | None
    base_coverage: Fraction | None
    is_ranked: bool
    grade: str | None
    ranks: dict[str, Rank]


class RegionMean(NamedTuple):
    """Both means of one region; None where no unit below it is scored."""

    mean_of_units: Decimal | None
    mean_of_subregions: Decimal | None
    unit_count: int  # in the frame
    scored_unit_count: int
    member_count: int  # sub-regions with a mean, and units directly below


class EventScore(NamedTuple):
    """What one event brings under one methodology. A rejected event brings nothing: no points, no faults."""

    polarity: str
    topic: str
    node_code: str | None  # None: the topic counts nowhere in this tree
    points: Fraction
    response_level: str | None  # negative events only
    faults: tuple[str, ...]
    fault_points: Fraction
    is_rejected: bool


@dataclass
class Result:
    """Everything that `score` computes. `cells` also holds the cells in which nothing came in."""

    cells: dict[tuple[str, int, str, str, str], Cell] = field(default_factory=dict)
    nodes: dict[tuple[str, int, str, str, str], NodeScore] = field(default_factory=dict)
    units: dict[tuple[str, int, str, str], UnitScore] = field(default_factory=dict)
    events: dict[tuple[str, int, str, str, str], EventScore] = field(default_factory=dict)
    region_means: dict[tuple[str, int, str, str, str], RegionMean] = field(default_factory=dict)
    region_base_means: dict[tuple[str, int, str, str], RegionMean] = field(default_factory=dict)
    # (methodology_code, node_code) at or below which a logarithm, a power or a sum of quotients is computed: the only
    # nodes for which a comparison with another implementation has a reason to allow a tolerance.
    inexact_nodes: set[tuple[str, str]] = field(default_factory=set)


def world_from_csv_seeds(folder: Path | str) -> dict[str, list[dict[str, str]]]:
    """The seeds below `folder` and its sub-folders, as tables named by their files. Raw tables are not there."""
    world = {}
    for path in sorted(Path(folder).rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            world[path.stem] = list(csv.DictReader(lines))
    return world


def score(world: World) -> Result:
    """Score every included unit, edition and methodology. Raises ValueError for a world that cannot be scored."""
    read_twice = ("verification", "opinion_event", "objection", "decision")
    world = {**world, **{table: list(world.get(table, ())) for table in read_twice}}
    methods = _read_methods(world)
    editions = _read_edition_methodologies(world)
    frames = _read_frames(world)
    cells = _reconcile(world, methods, frames)
    events = _read_events(world, frames)
    result = Result()
    for (series_code, year), frame in sorted(frames.items()):
        for method in methods:
            if method.code in editions[series_code, year]:
                scored = {code for code, methods in editions.items() if method.code in methods}
                compared = _compared(method, (series_code, year), scored, frames, cells)
                _score_scope((series_code, year, method.code), method, frame, cells, compared, events, result)
    for method in methods:
        result.inexact_nodes.update((method.code, node.code) for node in method.nodes if node.is_inexact)
    return result


# ---------------------------------------------------------------------------------------------------- reading values


def _text(row: Row, column: str) -> str | None:
    value = row.get(column)
    return None if value is None or value == "" else str(value)


def _required(row: Row, column: str) -> str:
    value = _text(row, column)
    if value is None:
        raise ValueError(f"column {column} is empty in {dict(row)}")
    return value


def _decimal(row: Row, column: str) -> Decimal | None:
    value = row.get(column)
    if value is None or value == "":
        return None
    if isinstance(value, float):
        raise ValueError(f"column {column} holds a binary float ({value!r}); give text or a Decimal")
    return value if isinstance(value, Decimal) else Decimal(value)


def _exact(row: Row, column: str) -> Fraction | None:
    value = _decimal(row, column)
    return None if value is None else Fraction(value)


def _exact_required(row: Row, column: str) -> Fraction:
    _required(row, column)
    value = _exact(row, column)
    assert value is not None
    return value


def _flag(row: Row, column: str) -> bool:
    value = _required(row, column).lower()
    if value not in {"0", "1", "true", "false"}:
        raise ValueError(f"column {column} holds {value!r}, expected 0 or 1")
    return value in {"1", "true"}


def _choice(row: Row, column: str, choices: Iterable[str]) -> str:
    value = _required(row, column)
    if value not in choices:
        raise ValueError(f"column {column} holds {value!r}, expected one of {', '.join(choices)}")
    return value


def _moment(row: Row, column: str) -> datetime | None:
    """A time as naive China Standard Time."""
    value = row.get(column)
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo is None else moment.astimezone(CHINA_STANDARD_TIME).replace(tzinfo=None)


def _moment_required(row: Row, column: str) -> datetime:
    moment = _moment(row, column)
    if moment is None:
        raise ValueError(f"column {column} is empty in {dict(row)}")
    return moment


def _has_no_hour(moment: datetime) -> bool:
    """A time of midnight is a day whose hour nobody wrote."""
    return moment.time() == time()


def _is_after(later: datetime, earlier: datetime) -> bool:
    """By the day where one of them has no hour: what happened on the same day is neither before nor after."""
    if _has_no_hour(later) or _has_no_hour(earlier):
        return later.date() > earlier.date()
    return later > earlier


def _elapsed(earlier: datetime, later: datetime) -> timedelta:
    """What lies between: whole days where one of them has no hour."""
    if _has_no_hour(later) or _has_no_hour(earlier):
        return later.date() - earlier.date()
    return later - earlier


def _arrival(row: Row) -> tuple[str, int]:
    """Batch id and row number: the last resort of every choice between rows, smallest first."""
    return str(row.get("batch_id") or ""), int(row.get("row_number") or 0)


def _round_half_up(numerator: int, denominator: int) -> int:
    """The quotient as an integer, half away from zero; the denominator is above zero."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def _round_half_even(numerator: int, denominator: int) -> int:
    return round(Fraction(numerator, denominator))


def _round_double(value: float) -> int:
    """A double as a normalised value: rounded half up to 12 decimals from its exact binary value."""
    numerator, denominator = value.as_integer_ratio()
    return _round_half_up(numerator * NORMALISED_UNIT, denominator)


def _scaled(value: Fraction, what: str) -> int:
    scaled = value * SCORE_UNIT
    if scaled.denominator != 1:
        raise ValueError(f"{what} has more than 10 decimals: {value}")
    return scaled.numerator


class _MarkFractions(dict):
    """Fractions of marks in units of 1/denominator, made once each."""

    def __init__(self, denominator: int) -> None:
        super().__init__()
        self.denominator = denominator

    def __missing__(self, scaled: int) -> Fraction:
        self[scaled] = Fraction(scaled, self.denominator)
        return self[scaled]


@lru_cache(maxsize=1_000_000)
def _as_decimal(scaled: int | None) -> Decimal | None:
    return None if scaled is None else Decimal(scaled).scaleb(-10)


# ------------------------------------------------------------------------------------------- the methodology as data


class _Effect(NamedTuple):
    """What a cell with a value does in its leaf: normalised value (units of 10**-12), marks off, veto."""

    normalised: int
    deduction: Fraction
    is_veto: bool


_NOT_PUBLISHED = _Effect(0, Fraction(0), False)


class _Rule:
    """One measure's rule in one methodology (any family but `event`)."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.measure_code = _required(row, "measure_code")
        self.family = _choice(row, "rule_family", RULE_FAMILIES)
        self.stated_weight = _exact(row, "weight")
        self.weight = Fraction(0)  # its share of the leaf: the weights of a leaf's measures sum to 1
        self.transform = _choice(row, "transform", TRANSFORMS)
        self.weight_share = 0  # weight as an integer, on one scale within the leaf
        self.mark = 0  # marks as an integer, on one scale within the methodology
        self._effects: dict[Decimal, _Effect] = {}
        if self.family == "linear":
            self.floor = _exact_required(row, "floor")
            self.target = _exact_required(row, "target")
        elif self.family == "deduct":
            self.per_case = _exact_required(row, "deduct_per_case")
        elif self.family == "veto":
            self.fires = VETO_OPERATORS[_choice(row, "veto_operator", VETO_OPERATORS)]
            self.threshold = _exact_required(row, "veto_threshold")

    def effect(self, cell: Cell) -> _Effect:
        """The effect of a cell whose status scores."""
        if cell.value is None:
            return _NOT_PUBLISHED
        effect = self._effects.get(cell.value)
        if effect is None:
            effect = self._effects[cell.value] = self._effect_of(Fraction(cell.value))
        return effect

    def _effect_of(self, value: Fraction) -> _Effect:
        if self.family == "linear":
            return _Effect(self._normalised(value), Fraction(0), False)
        if self.family == "relative":
            # Against the other units: the cell holds the rate by now.
            return _Effect(int(value * NORMALISED_UNIT), Fraction(0), False)
        if self.family == "deduct":
            return _Effect(NORMALISED_UNIT, self.per_case * value, False)
        return _Effect(NORMALISED_UNIT, Fraction(0), self.fires(value, self.threshold))

    def _normalised(self, value: Fraction) -> int:
        if self.transform == "log":
            if value <= 0:  # below floor and target
                return 0 if self.floor < self.target else NORMALISED_UNIT
            floor, target = math.log(self.floor), math.log(self.target)
            return _round_double(min(1.0, max(0.0, (math.log(value) - floor) / (target - floor))))
        if self.transform == "positive":
            value = Fraction(value > 0)
        elif self.transform == "observed":
            value = Fraction(1)
        share = min(Fraction(1), max(Fraction(0), (value - self.floor) / (self.target - self.floor)))
        return _round_half_up(share.numerator * NORMALISED_UNIT, share.denominator)


class _Node:
    """One node of a tree under one methodology, with the rules of its measures."""

    def __init__(self, row: Row) -> None:
        self.code = _required(row, "node_code")
        self.parent_code = _text(row, "parent_node_code")
        self.full_mark = _exact_required(row, "full_mark")
        self.full = _scaled(self.full_mark, f"full_mark of {self.code}")
        self.low = _scaled(_exact_required(row, "min_mark"), f"min_mark of {self.code}")
        self.is_base = _flag(row, "is_base")
        self.aggregation = _choice(row, "aggregation", AGGREGATIONS)
        self.weight = _exact(row, "weight")
        self.weight_share = 0  # the smallest whole number in proportion to the siblings' weights
        self.coverage_numerator = int(_required(row, "min_coverage_numerator"))
        self.coverage_denominator = int(_required(row, "min_coverage_denominator"))
        self.rounding_mode = _choice(row, "rounding_mode", ROUNDING_MODES)
        digits = _text(row, "rounding_digits")
        self.rounding_step = 0 if self.rounding_mode == "none" else 10 ** (10 - int(digits or 0))
        self.children: list[_Node] = []
        self.rules: list[_Rule] = []
        self.event_sources: set[str] = set()
        self.index = 0
        self.is_event_only = False
        self.is_inexact = False

    def by_policy(self, unrounded: int) -> int:
        """The score after the node's own rounding policy."""
        if not self.rounding_step:
            return unrounded
        rounded = _round_half_up if self.rounding_mode == "half_up" else _round_half_even
        return rounded(unrounded, self.rounding_step) * self.rounding_step

    def clipped(self, score: int) -> int:
        # The bounds lie on the grid of 10 decimals, so clipping after rounding to it or before it is the same.
        return min(self.full, max(self.low, score))


def _share_weights(parent: _Node) -> None:
    """The children's weights as the smallest whole numbers in their proportions; all empty are equal."""
    stated = [child.weight for child in parent.children]
    weights = [Fraction(1)] * len(stated) if all(weight is None for weight in stated) else stated
    if any(weight is None or weight <= 0 for weight in weights) or any(child.full <= 0 for child in parent.children):
        raise ValueError(f"children of {parent.code} ({parent.aggregation}) need weights and full marks above 0")
    scale = math.lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * scale) for weight in weights]
    for child, weight in zip(parent.children, whole, strict=True):
        child.weight_share = weight // math.gcd(*whole)


class _EventFactors:
    """The factors of the event rule of one tree."""

    def __init__(self, tree_code: str, rows: Iterable[Row]) -> None:
        self.tree_code = tree_code
        self._value: dict[tuple[str, str], Fraction] = {}
        self._limit: dict[str, timedelta] = {}
        self._reach_position: dict[str, int] = {}
        for row in rows:
            kind, level = _required(row, "factor_kind"), _required(row, "factor_level")
            self._value[kind, level] = _exact_required(row, "factor_value")
            hours = _exact(row, "limit_hours")
            if kind == "base_negative" and hours is not None:
                self._limit[level] = timedelta(hours=1) * hours.numerator / hours.denominator
            if kind == "reach":
                self._reach_position[level] = int(_required(row, "position"))

    def value(self, kind: str, level: str) -> Fraction:
        try:
            return self._value[kind, level]
        except KeyError:
            raise ValueError(f"tree {self.tree_code} has no event factor {kind} {level}") from None

    def limit(self, severity: str) -> timedelta:
        return self._limit[severity]

    def widest(self, reaches: Iterable[str]) -> str:
        return max(reaches, key=self._reach_position.__getitem__)


class _Method:
    """One methodology: its nodes from the leaves up to the root, its event factors, topics and grade bands."""

    def __init__(self, row: Row, world: Mapping[str, list[Row]]) -> None:
        self.code = _required(row, "methodology_code")
        self.series_code = _required(row, "series_code")
        self.tree_code = _required(row, "tree_code")
        self.min_ranked_coverage = _exact_required(row, "min_ranked_coverage")
        self.rank_basis = _choice(row, "rank_basis", RANK_BASES) if row.get("rank_basis") else RANK_BASES[0]
        self.publication_digits = int(world["publication_digits"].get(self.series_code, 2))
        by_code = {_required(r, "node_code"): _Node(r) for r in world["node"] if r["tree_code"] == self.tree_code}
        roots = [node for node in by_code.values() if node.parent_code is None]
        if len(roots) != 1:
            raise ValueError(f"tree {self.tree_code} has {len(roots)} roots, expected one")
        self.root = roots[0]
        for node in by_code.values():
            if node.parent_code is not None:
                by_code[node.parent_code].children.append(node)
        self.comparison: Comparison | None = None
        self._attach_rules(by_code, [r for r in world["measure_rule"] if r["methodology_code"] == self.code])
        self.nodes: list[_Node] = []
        self._append_from_leaves_up(self.root)
        if len(self.nodes) != len(by_code):
            raise ValueError(f"tree {self.tree_code} has nodes that do not hang below its root")
        for index, node in enumerate(self.nodes):
            node.index = index
        self.mark_denominator = self._scale_weights_and_marks()
        of_tree = {table: [r for r in world[table] if r["tree_code"] == self.tree_code] for table in EVENT_TABLES}
        self.event_factors = _EventFactors(self.tree_code, of_tree["event_factor"])
        self.node_of_topic = {r["topic"]: r["node_code"] for r in of_tree["event_topic"]}
        self.has_events = any(node.event_sources for node in self.nodes)
        if any(rule.family == "relative" for node in self.nodes for rule in node.rules):
            self.comparison = Comparison(self.code, world)
        self.bands = [r for r in world["grade_band"] if r["methodology_code"] == self.code]

    def ranking_score(self, unrounded: int, score: int) -> int:
        """What units are ranked by: the score before its rounding, or as it is published."""
        if self.rank_basis == "unrounded_score":
            return unrounded
        step = 10 ** (10 - self.publication_digits)
        return _round_half_up(score, step) * step

    def _attach_rules(self, by_code: dict[str, _Node], rows: list[Row]) -> None:
        for row in rows:
            node = by_code[_required(row, "node_code")]
            if node.children:
                raise ValueError(f"{self.code}: measure {row['measure_code']} hangs on {node.code}, which is no leaf")
            if row["rule_family"] == "event":
                node.event_sources.add(_choice(row, "event_source", EVENT_SOURCES))
            else:
                node.rules.append(_Rule(row))

    def _append_from_leaves_up(self, node: _Node) -> None:
        for child in node.children:
            self._append_from_leaves_up(child)
        if node.children:
            node.is_event_only = all(child.is_event_only for child in node.children)
            if node.aggregation != "sum":
                _share_weights(node)
            node.is_inexact = node.aggregation in {"geometric", "harmonic"} or any(c.is_inexact for c in node.children)
            if node.aggregation == "sum" and any(child.is_base and child.full <= 0 for child in node.children):
                raise ValueError(f"{self.code}: a base child of {node.code} has no full mark above 0")
        else:
            if bool(node.rules) == bool(node.event_sources):
                raise ValueError(f"{self.code}: leaf {node.code} needs rules, either of events or of other measures")
            node.is_event_only = bool(node.event_sources)
            node.is_inexact = any(
                rule.family == "relative" or (rule.family == "linear" and rule.transform == "log")
                for rule in node.rules
            )
        self.nodes.append(node)

    def _scale_weights_and_marks(self) -> int:
        marks: dict[_Rule, Fraction] = {}
        for node in self.nodes:
            if not node.rules:
                continue
            stated = [rule.stated_weight for rule in node.rules]
            if None in stated and any(weight for weight in stated):
                raise ValueError(f"{self.code}: leaf {node.code} has weights above 0 beside empty ones")
            relative = [Fraction(1) if weight is None else weight for weight in stated]
            if min(relative) < 0 or not sum(relative):
                raise ValueError(f"{self.code}: leaf {node.code} needs a weight above 0 and none below")
            for rule, weight in zip(node.rules, relative, strict=True):
                rule.weight = weight / sum(relative)
            scale = math.lcm(*(rule.weight.denominator for rule in node.rules))
            for rule in node.rules:
                rule.weight_share = int(rule.weight * scale)
                marks[rule] = node.full_mark * rule.weight
        denominator = math.lcm(*(mark.denominator for mark in marks.values())) if marks else 1
        for rule, mark in marks.items():
            rule.mark = int(mark * denominator)
        return denominator

    def grade(self, composite: Decimal | None) -> str | None:
        if composite is None:
            return None
        for band in self.bands:
            lower, upper = _decimal(band, "lower_bound"), _decimal(band, "upper_bound")
            if (lower is None or composite >= lower) and (upper is None or composite < upper):
                return _required(band, "grade")
        return None


def _read_edition_methodologies(world: World) -> dict[tuple[str, int], set[str]]:
    """The methodologies under which each edition is scored, whatever their purpose."""
    editions: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in world.get("edition_methodology", ()):
        editions[_required(row, "series_code"), int(row["assessment_year"])].add(_required(row, "methodology_code"))
    return editions


# What tells a row from the others of its tree or methodology.
INHERITED = {
    "node": ("tree_code", ("node_code",)),
    "event_factor": ("tree_code", ("factor_kind", "factor_level")),
    "event_topic": ("tree_code", ("topic",)),
    "measure_rule": ("methodology_code", ("measure_code",)),
    "grade_band": ("methodology_code", ("grade",)),
}


def with_taken_over(world: World, table: str) -> list[Row]:
    """The rows of each tree or methodology: those of its basis, with its changes of them, and its own."""
    owner_column, key = INHERITED[table]
    owners = world.get("tree" if owner_column == "tree_code" else "methodology", ())
    basis_of = {row[owner_column]: _text(row, "based_on") for row in owners}
    own: dict[str, list[Row]] = defaultdict(list)
    for row in world.get(table, ()):
        own[row[owner_column]].append(row)

    def rows_of(owner: str) -> dict[str, Row]:
        basis = basis_of.get(owner)
        found = dict(rows_of(basis)) if basis else {}
        for change in world.get("methodology_change", ()):
            if change["seed_name"] != table or change["owner_code"] != owner:
                continue
            if change["change_kind"] == "remove":
                del found[change["row_key"]]
            else:
                old = found[change["row_key"]]
                found[change["row_key"]] = {**old, change["column_name"]: change["value"]}
        found |= {"/".join(row[column] for column in key): row for row in own[owner]}
        return found

    names = basis_of.keys() | own.keys()
    return [{**row, owner_column: owner} for owner in sorted(names) for row in rows_of(owner).values()]


def methodologies_of_fixed_goal_posts(world: World) -> set[str]:
    """Those under which no measure is scored against the other units."""
    rules = with_taken_over(world, "measure_rule")
    relative = {row["methodology_code"] for row in rules if row["rule_family"] == "relative"}
    return {row["methodology_code"] for row in world["methodology"]} - relative


def _read_methods(world: World) -> list[_Method]:
    tables = ("node", "measure_rule", "grade_band", *EVENT_TABLES)
    seeds = {table: with_taken_over(world, table) for table in tables}
    seeds["publication_digits"] = {row["series_code"]: row["publication_digits"] for row in world.get("series", ())}
    seeds |= {table: world.get(table, ()) for table in ("variant", "variant_measure", "measure_denominator")}
    return [_Method(row, seeds) for row in world.get("methodology", ())]


# ---------------------------------------------------------------------------------------------------------- the frame


@dataclass
class _Frame:
    """The included units of one edition and the regions above them."""

    region_of_unit: dict[str, str] = field(default_factory=dict)
    level_of_region: dict[str, str] = field(default_factory=dict)
    parent_of_region: dict[str, str | None] = field(default_factory=dict)

    def regions_above(self, region_code: str) -> list[str]:
        """The region itself and all above it, up to the root."""
        path = []
        current: str | None = region_code
        while current is not None:
            if current not in self.parent_of_region or current in path:
                raise ValueError(f"region {current!r} above region {region_code!r} is missing or lies above itself")
            path.append(current)
            current = self.parent_of_region[current]
        return path

    def narrow(self) -> None:
        """Leave the smallest region that holds all units as the root, and what lies in it."""
        paths = [self.regions_above(region)[::-1] for region in set(self.region_of_unit.values())]
        root = [codes[0] for codes in zip(*paths, strict=False) if len(set(codes)) == 1][-1]
        inside = {region for region in self.parent_of_region if root in self.regions_above(region)}
        self.level_of_region = {region: self.level_of_region[region] for region in inside}
        self.parent_of_region = {region: None if region == root else self.parent_of_region[region] for region in inside}


def _read_frames(world: World) -> dict[tuple[str, int], _Frame]:
    frames: dict[tuple[str, int], _Frame] = defaultdict(_Frame)
    for row in world.get("assessment_frame", ()):
        if _flag(row, "is_included"):
            frame = frames[_required(row, "series_code"), int(row["assessment_year"])]
            frame.region_of_unit[_required(row, "unit_code")] = _required(row, "region_code")
    for row in world.get("region", ()):
        key = _required(row, "series_code"), int(row["assessment_year"])
        if key in frames:
            code = _required(row, "region_code")
            frames[key].level_of_region[code] = _required(row, "region_level")
            frames[key].parent_of_region[code] = _text(row, "parent_region_code")
    for frame in frames.values():
        frame.narrow()
    return dict(frames)


# --------------------------------------------------------------------------- 1. from observations to one value a cell

_TO_BE_ASSESSED = Cell("to_be_assessed", None)
_CellKey = tuple[str, int, str, str]  # series, year, unit, measure


def _reconcile(
    world: World, methods: list[_Method], frames: dict[tuple[str, int], _Frame]
) -> dict[tuple[str, int, str], dict[str, Cell]]:
    """The cells in which something came in, by series, year and unit, then measure."""
    scored = {(m.series_code, rule.measure_code) for m in methods for node in m.nodes for rule in node.rules}
    observations = _by_cell(world.get("observation", ()), scored, frames)
    verifications = _by_cell(
        (row for row in world.get("verification", ()) if row["subject"] == "observation"), scored, frames
    )
    quarantined: set[tuple[int, str, str]] = set()
    for row in world.get("quarantined_row", ()):
        year, unit, measure = (_text(row, column) for column in ("assessment_year", "unit_code", "measure_code"))
        if row["source"] == "observation" and year is not None and unit is not None and measure is not None:
            quarantined.add((int(year), unit, measure))
    cells: dict[tuple[str, int, str], dict[str, Cell]] = defaultdict(dict)
    decisions = {
        (series_code, year, unit, code): row
        for (series_code, year, unit, subject, code, _), row in _last_decisions(world).items()
        if subject == "observation"
    }
    for key in observations.keys() | verifications.keys() | decisions.keys():
        cell = _reconcile_cell(observations.get(key, []), verifications.get(key, []))
        decision = decisions.get(key)
        if decision is not None and _is_expected(decision, cell):
            cell = _cell_of(decision, "verified")
        if cell is not None:
            cells[key[:3]][key[3]] = cell
    for (series_code, year), frame in frames.items():
        for year_, unit, measure in quarantined:
            if year_ == year and unit in frame.region_of_unit and (series_code, measure) in scored:
                cells[series_code, year, unit].setdefault(measure, Cell("quarantined", None))
    return cells


def _by_cell(
    rows: Iterable[Row], scored: set[tuple[str, str]], frames: dict[tuple[str, int], _Frame]
) -> dict[_CellKey, list[Row]]:
    grouped: dict[_CellKey, list[Row]] = defaultdict(list)
    for row in rows:
        series_code, year = row["series_code"], int(row["assessment_year"])
        unit, measure = row["unit_code"], row["measure_code"]
        frame = frames.get((series_code, year))
        if frame is not None and unit in frame.region_of_unit and (series_code, measure) in scored:
            grouped[series_code, year, unit, measure].append(row)
    return grouped


def _reconcile_cell(observations: list[Row], verifications: list[Row]) -> Cell | None:
    """One cell, or None where neither an observation nor a correction is there."""
    verification = _deciding_verification(verifications)
    if verification is not None:
        verified_at = _moment_required(verification, "verified_at")
        if verification["verdict"] == "correct":
            return _cell_of(verification, "verified")
        before = [row for row in observations if not _is_after(_moment_required(row, "captured_at"), verified_at)]
        if verification["verdict"] == "reject":
            kept = [row for row in observations if _is_after(_moment_required(row, "captured_at"), verified_at)]
            if before and not kept:
                return Cell("not_collected", None)
            observations = kept
        elif before:
            return _cell_of(_best_observation(before), "verified")
    return _cell_of(_best_observation(observations), "observed") if observations else None


def _deciding_verification(verifications: list[Row]) -> Row | None:
    if not verifications:
        return None
    latest = max(_moment_required(row, "verified_at") for row in verifications)
    return min(
        (row for row in verifications if _moment_required(row, "verified_at") == latest),
        key=lambda row: (VERDICT_ORDER[row["verdict"]], *_larger_value_first(row), _arrival(row)),
    )


def _best_observation(observations: list[Row]) -> Row:
    if len(observations) == 1:
        return observations[0]
    offline = [row for row in observations if row["collection_mode"] == "offline"]
    candidates = offline or observations
    latest = max(_moment_required(row, "captured_at") for row in candidates)
    return min(
        (row for row in candidates if _moment_required(row, "captured_at") == latest),
        key=lambda row: (*_larger_value_first(row), _text(row, "state") or "", str(row.get("channel")), _arrival(row)),
    )


def _larger_value_first(row: Row) -> tuple[bool, Decimal]:
    value = _decimal(row, "value")
    return value is None, -(value or Decimal(0))


def _cell_of(row: Row, status_of_a_value: str) -> Cell:
    value = _decimal(row, "value")
    return Cell(_required(row, "state"), None) if value is None else Cell(status_of_a_value, value)


# (series, year, unit, subject, measure or cluster, is a repair)
_DecisionKey = tuple[str, int, str, str, str, bool]


def _last_decisions(world: World) -> dict[_DecisionKey, Row]:
    """The upheld and sound decision that counts on each subject, whether or not it finds there what it expects."""
    rows = list(world.get("decision", ()))
    uses: dict[str, int] = defaultdict(int)
    for row in rows:
        uses[row["decision_code"]] += 1
    objections: dict[str, Row] = {}
    for row in sorted(
        world.get("objection", ()), key=lambda row: (_moment_required(row, "submitted_at"), _arrival(row))
    ):
        objections.setdefault(row["objection_code"], row)
    polarities: dict[tuple, set[str]] = defaultdict(set)
    for row in world.get("opinion_event", ()):
        key = (row["series_code"], int(row["assessment_year"]), row["unit_code"], row["cluster_code"])
        polarities[key].add(row["polarity"])
    last: dict[_DecisionKey, Row] = {}
    for row in sorted(rows, key=lambda row: row["decision_code"], reverse=True):
        *place, subject, code = _subject_of(row)
        is_repair = row["decision_kind"] == "repair"
        if row["outcome"] != "upheld" or uses[row["decision_code"]] > 1:
            continue
        named = _text(row, "objection_code")
        if named is not None:
            objection = objections.get(named)
            if objection is None or _subject_of(objection)[1:] != _subject_of(row)[1:]:
                continue
            if _is_after(_moment_required(objection, "submitted_at"), _moment_required(row, "decided_at")):
                continue
        if subject == "opinion_event":
            reported = polarities.get((*place, code), set())
            if not reported or (is_repair and "negative" not in reported):
                continue
        key = (*place, subject, code, is_repair)
        if key not in last or _moment_required(row, "decided_at") >= _moment_required(last[key], "decided_at"):
            last[key] = row
    return last


def _subject_of(row: Row) -> tuple[str, int, str, str, str]:
    code = _text(row, "measure_code") or _text(row, "cluster_code")
    return row["series_code"], int(row["assessment_year"]), row["unit_code"], row["subject"], str(code)


def _is_expected(decision: Row, cell: Cell | None) -> bool:
    """Whether the cell, as it is without decisions, says what the decision expects."""
    value, state = _decimal(decision, "expected_value"), _text(decision, "expected_state")
    if value is not None:
        return cell is not None and cell.value == value
    return state == ("not_collected" if cell is None else cell.status if cell.value is None else "observed")


# ----------------------------------------------------------------------------------------------------------- 3. events


class _Event(NamedTuple):
    """One event: a cluster of rows of one unit."""

    latest: Row
    reported_at: datetime
    reaches: list[str]
    verdict: str | None  # of the latest verification
    is_withdrawn: bool = False  # by a decision
    repaired_at: datetime | None = None  # by a decision

    @property
    def response_kind(self) -> str | None:
        return _text(self.latest, "response_kind") if self.repaired_at is None else "repaired"

    @property
    def responded_at(self) -> datetime | None:
        responded_at = _moment(self.latest, "response_at")
        if self.repaired_at is None:
            return responded_at
        is_silent = responded_at is None or _text(self.latest, "response_kind") in (None, "none")
        return self.repaired_at if is_silent else responded_at

    @property
    def is_rejected(self) -> bool:
        return self.verdict == "reject" or self.is_withdrawn


def _read_events(world: World, frames: dict[tuple[str, int], _Frame]) -> dict[tuple[str, int, str], dict[str, _Event]]:
    """The events by series, year and unit, then cluster; one reported for several years happened in one of them."""
    rows_of: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in world.get("opinion_event", ()):
        rows_of[row["series_code"], row["unit_code"], row["cluster_code"]].append(row)
    verifications: dict[tuple[str, int, str, str], list[Row]] = defaultdict(list)
    for row in world.get("verification", ()):
        if row["subject"] == "opinion_event":
            key = (row["series_code"], int(row["assessment_year"]), row["unit_code"], row["cluster_code"])
            verifications[key].append(row)
    decisions = _last_decisions(world)
    events: dict[tuple[str, int, str], dict[str, _Event]] = defaultdict(dict)
    for (series_code, unit, code), rows in rows_of.items():
        year = int(min(rows, key=lambda row: (str(row["event_date"]), int(row["assessment_year"])))["assessment_year"])
        frame = frames.get((series_code, year))
        if frame is None or unit not in frame.region_of_unit:
            continue
        years = sorted({int(row["assessment_year"]) for row in rows})
        decided = {
            is_repair: [
                decision
                for each in years
                if (decision := decisions.get((series_code, each, unit, "opinion_event", code, is_repair))) is not None
            ]
            for is_repair in (False, True)
        }
        verification = _deciding_verification(
            [row for each in years for row in verifications.get((series_code, each, unit, code), [])]
        )
        by_code = sorted(decided[True], key=lambda row: row["decision_code"])
        repair = max(by_code, key=lambda row: _moment_required(row, "decided_at"), default=None)
        events[series_code, year, unit][code] = _Event(
            _latest_row(rows),
            min(_moment_required(row, "reported_at") for row in rows),
            [_required(row, "reach") for row in rows],
            None if verification is None else verification["verdict"],
            bool(decided[False]),
            None if repair is None else _moment_required(repair, "repaired_at"),
        )
    return events


def _latest_row(rows: list[Row]) -> Row:
    times = [(_moment_required(row, "captured_at"), _moment_required(row, "reported_at")) for row in rows]
    return min((row for row, time in zip(rows, times, strict=True) if time == max(times)), key=_arrival)


def _score_event(event: _Event, method: _Method) -> EventScore:
    row, factors = event.latest, method.event_factors
    polarity, topic = _choice(row, "polarity", ("positive", "negative")), _required(row, "topic")
    severity = _required(row, "severity")
    responsibility = _text(row, "responsibility")
    if responsibility is None and polarity == "positive":
        responsibility = "found"  # what the door stores for a positive event
    points = (
        factors.value(f"base_{polarity}", severity)
        * factors.value("reach", factors.widest(event.reaches))
        * factors.value("responsibility", str(responsibility))
    )
    level: str | None = None
    faults: tuple[str, ...] = ()
    if polarity == "negative":
        level = _response_level(event, factors.limit(severity))
        faults = _response_faults(event, factors.limit(severity))
        points *= -factors.value("response", level)
    fault_points = sum((factors.value("response_fault", fault) for fault in faults), Fraction(0))
    if event.is_rejected:
        points, faults, fault_points = Fraction(0), (), Fraction(0)
    return EventScore(
        polarity, topic, method.node_of_topic.get(topic), points, level, faults, fault_points, event.is_rejected
    )


def _response_level(event: _Event, limit: timedelta) -> str:
    row = event.latest
    kind, responded_at = event.response_kind, event.responded_at
    if kind == "repaired" and (event.verdict == "confirm" or event.repaired_at is not None):
        return "repaired"
    is_by_responsible_body = _text(row, "responder") is not None and row["responder"] == row["responsible_body"]
    is_in_time = responded_at is not None and _elapsed(event.reported_at, responded_at) <= limit
    return "timely" if is_in_time and kind in {"targeted", "repaired"} and is_by_responsible_body else "other"


def _response_faults(event: _Event, limit: timedelta) -> tuple[str, ...]:
    row = event.latest
    kind, responded_at = event.response_kind, event.responded_at
    if responded_at is None or kind == "none":
        return ("silent",)
    responder, responsible_body = _text(row, "responder"), _text(row, "responsible_body")
    found = {
        "late": _elapsed(event.reported_at, responded_at) > limit,
        "off_point": kind == "off_point",
        "wrong_body": responder is not None and responsible_body is not None and responder != responsible_body,
    }
    return tuple(fault for fault, is_found in found.items() if is_found)


def _points_by_node(method: _Method, scores: Iterable[EventScore]) -> dict[str, Fraction]:
    by_topic: dict[str | None, Fraction] = defaultdict(Fraction)
    of_faults = Fraction(0)
    for event in scores:
        by_topic[event.node_code] += event.points
        of_faults += event.fault_points
    points = {}
    for node in method.nodes:
        if node.event_sources:
            points[node.code] = by_topic[node.code] if "event" in node.event_sources else Fraction(0)
            points[node.code] += of_faults if "response_fault" in node.event_sources else 0
    return points


# --------------------------------------------------------------------------------------------- 2. measures, 4. roll-up


class _UnitNodes:
    """The nodes of one unit under one methodology, as lists in the order of `_Method.nodes`."""

    __slots__ = ("applicable", "assessed", "is_vetoed", "mark_denominator", "score", "unrounded")

    def __init__(self, size: int, mark_denominator: int) -> None:
        self.mark_denominator = mark_denominator
        self.score: list[int | None] = [None] * size
        self.unrounded: list[int | None] = [None] * size
        self.applicable = [0] * size
        self.assessed = [0] * size
        self.is_vetoed = [False] * size


def _score_nodes(method: _Method, cells: Mapping[str, Cell], points: Mapping[str, Fraction]) -> _UnitNodes:
    nodes = _UnitNodes(len(method.nodes), method.mark_denominator)
    for node in method.nodes:
        if node.rules:
            unrounded = _leaf_score(node, cells, nodes)
        elif node.event_sources:
            total = points.get(node.code, Fraction(0)) * SCORE_UNIT
            unrounded = node.clipped(_round_half_up(total.numerator, total.denominator))
        else:
            unrounded = _parent_score(node, nodes)
        if unrounded is not None:
            nodes.unrounded[node.index] = unrounded
            nodes.score[node.index] = node.by_policy(unrounded)
    return nodes


def _leaf_score(leaf: _Node, cells: Mapping[str, Cell], nodes: _UnitNodes) -> int | None:
    weighted = weights = applicable = assessed = 0
    deductions: list[Fraction] = []
    is_vetoed = False
    for rule in leaf.rules:
        cell = cells.get(rule.measure_code, _TO_BE_ASSESSED)
        if cell.status == "not_applicable":
            continue
        applicable += rule.mark
        if cell.status in SCORING_STATUSES:
            assessed += rule.mark
            effect = rule.effect(cell)
            weighted += rule.weight_share * effect.normalised
            weights += rule.weight_share
            is_vetoed = is_vetoed or effect.is_veto
            if effect.deduction:
                deductions.append(effect.deduction)
    nodes.applicable[leaf.index], nodes.assessed[leaf.index] = applicable, assessed
    nodes.is_vetoed[leaf.index] = is_vetoed
    if is_vetoed:
        return 0
    if not weights:
        return None
    numerator, denominator = leaf.full * weighted, weights * NORMALISED_UNIT
    if deductions:
        after = Fraction(numerator, denominator) - sum(deductions) * SCORE_UNIT
        numerator, denominator = after.numerator, after.denominator
    return leaf.clipped(_round_half_up(numerator, denominator))


def _reaches(assessed: int, applicable: int, threshold: Fraction, denominator: int) -> bool:
    """Whether a coverage reaches its threshold; what falls short by less than half a unit of the tenth decimal does."""
    return assessed + Fraction(denominator, 2 * SCORE_UNIT) >= applicable * threshold


def _parent_score(parent: _Node, nodes: _UnitNodes) -> int | None:
    applicable = sum(nodes.applicable[child.index] for child in parent.children)
    assessed = sum(nodes.assessed[child.index] for child in parent.children)
    nodes.applicable[parent.index], nodes.assessed[parent.index] = applicable, assessed
    if not parent.is_event_only:
        threshold = Fraction(parent.coverage_numerator, parent.coverage_denominator)
        is_covered = _reaches(assessed, applicable, threshold, nodes.mark_denominator)
        if applicable <= 0 or not is_covered:
            return None
    scored = [(child, nodes.score[child.index]) for child in parent.children]
    scored = [(child, child_score) for child, child_score in scored if child_score is not None]
    if not scored:
        return None
    unclipped = _sum(parent, scored) if parent.aggregation == "sum" else _mean(parent, scored)
    return None if unclipped is None else parent.clipped(unclipped)


def _sum(parent: _Node, scored: list[tuple[_Node, int]]) -> int | None:
    outside_base = sum(child_score for child, child_score in scored if not child.is_base)
    base = _base_quotient(parent, scored)
    if base is None:
        return None if any(child.is_base for child in parent.children) else outside_base
    numerator, denominator = base
    return _round_half_up(numerator + outside_base * denominator, denominator)


def _base_quotient(parent: _Node, scored: list[tuple[_Node, int]]) -> tuple[int, int] | None:
    """The re-weighted sum of the base children as numerator and denominator; None if none has a score."""
    full_of_scored = sum(child.full for child, _ in scored if child.is_base)
    if not full_of_scored:
        return None
    full_of_all = sum(child.full for child in parent.children if child.is_base)
    return full_of_all * sum(child_score for child, child_score in scored if child.is_base), full_of_scored


def _mean(parent: _Node, scored: list[tuple[_Node, int]]) -> int:
    shares = [child.weight_share for child, _ in scored]
    ratios = [_round_half_up(child_score * NORMALISED_UNIT, child.full) for child, child_score in scored]
    total = sum(shares)
    if parent.aggregation == "weighted_arithmetic":
        weighted = sum(share * ratio for share, ratio in zip(shares, ratios, strict=True))
        return _round_half_up(parent.full * weighted, total * NORMALISED_UNIT)
    if min(ratios) <= 0:
        return 0
    if parent.aggregation == "geometric":
        logarithms = [_round_double(math.log(ratio / NORMALISED_UNIT)) for ratio in ratios]
        weighted = sum(share * logarithm for share, logarithm in zip(shares, logarithms, strict=True))
        power = _round_double(math.exp(weighted / (total * NORMALISED_UNIT)))
        return _round_half_up(parent.full * power, NORMALISED_UNIT)
    rounded = [
        _round_half_up(share * NORMALISED_UNIT * NORMALISED_UNIT, ratio)
        for share, ratio in zip(shares, ratios, strict=True)
    ]
    return _round_half_up(parent.full * total * NORMALISED_UNIT, sum(rounded))


def _base(method: _Method, nodes: _UnitNodes) -> tuple[int | None, int, int]:
    """Base score, and assessed and applicable marks of the base children of the root.

    The composite itself and the marks of the root where that is no sum or has no base children; None where the
    composite is NA.
    """
    root = method.root
    children = [child for child in root.children if child.is_base]
    composite = nodes.unrounded[root.index]
    if root.aggregation != "sum" or not children:
        return composite, nodes.assessed[root.index], nodes.applicable[root.index]
    assessed = sum(nodes.assessed[child.index] for child in children)
    applicable = sum(nodes.applicable[child.index] for child in children)
    if composite is None:
        return None, assessed, applicable
    scored = [(child, nodes.score[child.index]) for child in children]
    quotient = _base_quotient(root, [(child, s) for child, s in scored if s is not None])
    return None if quotient is None else _round_half_up(*quotient), assessed, applicable


# --------------------------------------------------------------------------------- one edition under one methodology


def _compared(
    method: _Method,
    edition: tuple[str, int],
    scored: set[tuple[str, int]],
    frames: Mapping[tuple[str, int], _Frame],
    cells: Mapping[tuple[str, int, str], dict[str, Cell]],
) -> dict[str, dict[str, Cell]]:
    """By unit, the cells of measures that are scored against the other units, each with its rate as its value."""
    if method.comparison is None:
        return {}
    series_code, year = edition
    observed = {code for code in scored if code[0] == series_code and any(key[:2] == code for key in cells)}
    editions = observed if method.comparison.is_over_all_editions else {edition}
    places = [(code[1], unit) for code in editions if code in frames for unit in frames[code].region_of_unit]

    def values_of(measure: str) -> dict[tuple[int, str], Fraction | None]:
        found = {}
        for place in places:
            cell = cells.get((series_code, *place), {}).get(measure, _TO_BE_ASSESSED)
            has_value = cell.status in VALUE_STATUSES and cell.value is not None
            found[place] = Fraction(cell.value) if has_value else None
        return found

    found: dict[str, dict[str, Cell]] = defaultdict(dict)
    for rule in (rule for node in method.nodes for rule in node.rules if rule.family == "relative"):
        below = method.comparison.denominator_of(rule.measure_code)
        rates = method.comparison.rates(rule.row, values_of(rule.measure_code), values_of(below) if below else None)
        for unit in frames[edition].region_of_unit:
            cell = cells.get((series_code, year, unit), {}).get(rule.measure_code, _TO_BE_ASSESSED)
            if cell.status in VALUE_STATUSES:
                rate = rates.get((year, unit))
                # Where all are alike, or a denominator is missing, nothing can be said.
                unsaid = Cell("not_collected", None)
                found[unit][rule.measure_code] = unsaid if rate is None else Cell(cell.status, round(Decimal(rate), 12))
    return found


def _score_scope(
    scope: Scope,
    method: _Method,
    frame: _Frame,
    cells: Mapping[tuple[str, int, str], dict[str, Cell]],
    compared: Mapping[str, dict[str, Cell]],
    events: Mapping[tuple[str, int, str], dict[str, _Event]],
    result: Result,
) -> None:
    series_code, year, _ = scope
    measures = [rule.measure_code for node in method.nodes for rule in node.rules]
    fractions = _MarkFractions(method.mark_denominator)
    nodes_of: dict[str, _UnitNodes] = {}
    base_of: dict[str, int | None] = {}
    coverage_of: dict[str, Fraction | None] = {}
    covered: set[str] = set()
    for unit in frame.region_of_unit:
        unit_cells = cells.get((series_code, year, unit), {})
        for measure in measures:
            result.cells[(*scope, unit, measure)] = unit_cells.get(measure, _TO_BE_ASSESSED)
        event_scores: dict[str, EventScore] = {}
        if method.has_events:
            unit_events = events.get((series_code, year, unit), {})
            event_scores = {cluster: _score_event(event, method) for cluster, event in unit_events.items()}
            result.events.update({(*scope, unit, cluster): event for cluster, event in event_scores.items()})
        nodes = nodes_of[unit] = _score_nodes(
            method, unit_cells | compared.get(unit, {}), _points_by_node(method, event_scores.values())
        )
        base_of[unit], assessed, applicable = _base(method, nodes)
        coverage_of[unit] = Fraction(assessed, applicable) if applicable > 0 else None
        if applicable > 0 and _reaches(assessed, applicable, method.min_ranked_coverage, method.mark_denominator):
            covered.add(unit)
        for node in method.nodes:
            i = node.index
            result.nodes[(*scope, unit, node.code)] = NodeScore(
                _as_decimal(nodes.score[i]),
                _as_decimal(nodes.unrounded[i]),
                fractions[nodes.applicable[i]],
                fractions[nodes.assessed[i]],
                nodes.is_vetoed[i],
            )
    root = method.root.index
    ranked = {
        unit: method.ranking_score(nodes.unrounded[root], nodes.score[root])
        for unit, nodes in nodes_of.items()
        if nodes.unrounded[root] is not None and unit in covered
    }
    units_below = _units_below(frame)
    ranks = _ranks(frame, units_below, ranked)
    for unit, nodes in nodes_of.items():
        composite = _as_decimal(nodes.score[root])
        result.units[(*scope, unit)] = UnitScore(
            composite,
            _as_decimal(nodes.unrounded[root]),
            _as_decimal(base_of[unit]),
            coverage_of[unit],
            unit in ranked,
            method.grade(composite),
            ranks.get(unit, {}),
        )
    for node in method.nodes:
        scores = {unit: nodes.score[node.index] for unit, nodes in nodes_of.items()}
        for region, mean in _region_means(frame, units_below, scores).items():
            result.region_means[(*scope, region, node.code)] = mean
    for region, mean in _region_means(frame, units_below, base_of).items():
        result.region_base_means[(*scope, region)] = mean


def _units_below(frame: _Frame) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {region: [] for region in frame.parent_of_region}
    for unit, region in frame.region_of_unit.items():
        for above in frame.regions_above(region):
            below[above].append(unit)
    return below


def _ranks(frame: _Frame, units_below: dict[str, list[str]], ranked: Mapping[str, int]) -> dict[str, dict[str, Rank]]:
    """1-2-2-4: a unit's rank is one more than the number of units with a higher score."""
    ranks: dict[str, dict[str, Rank]] = defaultdict(dict)
    for region, units in units_below.items():
        order = sorted((unit for unit in units if unit in ranked), key=lambda unit: -ranked[unit])
        rank = 0
        for position, unit in enumerate(order, start=1):
            if position == 1 or ranked[unit] != ranked[order[position - 2]]:
                rank = position
            ranks[unit][frame.level_of_region[region]] = Rank(region, rank, len(order))
    return ranks


# --------------------------------------------------------------------------------------------------------- 5. averages


def _region_means(
    frame: _Frame, units_below: dict[str, list[str]], scores: Mapping[str, int | None]
) -> dict[str, RegionMean]:
    mean_of_units: dict[str, int] = {}
    scored_count: dict[str, int] = {}
    for region, units in units_below.items():
        found = [s for s in map(scores.__getitem__, units) if s is not None]
        scored_count[region] = len(found)
        if found:
            mean_of_units[region] = _round_half_up(sum(found), len(found))
    members: dict[str, list[int]] = {region: [] for region in units_below}
    for unit, region in frame.region_of_unit.items():
        if scores[unit] is not None:
            members[region].append(scores[unit])
    for region, mean in mean_of_units.items():
        parent = frame.parent_of_region[region]
        if parent is not None:
            members[parent].append(mean)
    return {
        region: RegionMean(
            _as_decimal(mean_of_units.get(region)),
            _as_decimal(_round_half_up(sum(members[region]), len(members[region])) if members[region] else None),
            len(units_below[region]),
            scored_count[region],
            len(members[region]),
        )
        for region in units_below
    }
