"""What the cells of a header mean: columns of the contract, measures, or notes that are kept beside the row.

A column goes by its technical name, its Chinese title, a synonym, or title and technical name together, as in the
template; blanks, full-width forms, case, marks of required columns and a remark in brackets make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from orchestration.landing.contracts.definition import Contract
from orchestration.landing.readers.characters import normalised

# Columns that offices add for themselves: kept in the payload of a row, and not looked at.
NOTES = (
    *("备注", "备考", "附注", "注", "说明", "填报说明", "序号", "行号"),
    *("no.", "remark", "remarks", "note", "notes", "comment", "comments"),
)
# What `zhengxin land --errors` writes beside the columns to mend.
PROBLEM_COLUMN, ORIGIN_COLUMN, REST_COLUMN = "问题 problem", "出处 origin", "其余内容 rest"

# No name is longer; a cell of a hundred thousand characters is not searched for one.
LONGEST_LABEL = 300

_REMARK = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True)
class HeaderName:
    """What a header cell means: a column (`name` technical), a measure (`name` its code) or a note."""

    kind: Literal["column", "measure", "note"]
    name: str


class Names:
    """The names that a header of one source may use; `measures` maps further labels to measure codes."""

    def __init__(self, contract: Contract, measures: Mapping[str, str] | None = None) -> None:
        found: dict[str, HeaderName] = {}
        for label, code in (measures or {}).items():
            found[bare(label)] = HeaderName("measure", code)
        for label in (*NOTES, PROBLEM_COLUMN, ORIGIN_COLUMN, REST_COLUMN):
            found[bare(label)] = HeaderName("note", label)
        for column in contract.columns:
            title = column.title_zh
            for label in (*column.synonyms, title, f"{title} {column.name}", f"{column.name} {title}", column.name):
                if label:
                    found[bare(label)] = HeaderName("column", column.name)
        self._found = found

    def find(self, label: str | None) -> HeaderName | None:
        """What the label means, with or without the remark at its end; None for an unknown one."""
        if not label:
            return None
        text = bare(label)
        return self._found.get(text) or self._found.get(_REMARK.sub("", text))


def bare(label: str) -> str:
    """A header cell as compared: one line without blanks, in half-width lower case, without marks around it."""
    return _bare(label[:LONGEST_LABEL])


# Many small files bring the same header, and each is compared with every name that it may use.
@lru_cache(maxsize=4096)
def _bare(label: str) -> str:
    text = unicodedata.normalize("NFKC", normalised(label)).lower()
    return "".join(text.split()).strip("*:").removesuffix("(必填)")
