"""How the commands speak: consoles, tables that keep Chinese aligned, progress, and quieting what others print."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.spinner import Spinner
from rich.table import Table

# Into a file or pipe, lines are not folded to the width of a terminal that is not there.
UNBOUNDED_WIDTH = 10_000
COLUMN_GAP = 2
MINIMUM_CUT = 20


def output() -> Console:
    """The console for what a command answers."""
    return console_on(sys.stdout)


def messages() -> Console:
    """The console for what is said beside the answer: errors, hints, progress."""
    return console_on(sys.stderr)


def console_on(stream: TextIO) -> Console:
    console = Console(file=stream, highlight=False)
    return console if console.is_terminal else Console(file=stream, highlight=False, width=UNBOUNDED_WIDTH)


@contextmanager
def spinner(console: Console, text: str) -> Iterator[Callable[[str], None]]:
    """A line that moves while the block runs, and goes with it; the function given changes its text.

    Rich's own `status` would send what others print to the console too, past `diverted_output`.
    """
    moving = Spinner("dots", text=text)
    with Live(moving, console=console, transient=True, redirect_stdout=False, redirect_stderr=False):
        yield lambda new_text: moving.update(text=new_text)


def progress_bar(console: Console) -> Progress:
    """A bar that goes when its work is done; where there is no terminal nothing is drawn."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
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
    result = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for position, name in enumerate(columns):
        values = [row[position] for row in drawn if row[position] is not None]
        is_number = bool(values) and all(
            isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in values
        )
        result.add_column(escape(name), justify="right" if is_number else "left", no_wrap=True)
    for row in drawn:
        result.add_row(*(escape(text_of(value)) for value in row))
    return result


def natural_width(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Cells that the table needs to be shown whole; a Chinese character takes two."""
    widths = [
        max(cell_len(text) for text in (name, *(text_of(row[position]) for row in rows)))
        for position, name in enumerate(columns)
    ]
    return sum(widths) + COLUMN_GAP * (len(widths) - 1)


def cut_to_width(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[tuple]:
    """The rows with the text of the last column cut so that the table fits the terminal."""
    excess = natural_width(columns, rows) - console.width
    longest = max((cell_len(text_of(row[-1])) for row in rows), default=0)
    room = max(longest - excess, MINIMUM_CUT)
    return [(*row[:-1], _cut(text_of(row[-1]), room)) for row in rows]


def fitted(
    console: Console, columns: Sequence[str], rows: Sequence[Sequence[Any]], texts: Sequence[str], least: Sequence[str]
) -> tuple[list[str], list[tuple]]:
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
            _cut(text_of(row[position]), widths[name]) if name in texts else row[position]
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
