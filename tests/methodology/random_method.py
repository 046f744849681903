"""Random methodologies, frames and raw rows, for comparing two implementations of the method.

What belongs here: making worlds up (see `reference_scorer` for what a world is), with the columns of the seeds and raw
tables, valid by the rules of the seeds, and full of the cases that a method trips over: ties, boundaries, conflicts,
holes.

One world holds many methodologies on one or two series, because one run of the warehouse over many methodologies is
cheap and many runs are not. The series share unit and region codes on purpose, and the trees share node codes.

Values have at most 4 decimals, marks, weights and factors at most 2. Everything comes from one `random.Random`: the
same seed gives the same world. `recipes()` is the hypothesis strategy; a recipe prints as the call that makes its world
again, and shrinks towards fewer methodologies, units and levels.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar

from hypothesis import strategies as st

Row = dict[str, Any]
World = dict[str, list[Row]]
T = TypeVar("T")

SERIES_CODES = ("first_index", "second_index")
FIRST_YEAR = 2018
REGION_LEVELS = ("nation", "province", "prefecture", "district")
CHANNELS = ("government_disclosure", "internet", "news_media", "credit_agency", "secondary_source")
EMPTY_STATES = ("not_published", "not_collected", "not_applicable")
NEGATIVE_SEVERITIES = ("particularly_major", "major", "larger", "ordinary")
POSITIVE_SEVERITIES = ("national", "provincial", "municipal", "routine")
REACHES = ("local", "provincial", "national")
RESPONSIBILITIES = ("found", "reported", "none")
RESPONSE_KINDS = ("targeted", "off_point", "repaired", "none")
RESPONSE_FAULTS = ("late", "off_point", "wrong_body", "silent")
TOPICS = {"good_news": "positive", "award": "positive", "default": "negative", "accident": "negative"}
COVERAGES = ((0, 1), (1, 3), (1, 2), (65, 100), (2, 3), (3, 4), (1, 1))
RANKED_COVERAGES = ("0.5", "0.6", "0.65", "0.75", "0.8", "1")
COMMON_MARKS = ("0.5", "1", "1.25", "1.5", "2", "2.5", "3", "5", "10")
NODE_LIMITS = (4, 8, 22)  # from here on only the longest branch grows
MAX_EVENT_LEAVES = 6
OBSERVED_MEASURE_COUNT = 36
UNSCORED_MEASURE_COUNT = 2
BATCH_COUNT = 3


@dataclass(frozen=True)
class WorldRecipe:
    """The sizes and the seed of one world."""

    seed: int
    methodology_count: int = 4
    unit_count: int = 10
    year_count: int = 1
    series_count: int = 1
    max_depth: int = 6

    def build(self) -> World:
        return random_world(
            random.Random(self.seed),
            self.methodology_count,
            unit_count=self.unit_count,
            year_count=self.year_count,
            series_count=self.series_count,
            max_depth=self.max_depth,
        )


def recipes(max_methodologies: int = 3, max_units: int = 8) -> st.SearchStrategy[WorldRecipe]:
    """Recipes of small worlds."""
    return st.builds(
        WorldRecipe,
        seed=st.integers(0, 2**32 - 1),
        methodology_count=st.integers(1, max_methodologies),
        unit_count=st.integers(1, max_units),
        year_count=st.integers(1, 2),
        series_count=st.integers(1, 2),
        max_depth=st.integers(1, 6),
    )


def random_world(
    rng: random.Random,
    methodology_count: int,
    *,
    unit_count: int = 12,
    year_count: int = 2,
    series_count: int = 2,
    max_depth: int = 6,
) -> World:
    """One world with `methodology_count` methodologies, dealt out to `series_count` series (at most two)."""
    world: World = {table: [] for table in _TABLES}
    batches = _Batches(rng)
    years = range(FIRST_YEAR, FIRST_YEAR + year_count)
    for series_number in range(min(series_count, methodology_count)):
        series_code = SERIES_CODES[series_number]
        codes = [f"method_{number}" for number in range(series_number, methodology_count, series_count)]
        world["series"].append(
            _named(series_code, series_code=series_code, unit_name_zh="单位", unit_name_en="unit", publication_digits=2)
        )
        measures = _random_measures(rng, series_code)
        world["measure"] += [measure.row for measure in measures]
        _add_methodologies(rng, world, series_code, codes, measures, max_depth)
        regions = random_regions(rng)
        world["region_level"] += [
            _named(level, series_code=series_code, region_level=level, level_position=position)
            for position, level in enumerate(REGION_LEVELS[: 1 + max(region.depth for region in regions)])
        ]
        places: dict[str, str] = {}
        for year in years:
            world["edition"].append(_edition_row(series_code, year))
            world["edition_methodology"] += _edition_methodology_rows(rng, series_code, year, codes)
            world["region"] += [_region_row(series_code, year, region) for region in regions]
            world["assessment_frame"] += _frame_rows(rng, series_code, year, unit_count, regions, places)
            _add_raw_rows(rng, world, batches, series_code, year, sorted(places), measures)
    world["batch"] = batches.rows()
    for table in RAW_TABLES:
        rng.shuffle(world[table])
    return world


RAW_TABLES = ("observation", "verification", "opinion_event", "objection", "decision", "quarantined_row")
_TABLES = (
    *(
        "series",
        "edition",
        "edition_methodology",
        "tree",
        "methodology",
        "methodology_change",
        "node",
        "measure",
        "measure_rule",
        "event_factor",
        "event_topic",
        "grade_band",
        "variant",
        "variant_measure",
        "measure_denominator",
    ),
    *("assessment_frame", "region", "region_level"),
    *(*RAW_TABLES, "batch"),
)


def _named(name: str, **columns: Any) -> Row:
    return {**columns, "name_zh": name, "name_en": name}


def _chance(rng: random.Random, probability: float) -> bool:
    return rng.random() < probability


def _pick(rng: random.Random, weighted: dict[T, float]) -> T:
    return rng.choices(list(weighted), weights=list(weighted.values()))[0]


def _decimal_between(rng: random.Random, low: str | Decimal, high: str | Decimal, places: int) -> Decimal:
    scale = 10**places
    return Decimal(rng.randint(int(Decimal(low) * scale), int(Decimal(high) * scale))).scaleb(-places)


# -------------------------------------------------------------------------------------------------------------- trees


@dataclass
class TreeNode:
    """One node while its tree grows; `kind` is observed, event or mixed (both below it)."""

    code: str
    kind: str
    level: int
    position: int
    aggregation: str = "sum"
    full: Decimal = Decimal(0)
    low: Decimal = Decimal(0)
    is_base: bool = True
    event_source: str | None = None
    children: list[TreeNode] = field(default_factory=list)

    def walk(self) -> list[TreeNode]:
        """The node and all below it, parents first."""
        return [self, *(node for child in self.children for node in child.walk())]

    def leaves(self) -> list[TreeNode]:
        return [node for node in self.walk() if not node.children]

    def observed_marks(self) -> Decimal:
        """The marks of all observed measures below, which is what coverage is counted in."""
        return sum((leaf.full for leaf in self.leaves() if leaf.kind == "observed"), Decimal(0))


class _TreeGrower:
    """Grows one ragged tree that reaches `depth` levels below its root at least once."""

    def __init__(self, rng: random.Random, depth: int) -> None:
        self.rng = rng
        self.depth = depth
        self.node_count = 1
        self.event_leaf_count = 0
        self.node_limit = rng.choice(NODE_LIMITS)
        # Leaves of one size, so that what was collected often meets a threshold of coverage exactly.
        self.common_mark = self._mark() if _chance(rng, 0.5) else None

    def grow(self, kind: str) -> TreeNode:
        return self._grow("top", kind, 0, 1, is_spine=True, needs_full=True)

    def _grow(self, code: str, kind: str, level: int, position: int, *, is_spine: bool, needs_full: bool) -> TreeNode:
        rng = self.rng
        node = TreeNode(code, kind, level, position, is_base=kind != "event")
        is_leaf = level == self.depth or (not is_spine and (self.node_count >= self.node_limit or _chance(rng, 0.45)))
        if is_leaf:
            self._set_leaf_marks(node, needs_full)
            return node
        node.aggregation = self._aggregation(kind)
        kinds = self._kinds_of_children(node)
        self.node_count += len(kinds)
        for number, child_kind in enumerate(kinds, start=1):
            child = self._grow(
                f"{code}.{number}" if level else f"n{number}",
                child_kind,
                level + 1,
                number,
                is_spine=is_spine and number == 1,
                needs_full=node.aggregation != "sum",
            )
            # Marks outside the base need not come from events.
            if child.kind == "observed" and node.aggregation == "sum" and number > 1 and _chance(rng, 0.06):
                child.is_base = False
            node.children.append(child)
        self._set_parent_marks(node, needs_full)
        return node

    def _aggregation(self, kind: str) -> str:
        if kind == "mixed":
            return "sum"
        if kind == "event":
            return _pick(self.rng, {"sum": 0.85, "weighted_arithmetic": 0.15})
        return _pick(self.rng, {"sum": 0.45, "weighted_arithmetic": 0.25, "geometric": 0.15, "harmonic": 0.15})

    def _kinds_of_children(self, node: TreeNode) -> list[str]:
        count = _pick(self.rng, {1: 0.12, 2: 0.35, 3: 0.33, 4: 0.2})
        if node.kind != "mixed":
            return [node.kind] * count
        can_mix = node.level + 2 <= self.depth
        kinds = [_pick(self.rng, {"observed": 0.8, "mixed": 0.2 if can_mix else 0}) for _ in range(count)]
        return [*kinds, *["event"] * _pick(self.rng, {1: 0.7, 2: 0.3})]

    def _set_leaf_marks(self, node: TreeNode, needs_full: bool) -> None:
        rng = self.rng
        node.kind = "event" if node.kind == "event" else "observed"
        node.full = self.common_mark or self._mark()
        if node.kind == "event":
            self.event_leaf_count += 1
            sign = _pick(rng, {"positive": 0.4, "negative": 0.0 if needs_full else 0.4, "both": 0.2})
            node.low = Decimal(0) if sign == "positive" else -self._mark()
            node.full = Decimal(0) if sign == "negative" else node.full
            node.event_source = _pick(rng, {"event": 0.75, "response_fault": 0.25})
        elif _chance(rng, 0.2):
            node.low = -self._mark()

    def _set_parent_marks(self, node: TreeNode, needs_full: bool) -> None:
        if node.aggregation == "sum":
            node.full = sum((child.full for child in node.children), Decimal(0))
            node.low = sum((child.low for child in node.children), Decimal(0))
            if any(not child.is_base for child in node.children) and _chance(self.rng, 0.4):
                self._cap(node)
            if needs_full and not node.full:
                self._give_first_leaf_a_full_mark(node)
        else:
            node.full = Decimal(self.rng.choice(("1", "10", "100"))) if _chance(self.rng, 0.7) else self._mark()
            node.low = -self._mark() if _chance(self.rng, 0.2) else Decimal(0)

    def _cap(self, node: TreeNode) -> None:
        """Bounds of its own, inside or outside the sums of its children's, but not inside those of the base."""
        base = [child for child in node.children if child.is_base]
        factor = Decimal(self.rng.choice(("0.25", "0.5", "0.75", "1.5")))
        node.full = max(node.full * factor, sum((child.full for child in base), Decimal(0))).quantize(Decimal("0.01"))
        node.low = min(node.low * factor, sum((child.low for child in base), Decimal(0))).quantize(Decimal("0.01"))

    def _give_first_leaf_a_full_mark(self, node: TreeNode) -> None:
        # A group of negative events only; its parent divides by the full mark.
        if node.children:
            self._give_first_leaf_a_full_mark(node.children[0])
            node.full = sum((child.full for child in node.children), Decimal(0))
        else:
            node.full = self._mark()

    def _mark(self) -> Decimal:
        if _chance(self.rng, 0.7):
            return Decimal(self.rng.choice(COMMON_MARKS))
        return _decimal_between(self.rng, "0.1", "20", 2)


