"""How the commands speak: consoles, tables that keep Chinese aligned, progress, and quieting what others print.

What is printed is text as it is: no brackets are read as style and no `:word:` as a picture, and what would steer the
terminal is shown by its number. Style comes from `styled` alone, whose template no data can reach.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Span, Text

from orchestration.writing.plain import one_line, visible

# Into a file or pipe, lines are not folded to the width of a terminal that is not there.
UNBOUNDED_WIDTH = 10_000
COLUMN_GAP = 2
MINIMUM_CUT = 20
# Stands in a template for a value; of the characters that mean nothing to anyone.
PLACE = "\ue000"


def output() -> Console:
    """The console for what a command answers."""
    return console_on(sys.stdout)


def messages() -> Console:
    """The console for what is said beside the answer: errors, hints, progress."""
    return console_on(sys.stderr)


def console_on(stream: TextIO) -> Console:
    console = TextConsole(stream)
    return console if console.is_terminal else TextConsole(stream, UNBOUNDED_WIDTH)


class TextConsole(Console):
    """A console on which nothing that is printed can act."""

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        super().__init__(file=stream, width=width, highlight=False, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """What comes from Rich itself (styles, movements of the cursor) is a segment's style or control, never its
        text."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def styled(template: str, *values: Any) -> Text:
    """`template` in Rich's markup, such as "[bold]Home[/] {}", with the values put in as text, in the style of their
    places."""
    pieces = template.split("{}")
    if len(pieces) != len(values) + 1:
        raise ValueError(f"{len(values)} values for the {len(pieces) - 1} places of {template!r}")
    texts = [visible(text_of(value)) for value in values]
    empty = Text.from_markup(PLACE.join(pieces), emoji=False)
    places = [offset for offset, character in enumerate(empty.plain) if character == PLACE]

    def moved(offset: int) -> int:
        return offset + sum(len(text) - 1 for place, text in zip(places, texts, strict=True) if place < offset)

    parts = empty.plain.split(PLACE)
    filled = "".join(part + text for part, text in zip(parts, [*texts, ""], strict=True))
    return Text(filled, spans=[Span(moved(span.start), moved(span.end), span.style) for span in empty.spans])


@contextmanager
def spinner(console: Console, text: str) -> Iterator[Callable[[str], None]]:
    """A line that moves while the block runs, and goes with it; the function given changes its text.

    Rich's own `status` would send what others print to the console too, past `diverted_output`.
    """
    moving = Spinner("dots", text=Text(text))
    with Live(moving, console=console, transient=True, redirect_stdout=False, redirect_stderr=False):
        yield lambda new_text: moving.update(text=Text(new_text))


def progress_bar(console: Console) -> Progress:
    """A bar that goes when its work is done; where there is no terminal nothing is drawn."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> Table:
    """A plain table; columns of numbers stand to the right."""
    drawn = list(rows)
    result = Table(
        title=None if title is None else Text(title),
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for position, name in enumerate(columns):
        values = [row[position] for row in drawn if row[position] is not None]
        is_number = bool(values) and all(
            isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in values
        )
        result.add_column(Text(name), justify="right" if is_number else "left", no_wrap=True)
    for row in drawn:
        result.add_row(*(Text(cell_text(value)) for value in row))
    return result


def natural_width(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Cells that the table needs to be shown whole; a Chinese character takes two."""
    widths = [
        max(cell_len(text) for text in (name, *(cell_text(row[position]) for row in rows)))
        for position, name in enumerate(columns)
    ]
    return sum(widths) + COLUMN_GAP * (len(widths) - 1)


def cut_to_width(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """The rows with the text of the last column cut so that the table fits the terminal."""
    excess = natural_width(columns, rows) - console.width
    longest = max((cell_len(cell_text(row[-1])) for row in rows), default=0)
    room = max(longest - excess, MINIMUM_CUT)
    return [(*row[:-1], _cut(cell_text(row[-1]), room)) for row in rows]


def fitted(
    console: Console, columns: Sequence[str], rows: Sequence[Sequence[Any]], texts: Sequence[str], least: Sequence[str]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows that fit the terminal: of `texts` (names of columns) so much is cut as must be, of the last the
    first; where that is not enough, columns of `least` go one after the other. Codes, days and numbers stay whole."""
    shown, going = list(columns), list(least)
    while True:
        widths = {name: natural_width([name], [[row[columns.index(name)]] for row in rows]) for name in shown}
        excess = sum(widths.values()) + COLUMN_GAP * (len(shown) - 1) - console.width
        spare = {name: max(widths[name] - MINIMUM_CUT, 0) for name in reversed(texts) if name in widths}
        if excess <= sum(spare.values()) or not going:
            break
        shown.remove(going.pop(0))
    for name, room in spare.items():
        cut = max(min(excess, room), 0)
        widths[name] -= cut
        excess -= cut
    return shown, [
        tuple(
            _cut(cell_text(row[position]), widths[name]) if name in texts else row[position]
            for position, name in enumerate(columns)
            if name in shown
        )
        for row in rows
    ]


def _cut(text: str, room: int) -> str:
    return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + "…"


def text_of(value: Any) -> str:
    """A value as a person reads it; nothing for None."""
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def cell_text(value: Any) -> str:
    """A value as it stands in a table: on one line, so that it is as wide as it is counted."""
    return one_line(text_of(value))


@contextmanager
def diverted_output(log: Path) -> Iterator[TextIO]:
    """Send all that this process and its children print into `log`; yield a stream that still reaches the person."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    with log.open("ab") as file, os.fdopen(os.dup(2), "w", encoding="utf-8") as person:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield person
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, descriptor in zip((1, 2), kept, strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)
