"""Years in words that a person writes: 2019, 2017-2019, 2017,2019."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orchestration.errors import UsageError
from orchestration.wording import Wording


def parse_years(words: Iterable[str]) -> list[int]:
    """The years named, ascending, each once. Raises `UsageError` naming the word that is no year."""
    years: set[int] = set()
    for word in re.split(r"[,\s]+", " ".join(words)):
        if not word:
            continue
        found = re.fullmatch(r"(\d{4})(?:[-–](\d{4}))?", word)
        if not found:
            raise UsageError(
                Wording(
                    f"'{word}' 不是年度:请写 2019、2017-2019 或 2017,2019。",
                    f"'{word}' is no year: write 2019, 2017-2019 or 2017,2019.",
                )
            )
        first = int(found[1])
        last = int(found[2] or first)
        if last < first:
            raise UsageError(
                Wording(f"'{word}' 前后颠倒:请写 {last}-{first}。", f"'{word}' runs backwards: write {last}-{first}.")
            )
        years.update(range(first, last + 1))
    return sorted(years)