def random_tree(rng: random.Random, max_depth: int = 6) -> TreeNode:
    """The root of a tree of 1 to `max_depth` levels below the root; half of the trees have event nodes."""
    while True:
        grower = _TreeGrower(rng, rng.randint(1, max_depth))
        root = grower.grow("mixed" if _chance(rng, 0.5) else "observed")
        observed_leaf_count = len(root.leaves()) - grower.event_leaf_count
        if root.aggregation == "sum" and root.children and _chance(rng, 0.1):
            for child in root.children:
                child.is_base = False
        if grower.event_leaf_count <= MAX_EVENT_LEAVES and observed_leaf_count <= OBSERVED_MEASURE_COUNT:
            return root


def _node_rows(rng: random.Random, tree_code: str, root: TreeNode) -> list[Row]:
    rows = []
    parents = {id(child): parent for parent in root.walk() for child in parent.children}
    for node in root.walk():
        parent = parents.get(id(node))
        needs_weight = parent is not None and parent.aggregation != "sum"
        if node.kind == "event" or not node.children:
            coverage = (0, 1) if _chance(rng, 0.85) else rng.choice(COVERAGES)  # without effect there
        else:
            coverage = _random_gate(rng, node) if _chance(rng, 0.5) else rng.choice(COVERAGES)
        rounding_mode = _pick(rng, {"none": 0.66, "half_up": 0.17, "half_even": 0.17})
        rows.append(
            _named(
                node.code,
                tree_code=tree_code,
                node_code=node.code,
                parent_node_code=None if parent is None else parent.code,
                node_level=node.level,
                position=node.position,
                full_mark=node.full,
                min_mark=node.low,
                is_base=int(node.is_base),
                aggregation=node.aggregation,
                weight=_random_weight(rng) if needs_weight or _chance(rng, 0.3) else None,
                min_coverage_numerator=coverage[0],
                min_coverage_denominator=coverage[1],
                rounding_mode=rounding_mode,
                rounding_digits=None if rounding_mode == "none" else rng.randint(0, 4),
                origin="reconstructed",
                origin_note=None,
            )
        )
    return rows


