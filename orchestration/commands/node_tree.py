"""A tree of nodes in the terminal: names to the left, columns of numbers that stay aligned however deep a node lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from orchestration.writing.plain import one_line

GUIDE_WIDTH = 4
NUMBER_WIDTH = 11
LEAST_NAME_WIDTH = 24
LEAST_REMARK_WIDTH = 16


@dataclass(frozen=True)
class NodeLine:
    """One node of the tree: what is printed of it, and what lies below it.

    `numbers` are texts, one a column; `remark` stands behind them where the terminal has room; `evidence` are texts
    that hang below the node before its children.
    """

    name: str
    numbers: Sequence[str]
    remark: str = ""
    style: str = ""
    evidence: Sequence[Text] = ()
    children: Sequence[NodeLine] = field(default_factory=tuple)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, NodeLine]]:
        """The node and all below it with their depths, parents first."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


def print_node_tree(say: Console, columns: Sequence[str], root: NodeLine | None) -> None:
    """Print the tree under a header of `columns`; nothing of a tree of which every node was left out."""
    if root is None:
        return
    needed = max(GUIDE_WIDTH * depth + cell_len(node.name) for depth, node in root.walk()) + 1
    room = say.width - NUMBER_WIDTH * len(columns)
    name_width = max(min(needed, room), LEAST_NAME_WIDTH)
    remark_width = say.width - name_width - NUMBER_WIDTH * len(columns) - 2
    header = " " * name_width + "".join(" " * (NUMBER_WIDTH - cell_len(column)) + column for column in columns)
    say.print(Text(header.rstrip(), style="bold"), no_wrap=True)
    say.print(_branch(root, name_width, remark_width))


def _branch(node: NodeLine, name_width: int, remark_width: int) -> Tree:
    branch = Tree(_label(node, name_width, remark_width), guide_style="dim")
    for line in node.evidence:
        branch.add(line)
    for child in node.children:
        branch.children.append(_branch(child, name_width - GUIDE_WIDTH, remark_width))
    return branch


def _label(node: NodeLine, name_width: int, remark_width: int) -> Text:
    label = Text(no_wrap=True, overflow="crop", style=node.style)
    label.append(_fitted(node.name, name_width - 1) + " ")
    label.append("".join(f"{number:>{NUMBER_WIDTH}}" for number in node.numbers))
    if node.remark and remark_width >= LEAST_REMARK_WIDTH:
        remark = node.remark if cell_len(node.remark) <= remark_width else _fitted(node.remark, remark_width)
        label.append("  " + remark, style="dim")
    label.rstrip()
    return label


def _fitted(text: str, width: int) -> str:
    """The text on one line in exactly `width` cells, with … where it had to be cut; a Chinese character takes two
    cells."""
    text = one_line(text)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


def number_text(value: Decimal | None, decimals: int) -> str:
    """A number for a column, a dash for none."""
    return "–" if value is None else f"{value:.{decimals}f}"


def grow(
    rows: Sequence[dict[str, Any]],
    top: str | None,
    line_of: Callable[[dict[str, Any], list[NodeLine]], NodeLine | None],
) -> NodeLine | None:
    """Turn rows in the order of the tree into lines, from the node `top` (None: the root) down.

    `line_of` makes a node's line from its row and its children's lines; where it gives None the node is left out.
    """
    children: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        children.setdefault(row["parent_node_code"], []).append(row)

    def line(row: dict[str, Any]) -> NodeLine | None:
        below = [line(child) for child in children.get(row["node_code"], [])]
        return line_of(row, [each for each in below if each is not None])

    [first] = [row for row in rows if row["node_code"] == top] if top else children[None]
    return line(first)
