"""What is said to people, in both languages: kept together, so that neither is written without the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """One text in Chinese and in English. `{name}` places, where it has any, are the same in both."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `language`: zh, else English."""
        return self.zh if language == "zh" else self.en

    def filled(self, **values: object) -> Wording:
        """The wording with its places filled: a value that is a wording in its language, others alike."""
        zh, en = (
            {
                name: value.in_language(language) if isinstance(value, Wording) else value
                for name, value in values.items()
            }
            for language in ("zh", "en")
        )
        return Wording(self.zh.format_map(zh), self.en.format_map(en))


def either(zh: str | None, en: str | None) -> Wording:
    """A text that may be there in one language only, and then stands for both."""
    return Wording(zh or en or "", en or zh or "")


def joined(texts: Iterable[str | Wording]) -> Wording:
    """Texts one after the other, as each language divides them."""
    wordings = [text if isinstance(text, Wording) else Wording(text, text) for text in texts]
    return Wording("、".join(each.zh for each in wordings), ", ".join(each.en for each in wordings))