def _random_gate(rng: random.Random, node: TreeNode) -> tuple[int, int]:
    """A coverage that the node meets exactly when a choice of its children is there in full and the others are not."""
    marks = [int(child.observed_marks() * 100) for child in node.children if child.kind != "event"]
    gate = Fraction(sum(rng.sample(marks, rng.randint(1, len(marks)))), sum(marks))
    return gate.numerator, gate.denominator


def _random_weight(rng: random.Random) -> Decimal:
    if _chance(rng, 0.6):
        return Decimal(rng.choice(("1", "1", "2", "3", "0.5", "0.25", "0.1", "0.9")))
    return _decimal_between(rng, "0.05", "5", 2)


# --------------------------------------------------------------------------------------------------- measures and rules


@dataclass(frozen=True)
class _Measure:
    """One measure with the values at which rules begin, end and fire, so that observations hit them exactly."""

    row: Row
    anchors: tuple[Decimal, ...]
    places: int

    @property
    def code(self) -> str:
        return self.row["measure_code"]

    @property
    def is_scored(self) -> bool:
        return self.row["value_kind"] != "event_points" and self.row["direction"] != "neutral"

    def random_value(self, rng: random.Random) -> Decimal:
        if _chance(rng, 0.4):
            return rng.choice(self.anchors)
        if _chance(rng, 0.2):
            middle = (rng.choice(self.anchors) + rng.choice(self.anchors)) / 2
            return middle if middle == round(middle, self.places) else rng.choice(self.anchors)
        return _decimal_between(rng, self.row["lower_bound"], self.row["upper_bound"], self.places)


_MEASURE_KINDS: dict[str, tuple[str, str, int, tuple[str, ...]]] = {
    # kind: lower bound, upper bound, decimals, anchors
    "percentage": ("0", "100", 2, ("0", "50", "60", "80", "100")),
    "count": ("0", "20", 0, ("0", "1", "2", "3", "5")),
    "quantity": ("-5", "50", 4, ("-1", "0", "0.0001", "1", "10", "45.5")),
    "amount": ("0", "90000", 4, ("0", "100", "2500", "75000")),
}


def _random_measures(rng: random.Random, series_code: str) -> list[_Measure]:
    measures = []
    for number in range(OBSERVED_MEASURE_COUNT + UNSCORED_MEASURE_COUNT):
        is_scored = number < OBSERVED_MEASURE_COUNT
        kind = rng.choice(list(_MEASURE_KINDS)) if is_scored else "count"
        lower, upper, places, anchors = _MEASURE_KINDS[kind]
        row = _measure_row(
            f"{series_code}.{kind}_{number}",
            series_code,
            "quantity" if kind == "amount" else kind,
            Decimal(lower),
            Decimal(upper),
            "higher_better" if is_scored else "neutral",
        )
        measures.append(_Measure(row, tuple(map(Decimal, anchors)), places))
    for number in range(MAX_EVENT_LEAVES):
        code = f"{series_code}.event_{number}"
        row = _measure_row(code, series_code, "event_points", Decimal(-20), Decimal(20), "higher_better")
        measures.append(_Measure(row, (), 0))
    return measures


def _measure_row(code: str, series_code: str, kind: str, lower: Decimal, upper: Decimal, direction: str) -> Row:
    return _named(
        code,
        measure_code=code,
        series_code=series_code,
        measurement_unit="个",
        value_kind=kind,
        lower_bound=lower,
        upper_bound=upper,
        is_whole_number=int(kind == "count"),
        direction=direction,
        funnel_earlier_measure_code=None,
        collection_channel="news_media" if kind == "event_points" else "internet",
        origin="reconstructed",
        origin_note=None,
    )


