"""What is said to people, in both languages: kept together, so that neither is written without the other."""

from __future__ import annotations

from dataclasses import dataclass


def and_more(names: str, more: int) -> Wording:
    """A list of names, and how many there are beside them, where there are."""
    return Wording(f"{names} 等,另有 {more} 个", f"{names} and {more} more") if more > 0 else Wording(names, names)


@dataclass(frozen=True)
class Wording:
    """One text in Chinese and in English. `{name}` places, where it has any, are the same in both."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `language`: zh, else English."""
        return self.zh if language == "zh" else self.en

    def filled(self, **values: object) -> Wording:
        """The wording with its places filled alike."""
        return Wording(self.zh.format_map(values), self.en.format_map(values))
