"""What all pages of one language share: the wording, how numbers are printed, where a page lies."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from orchestration.report.release import NO_VALUE, count_text, decimal_text, rate_text, signed_text
from orchestration.report.texts import Texts
from orchestration.site.editions import Editions, Methodology, Row
from orchestration.site.geometry import Drawing
from orchestration.site.regions import Regions

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("zh", "en")


@cache
def wording(language: str) -> dict[str, str]:
    """All texts of a language under dotted keys (`unit.levers`)."""
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": text for table, entries in tables.items() for key, text in entries.items()}


@dataclass
class View:
    """One language's view of the editions. `drawings` are the maps by region code; `head` is the head of the chain of
    releases, where they form one."""

    editions: Editions
    language: str
    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    head: str = ""

    def t(self, key: str, **places: Any) -> str:
        """The text `key` with its places filled. A missing key or place is an error of the program."""
        return wording(self.language)[key].format_map({**self._words, **places})

    @cached_property
    def _words(self) -> dict[str, str]:
        """The index's own words: its name, what its units are called, and the name of all that is assessed."""
        words: Row = {}
        if self.editions.has("dim_methodology", "unit_noun_zh", "unit_noun_en"):
            # Each edition tells it of its methodologies.
            words = self.editions.ask("index_words", methodology=self.editions.primary)[0]
        noun = self.named(words, "unit_noun") or wording(self.language)["site.unit"]
        return {"whole": self.whole, "noun": noun, "series": self.named(self.editions.newest, "series_name")}

    @cached_property
    def has_events(self) -> bool:
        """Whether the index tells of events at all: then what is said of them has a meaning."""
        return self.editions.has("opinion_event") and bool(self.editions.ask("unit_event"))

    @cached_property
    def regions(self) -> Regions:
        return Regions(self.editions.ask("place_region"))

    def places(self, year: int, code: str | None) -> str:
        """The names of a region and of those that hold it."""
        return " ".join(self.named(region) for region in self.regions.holding(year, code))

    @cached_property
    def whole(self) -> str:
        """The name of the region that holds all that is assessed: the nation, or that part of it."""
        [root] = [region for region in self.editions.ask("region") if region["parent_region_code"] is None]
        return self.named(root)

    @property
    def other(self) -> str:
        return "en" if self.language == "zh" else "zh"

    @cached_property
    def report_texts(self) -> Texts:
        """The report's wording: its words for codes of the data stand there."""
        return Texts(self.language)

    def word(self, group: str, code: str | None) -> str:
        """The word for a code of the data, such as `severity`, `major`."""
        return NO_VALUE if code is None else self.report_texts.known(f"{group}.{code}", code)

    def named(self, row: Row, prefix: str = "name") -> str:
        """`name_zh` or `name_en` of a row; the other one where the language has none."""
        return row.get(f"{prefix}_{self.language}") or row.get(f"{prefix}_{self.other}") or ""

    def score(self, value: Decimal | None) -> str:
        return decimal_text(value, self.editions.digits)

    def change(self, value: Decimal | None) -> str:
        return signed_text(value, self.editions.digits)

    def rate(self, value: Decimal | None) -> str:
        return rate_text(value)

    def count(self, value: int | Decimal | None) -> str:
        return count_text(value)

    def gain(self, value: int | None) -> str:
        return NO_VALUE if value is None else signed_text(Decimal(value), 0)

    def methodology_name(self, methodology: Methodology) -> str:
        return methodology.name[self.language] or methodology.name[self.other]

    def address(self, kind: str, code: str) -> str:
        """A page's place in the site: `unit`, `region`, `indicator`, `ranking`."""
        return f"{self.language}/{kind}/{code}.html"

    def page(self, name: str) -> str:
        return f"{self.language}/{name}.html"