def random_rules(rng: random.Random, methodology_code: str, root: TreeNode, measures: Sequence[_Measure]) -> list[Row]:
    """One rule or more for every leaf, with weights that sum to 1; no measure is used twice."""
    free = [measure for measure in measures if measure.is_scored]
    rng.shuffle(free)
    event_measures = [measure.code for measure in measures if measure.row["value_kind"] == "event_points"]
    rules: list[Row] = []
    spare = len(free) - sum(leaf.kind == "observed" for leaf in root.leaves())
    for leaf in root.leaves():
        if leaf.kind == "event":
            rule = _empty_rule(methodology_code, leaf.code, event_measures.pop(), "event", Decimal(1))
            rules.append(rule | {"event_source": leaf.event_source})
            continue
        extra = min(spare, _pick(rng, {0: 0.4, 1: 0.3, 2: 0.3}))
        spare -= extra
        for weight in _random_weights(rng, 1 + extra):
            rules.append(_weighted_rule(rng, methodology_code, leaf.code, free.pop(), weight))
        if spare and _chance(rng, 0.4):
            spare -= 1
            measure = free.pop()
            family = "veto" if measure.row["lower_bound"] < 0 or _chance(rng, 0.5) else "deduct"
            rules.append(_rule_row(rng, methodology_code, leaf.code, measure, family, Decimal(0)))
    return rules


def _random_weights(rng: random.Random, count: int) -> list[Decimal | None]:
    """Weights of one leaf: that sum to 1, of any sum, or all empty, which is equal."""
    kind = _pick(rng, {"one": 0.5, "empty": 0.25, "relative": 0.25})
    if kind == "empty":
        return [None] * count
    if kind == "relative":
        return [_random_weight(rng) for _ in range(count)]
    return _weights_of_one(rng, count)


def _weights_of_one(rng: random.Random, count: int) -> list[Decimal]:
    """Weights above 0 that sum to 1."""
    if count > 1 and _chance(rng, 0.5):
        common = {2: ("0.5 0.5", "0.9 0.1", "0.6 0.4"), 3: ("0.5 0.25 0.25", "0.34 0.33 0.33", "0.6 0.3 0.1")}
        return [Decimal(weight) for weight in rng.choice(common[count]).split()]
    cuts = [0, *sorted(rng.sample(range(1, 100), count - 1)), 100]
    return [Decimal(after - before).scaleb(-2) for before, after in pairwise(cuts)]


def _weighted_rule(
    rng: random.Random, methodology_code: str, node_code: str, measure: _Measure, weight: Decimal | None
) -> Row:
    family = _pick(rng, {"linear": 0.86, "deduct": 0.09, "veto": 0.05})
    if family == "deduct" and measure.row["lower_bound"] < 0:
        family = "linear"  # there are no negative cases
    return _rule_row(rng, methodology_code, node_code, measure, family, weight)


def _rule_row(
    rng: random.Random, methodology_code: str, node_code: str, measure: _Measure, family: str, weight: Decimal | None
) -> Row:
    rule = _empty_rule(methodology_code, node_code, measure.code, family, weight)
    if family == "deduct":
        rule["deduct_per_case"] = Decimal(rng.choice(("0.1", "0.25", "0.5", "1", "2")))
    elif family == "veto":
        rule["veto_operator"] = rng.choice((">", ">=", "<", "<="))
        rule["veto_threshold"] = rng.choice(measure.anchors)
    else:
        above_zero = [anchor for anchor in measure.anchors if anchor > 0]
        rule["transform"] = _pick(rng, {"identity": 0.66, "log": 0.12, "positive": 0.12, "observed": 0.1})
        if rule["transform"] == "identity":
            rule["floor"], rule["target"] = rng.sample(measure.anchors, 2)
        elif rule["transform"] == "log":
            rule["floor"], rule["target"] = rng.sample(above_zero, 2)
        else:
            rule["floor"], rule["target"] = Decimal(0), Decimal(1) if _chance(rng, 0.8) else Decimal(2)
    return rule


def _empty_rule(methodology_code: str, node_code: str, measure_code: str, family: str, weight: Decimal | None) -> Row:
    return {
        "methodology_code": methodology_code,
        "measure_code": measure_code,
        "node_code": node_code,
        "rule_family": family,
        "weight": weight,
        "transform": "identity",
        "floor": None,
        "target": None,
        "deduct_per_case": None,
        "veto_operator": None,
        "veto_threshold": None,
        "event_source": None,
        "rule_text_zh": "随机规则",
        "rule_text_en": "random rule",
        "origin": "reconstructed",
        "origin_note": None,
    }


# ------------------------------------------------------------------------------------------------------- methodologies


def _add_methodologies(
    rng: random.Random, world: World, series_code: str, codes: list[str], measures: list[_Measure], max_depth: int
) -> None:
    trees: list[tuple[str, TreeNode]] = []
    derived: list[str] = []
    for code in codes:
        if trees and _chance(rng, 0.25):
            tree_code, root = rng.choice(trees)  # two sets of rules on one tree
        else:
            tree_code, root = f"tree_of_{code}", random_tree(rng, max_depth)
            trees.append((tree_code, root))
            world["tree"].append(_named(tree_code, tree_code=tree_code, based_on=None))
            world["node"] += _node_rows(rng, tree_code, root)
            event_leaves = [leaf for leaf in root.leaves() if leaf.kind == "event"]
            if event_leaves:
                world["event_factor"] += _event_factor_rows(rng, tree_code)
                world["event_topic"] += _event_topic_rows(rng, tree_code, event_leaves)
        world["methodology"].append(
            _named(
                code,
                methodology_code=code,
                methodology_version="1.0",
                series_code=series_code,
                tree_code=tree_code,
                based_on=None,
                rank_basis=_pick(rng, {"unrounded_score": 0.7, "published_score": 0.3}),
                description_zh="随机方法",
                description_en="random method",
                min_ranked_coverage=_random_ranked_coverage(rng, root),
                origin="reconstructed",
                origin_note=None,
            )
        )
        world["measure_rule"] += random_rules(rng, code, root, measures)
        _compare_units(rng, world, series_code, code)
        if _chance(rng, 0.85):
            world["grade_band"] += _grade_band_rows(rng, code, root)
        if _chance(rng, 0.5):
            _derive_methodology(rng, world, series_code, code, tree_code)
            derived.append(f"{code}_derived")
    codes += derived


NORMALISATIONS = (
    "min_max",
    "z_score",
    "rank",
    "borda",
    "percentile_rank",
    "fraction_of_maximum",
    "distance_to_maximum",
    "distance_to_reference",
    "distance_to_target",
    "goal_posts",
    "scaled",
)


def _compare_units(rng: random.Random, world: World, series_code: str, code: str) -> None:
    """Some of the methodology's linear rules score a unit against the others instead, as its variant says."""
    rules = [r for r in world["measure_rule"] if r["methodology_code"] == code and r["rule_family"] == "linear"]
    chosen = [rule for rule in rules if _chance(rng, 0.3)]
    if not chosen or _chance(rng, 0.4):
        return
    for rule in chosen:
        rule["rule_family"] = "relative"
        if _chance(rng, 0.4):
            rule["floor"] = rule["target"] = None
    is_denominated = _chance(rng, 0.5)
    world["variant"].append(
        _named(
            f"variant_of_{code}",
            variant_code=f"variant_of_{code}",
            series_code=series_code,
            methodology_code=code,
            position=1,
            editions="all",
            is_published="1",
            is_denominated="1" if is_denominated else "0",
            imputation="none",
            skew_threshold="2",
            kurtosis_threshold="3.5",
            is_winsorisation_forced="0",
            transformation="none",
            is_transformation_combined="0",
            scope=rng.choice(("edition", "series")),
            normalisation=rng.choice(NORMALISATIONS[:7]),
            lower="0",
            upper="100",
            is_capped="1",
            reference_unit_code=None,
            weight_set_code="stated",
            aggregation="stated",
            origin="reconstructed",
        )
    )
    for rule in chosen:
        if _chance(rng, 0.5):
            kind = rng.choice(NORMALISATIONS)
            lower, upper = sorted(rng.sample(range(-5, 60), 2))
            world["variant_measure"].append(
                {
                    "variant_code": f"variant_of_{code}",
                    "measure_code": rule["measure_code"],
                    "normalisation": kind,
                    "lower": str(lower) if kind in ("goal_posts", "scaled") else "1" if kind == "min_max" else "50",
                    "upper": str(upper) if kind in ("goal_posts", "scaled") else "100" if kind == "min_max" else "10",
                    "scale": rng.choice(("1", "100")),
                    "target": str(rng.randint(1, 90)),
                    "is_treated": None,
                }
            )
    known = {row["measure_code"] for row in world["measure_denominator"]}
    for rule in rng.sample(chosen, min(2, len(chosen))) if is_denominated else []:
        other = rng.choice(rules)["measure_code"]
        if rule["measure_code"] not in known and other != rule["measure_code"]:
            world["measure_denominator"].append(
                {
                    "measure_code": rule["measure_code"],
                    "denominator_measure_code": other,
                    "denominator_attribute_code": None,
                    "scale": rng.choice(("1", "1000")),
                }
            )


def _derive_methodology(rng: random.Random, world: World, series_code: str, code: str, tree_code: str) -> None:
    """A methodology based on another, with a few changes of its tree and rules."""
    derived_tree = f"{tree_code}_of_{code}_derived"
    world["tree"].append(_named(derived_tree, tree_code=derived_tree, based_on=tree_code))
    basis = next(row for row in world["methodology"] if row["methodology_code"] == code)
    world["methodology"].append(
        basis | {"methodology_code": f"{code}_derived", "tree_code": derived_tree, "based_on": code}
    )
    nodes = [row for row in world["node"] if row["tree_code"] == tree_code]
    for row in rng.sample(nodes, min(3, len(nodes))):
        mode = "half_even" if row["rounding_mode"] == "half_up" else "half_up"
        world["methodology_change"] += [
            _change("node", derived_tree, row["node_code"], "rounding_mode", mode),
            _change("node", derived_tree, row["node_code"], "rounding_digits", 5),
        ]
    for row in world["event_factor"]:
        if row["tree_code"] == tree_code and row["factor_kind"] == "reach" and row["factor_level"] == "national":
            world["methodology_change"].append(
                _change("event_factor", derived_tree, "reach/national", "factor_value", row["factor_value"] + 1)
            )
    for table, column in (("variant", "methodology_code"), ("variant_measure", "variant_code")):
        own = code if table == "variant" else f"variant_of_{code}"
        changed = {column: f"{own}_derived", "variant_code": f"variant_of_{code}_derived"}
        world[table] += [row | changed for row in world[table] if row[column] == own]
    rules = [row for row in world["measure_rule"] if row["methodology_code"] == code]
    for row in rules:
        if row["weight"] == 0:
            world["methodology_change"].append(_change("measure_rule", f"{code}_derived", row["measure_code"]))
    stated = [row for row in rules if row["weight"] and row["rule_family"] != "event"]
    for row in rng.sample(stated, min(2, len(stated))):
        world["methodology_change"].append(
            _change("measure_rule", f"{code}_derived", row["measure_code"], "weight", row["weight"] + 1)
        )


def _change(seed_name: str, owner_code: str, row_key: str, column_name: str = "*", value: Any = None) -> Row:
    return {
        "seed_name": seed_name,
        "owner_code": owner_code,
        "row_key": row_key,
        "change_kind": "remove" if column_name == "*" else "override",
        "column_name": column_name,
        "value": value,
        "reason": "at random",
    }


def _random_ranked_coverage(rng: random.Random, root: TreeNode) -> Decimal:
    """A common share, or what some of the base children of the root make where that has two decimals at most."""
    marks = [int(child.observed_marks() * 100) for child in root.children if child.is_base]
    if marks and _chance(rng, 0.7):
        hundredths = Fraction(100 * sum(rng.sample(marks, rng.randint(1, len(marks)))), sum(marks))
        if hundredths.denominator == 1:
            return Decimal(hundredths.numerator).scaleb(-2)
    return Decimal(rng.choice(RANKED_COVERAGES))


def _event_factor_rows(rng: random.Random, tree_code: str) -> list[Row]:
    def two_decimals(low: str, high: str, count: int) -> list[Decimal]:
        return sorted(_decimal_between(rng, low, high, 2) for _ in range(count))

    values: dict[str, dict[str, Decimal]] = {
        "base_negative": dict(zip(NEGATIVE_SEVERITIES, reversed(two_decimals("0.1", "5", 4)), strict=True)),
        "base_positive": dict(zip(POSITIVE_SEVERITIES, reversed(two_decimals("0.1", "3", 4)), strict=True)),
        "reach": dict(zip(REACHES, two_decimals("1", "2", 3), strict=True)),
        "responsibility": dict(zip(RESPONSIBILITIES, map(Decimal, ("1", "0.5", "0")), strict=True)),
        "response": dict(zip(("repaired", "timely", "other"), two_decimals("0.1", "1", 3), strict=True)),
        "response_fault": {fault: -_decimal_between(rng, "0.5", "2", 2) for fault in RESPONSE_FAULTS},
    }
    return [
        _named(
            level,
            tree_code=tree_code,
            factor_kind=kind,
            factor_level=level,
            position=position,
            factor_value=value,
            limit_hours=rng.choice((12, 24, 48)) if kind == "base_negative" else None,
            origin="reconstructed",
        )
        for kind, levels in values.items()
        for position, (level, value) in enumerate(levels.items(), start=1)
    ]


def _event_topic_rows(rng: random.Random, tree_code: str, event_leaves: list[TreeNode]) -> list[Row]:
    of_points = [leaf.code for leaf in event_leaves if leaf.event_source == "event"]
    return [
        _named(
            topic,
            tree_code=tree_code,
            topic=topic,
            polarity=polarity,
            node_code=rng.choice(of_points),
            origin="reconstructed",
        )
        for topic, polarity in TOPICS.items()
        if of_points and _chance(rng, 0.92)  # a topic may count nowhere in a tree
    ]


def _grade_band_rows(rng: random.Random, methodology_code: str, root: TreeNode) -> list[Row]:
    cuts = sorted({_decimal_between(rng, root.low, root.full, 2) for _ in range(rng.randint(1, 4))}, reverse=True)
    bounds = [None, *cuts, None]
    return [
        _named(
            grade,
            methodology_code=methodology_code,
            grade=grade,
            position=position,
            lower_bound=lower,
            upper_bound=upper,
            origin="reconstructed",
        )
        for position, (grade, (upper, lower)) in enumerate(zip("ABCDE", pairwise(bounds), strict=False), start=1)
    ]


# ------------------------------------------------------------------------------------------------------ regions, frame


@dataclass(frozen=True)
class Region:
    """One region; `depth` counts the regions above it."""

    code: str
    depth: int
    parent_code: str | None


def random_regions(rng: random.Random) -> list[Region]:
    """A region tree of 2 to 4 levels, root first; branches end at different depths."""
    deepest = rng.randint(1, 3)
    regions = [Region("R", 0, None)]
    for region in regions:  # grows while it is walked
        if region.depth < deepest:
            count = rng.randint(2, 3) if region.depth == 0 else rng.choice((0, 1, 2, 3))
            regions += [Region(f"{region.code}{i}", region.depth + 1, region.code) for i in range(1, count + 1)]
    return regions


def _region_row(series_code: str, year: int, region: Region) -> Row:
    return _named(
        region.code,
        series_code=series_code,
        assessment_year=year,
        region_code=region.code,
        region_level=REGION_LEVELS[region.depth],
        parent_region_code=region.parent_code,
    )


def _edition_methodology_rows(rng: random.Random, series_code: str, year: int, codes: Sequence[str]) -> list[Row]:
    """The methodologies of one edition: the first is its primary one, and some of the others score it too."""
    return [
        {
            "series_code": series_code,
            "assessment_year": year,
            "methodology_code": code,
            "is_primary": int(number == 0),
            "purpose": "official" if number == 0 else rng.choice(("profile", "backcast")),
        }
        for number, code in enumerate(codes)
        if number == 0 or _chance(rng, 0.85)
    ]


def _edition_row(series_code: str, year: int) -> Row:
    return {
        "series_code": series_code,
        "assessment_year": year,
        "frame_date": date(year - 1, 12, 31),
        "title_zh": f"{year}年度",
        "title_en": f"Edition {year}",
    }


def _frame_rows(
    rng: random.Random, series_code: str, year: int, unit_count: int, regions: list[Region], places: dict[str, str]
) -> list[Row]:
    """The frame of one year; `places` is where each unit was the year before, and is brought up to date."""
    rows = []
    for number in range(1, unit_count + 1):
        unit = f"U{number:03d}"
        if unit not in places or _chance(rng, 0.2):
            places[unit] = rng.choice(regions).code
        is_included = number == 1 or _chance(rng, 0.92)
        rows.append(
            _named(
                unit,
                series_code=series_code,
                assessment_year=year,
                unit_code=unit,
                unit_type="county",
                region_code=places[unit],
                is_included=int(is_included),
                exclusion_reason_zh=None if is_included else "随机",
                exclusion_reason_en=None if is_included else "at random",
                exclusion_origin=None if is_included else "assumed",
            )
        )
    return rows


# ------------------------------------------------------------------------------------------------------------ raw rows


@dataclass
class _Batch:
    batch_id: str
    accepted: int = 0
    quarantined: int = 0


class _Batches:
    """Deals out batch ids and row numbers, in no order that follows any other column."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.of_source: dict[str, list[_Batch]] = {}

    def place(self, source: str, *, is_quarantined: bool) -> Row:
        if source not in self.of_source:
            self.of_source[source] = [_Batch(f"{self.rng.getrandbits(64):016x}") for _ in range(BATCH_COUNT)]
        batch = self.rng.choice(self.of_source[source])
        batch.quarantined += is_quarantined
        batch.accepted += not is_quarantined
        return {"batch_id": batch.batch_id, "row_number": batch.accepted + batch.quarantined + 1}

    def rows(self) -> list[Row]:
        sources = [(source, batch) for source, batches in self.of_source.items() for batch in batches]
        return [
            {
                "batch_id": batch.batch_id,
                "source": source,
                "file_name": f"{batch.batch_id}.csv",
                "file_sha256": batch.batch_id * 4,
                "contract_version": "1",
                "file_format": "csv",
                "encoding": "utf-8",
                "row_count": batch.accepted + batch.quarantined,
                "accepted_count": batch.accepted,
                "quarantined_count": batch.quarantined,
                "state": "landed",
                "error_rule": None,
                "error_message": None,
                "is_effective": True,
                "delivery_seq": seq,
                "received_at": datetime(FIRST_YEAR + 1, 3, 1),
            }
            for seq, (source, batch) in enumerate(sources, start=1)
        ]


_EVIDENCE = {"evidence_url": None, "evidence_hash": None, "provenance": "synthetic"}


def _moments(year: int) -> tuple[datetime, ...]:
    """Few times, so that captures and verifications often coincide."""
    return (
        datetime(year, 10, 1),
        datetime(year, 10, 1, 12, 30),
        datetime(year, 11, 15, 8),
        datetime(year + 1, 1, 5, 23, 59, 59),
    )


def _add_raw_rows(
    rng: random.Random,
    world: World,
    batches: _Batches,
    series_code: str,
    year: int,
    units: list[str],
    measures: list[_Measure],
) -> None:
    observed = [measure for measure in measures if measure.row["value_kind"] != "event_points"]
    drafts: dict[str, World] = {}
    for unit in units:
        if drafts and _chance(rng, 0.25):
            draft = drafts[rng.choice(list(drafts))]  # a twin: same facts, so a tied rank where both are scored
        else:
            draft = {table: [] for table in RAW_TABLES}
            holes = rng.choice((0.0, 0.05, 0.2, 0.45))
            for measure in observed:
                _draft_cell(rng, draft, series_code, year, measure, holes)
            for number in range(rng.choice((0, 0, 1, 2, 4))):
                _draft_event(rng, draft, series_code, year, f"cluster_{number}")
        drafts[unit] = draft
        for table, rows in draft.items():
            for row in rows:
                is_quarantined = table == "quarantined_row"
                place = batches.place(row["source"] if is_quarantined else table, is_quarantined=is_quarantined)
                received = {} if is_quarantined else {"unit_code_received": unit}
                codes = {
                    name: f"{series_code}-{unit}-{year}-{row[name]}"
                    for name in ("decision_code", "objection_code")
                    if row.get(name) and row[name] != "used_again"
                }
                world[table].append({**row, "unit_code": unit, **received, **codes, **place})


def _draft_cell(rng: random.Random, draft: World, series_code: str, year: int, measure: _Measure, holes: float) -> None:
    has_observations = not _chance(rng, holes)
    if _chance(rng, 0.06):
        draft["quarantined_row"].append(_quarantined_row(rng, year, measure.code))
    if has_observations:
        count = _pick(rng, {1: 0.6, 2: 0.2, 3: 0.12, 4: 0.08})
        rows = [_observation_row(rng, series_code, year, measure) for _ in range(count)]
        if _chance(rng, 0.1):
            rows.append(dict(rng.choice(rows)))  # delivered twice
        draft["observation"] += rows
    if _chance(rng, 0.18):
        for _ in range(_pick(rng, {1: 0.6, 2: 0.25, 3: 0.15})):
            draft["verification"].append(_verification_row(rng, series_code, year, measure))
    if _chance(rng, 0.12):
        found = [row for table in ("observation", "verification") for row in draft[table] if _is_about(row, measure)]
        for _ in range(_pick(rng, {1: 0.7, 2: 0.3})):
            _draft_decision(rng, draft, series_code, year, measure, found)


def _is_about(row: Row, measure: _Measure) -> bool:
    return row["measure_code"] == measure.code and row["state"] is not None


def _value_or_state(rng: random.Random, measure: _Measure) -> Row:
    if _chance(rng, 0.78):
        return {"value": measure.random_value(rng), "state": "observed"}
    return {"value": None, "state": _pick(rng, dict(zip(EMPTY_STATES, (0.4, 0.3, 0.3), strict=True)))}


def _observation_row(rng: random.Random, series_code: str, year: int, measure: _Measure) -> Row:
    return {
        "series_code": series_code,
        "assessment_year": year,
        "measure_code": measure.code,
        **_value_or_state(rng, measure),
        "channel": rng.choice(CHANNELS),
        "collection_mode": _pick(rng, {"online": 0.7, "offline": 0.3}),
        "captured_at": rng.choice(_moments(year)),
        "collector": "random",
        **_EVIDENCE,
    }


def _verification_row(rng: random.Random, series_code: str, year: int, measure: _Measure | None, **subject: Any) -> Row:
    verdicts = {"confirm": 0.4, "correct": 0.3 if measure else 0.0, "reject": 0.3}
    verdict = _pick(rng, verdicts)
    is_correction = measure is not None and verdict == "correct"
    return {
        "series_code": series_code,
        "subject": "observation" if measure else "opinion_event",
        "assessment_year": year,
        "measure_code": measure.code if measure else None,
        "cluster_code": None,
        "verdict": verdict,
        **(_value_or_state(rng, measure) if is_correction else {"value": None, "state": None}),
        "reason": "随机",
        "verifier": "random",
        "verified_at": rng.choice(_moments(year)),
        **_EVIDENCE,
        **subject,
    }


def _draft_decision(
    rng: random.Random, draft: World, series_code: str, year: int, measure: _Measure, found: list[Row]
) -> None:
    """A decision on a cell, half of them on an objection; most expect what one of the rows that came in says."""
    expected = rng.choice(found) if found and _chance(rng, 0.9) else {"value": None, "state": "not_collected"}
    result = _value_or_state(rng, measure)
    _draft_ruling(
        rng,
        draft,
        {"series_code": series_code, "assessment_year": year, "subject": "observation", "measure_code": measure.code},
        kind="correction",
        expected_value=expected["value"],
        expected_state=None if expected["value"] is not None else expected["state"],
        **result,
    )


def _draft_event_decision(rng: random.Random, draft: World, series_code: str, year: int, cluster_code: str) -> None:
    subject = {"subject": "opinion_event", "cluster_code": cluster_code}
    moments = _moments(year)
    _draft_ruling(
        rng,
        draft,
        {"series_code": series_code, "assessment_year": year, **subject},
        kind="repair",
        repaired_at=rng.choice((datetime(year, 2, 1), datetime(year, 7, 1), moments[0])),
    )


def _draft_ruling(rng: random.Random, draft: World, subject: Row, *, kind: str, **result: Any) -> None:
    """A decision of the kind, or on an objection, with its faults: rejected, too early, about nothing, a code again."""
    number = len(draft["decision"])
    on_objection = _chance(rng, 0.5)
    decision = {
        "measure_code": None,
        "cluster_code": None,
        **subject,
        "decision_code": "used_again" if _chance(rng, 0.03) else f"d{number:03}",
        "decision_kind": "objection" if on_objection else kind,
        "objection_code": f"y{number:03}" if on_objection else None,
        "outcome": _pick(rng, {"upheld": 0.85, "rejected": 0.15}),
        **result,
        "reason": "随机",
        "officer_code": "random",
        "role_code": "random",
        "decided_at": rng.choice(_moments(subject["assessment_year"])),
        **_EVIDENCE,
    }
    if on_objection:
        decision |= {"repaired_at": None}
        if not _chance(rng, 0.05):
            draft["objection"].append(
                {
                    **{name: decision[name] for name in ("measure_code", "cluster_code", "objection_code")},
                    **subject,
                    "request": "withdraw",
                    "reason": "随机",
                    "submitted_by": "random",
                    "submitted_at": rng.choice(_moments(subject["assessment_year"])[:3]),
                    **_EVIDENCE,
                }
            )
    draft["decision"].append(decision)


def _quarantined_row(rng: random.Random, year: int, measure_code: str) -> Row:
    return {
        "source": _pick(rng, {"observation": 0.9, "verification": 0.1}),
        "assessment_year": year,
        "measure_code": measure_code if _chance(rng, 0.9) else None,
        "row_key": measure_code,
        "rule": "random_rule",
        "column_name": "value",
        "message": "随机",
        "raw_payload": "{}",
    }


def _draft_event(rng: random.Random, draft: World, series_code: str, year: int, cluster_code: str) -> None:
    topic = rng.choice(list(TOPICS))
    happened_on = date(year, 1, 1) + timedelta(days=rng.randrange(365))
    reported_at = datetime(happened_on.year, happened_on.month, happened_on.day) + timedelta(
        hours=rng.choice((0, 9, 30))
    )
    for _ in range(_pick(rng, {1: 0.55, 2: 0.25, 3: 0.2})):
        if _chance(rng, 0.15):
            topic = rng.choice(list(TOPICS))  # a later row may see the event in another light
        draft["opinion_event"].append(_event_row(rng, series_code, year, cluster_code, topic, happened_on, reported_at))
    if _chance(rng, 0.4):
        for _ in range(rng.choice((1, 1, 2))):
            draft["verification"].append(_verification_row(rng, series_code, year, None, cluster_code=cluster_code))
    if _chance(rng, 0.3):
        for _ in range(rng.choice((1, 1, 2))):
            _draft_event_decision(rng, draft, series_code, year, cluster_code)


def _event_row(
    rng: random.Random,
    series_code: str,
    year: int,
    cluster_code: str,
    topic: str,
    happened_on: date,
    first_reported_at: datetime,
) -> Row:
    is_negative = TOPICS[topic] == "negative"
    kind = _pick(rng, dict(zip(RESPONSE_KINDS, (0.4, 0.15, 0.25, 0.2), strict=True))) if is_negative else None
    has_response = is_negative and _chance(rng, 0.05 if kind == "none" else 0.93)
    delay = timedelta(hours=rng.choice((0, 1, 12, 24, 48, 100)), seconds=rng.choice((0, 0, 1)))
    return {
        "series_code": series_code,
        "cluster_code": cluster_code,
        "assessment_year": year,
        "event_date": happened_on,
        "reported_at": first_reported_at + timedelta(hours=rng.choice((0, 0, 1, 20))),
        "polarity": TOPICS[topic],
        "severity": rng.choice(NEGATIVE_SEVERITIES if is_negative else POSITIVE_SEVERITIES),
        "reach": rng.choice(REACHES),
        "responsibility": rng.choice(RESPONSIBILITIES) if is_negative else "found",
        "topic": topic,
        "headline": "随机事件",
        "responsible_body": "body_a" if is_negative else None,
        "responder": _pick(rng, {"body_a": 0.7, "body_b": 0.25, None: 0.05}) if has_response else None,
        "response_at": first_reported_at + delay if has_response else None,
        "response_kind": kind,
        "captured_at": rng.choice(_moments(year)),
        "collector": "random",
        **_EVIDENCE,
    }
