"""A methodology is immutable once an edition is released under it: which ones have been changed all the same."""

from __future__ import annotations

from orchestration.home import Home
from orchestration.release.catalogue import Catalogue
from orchestration.warehouse.resolved_method import method_digests


def changed_methodologies(home: Home) -> list[str]:
    """A sentence for each methodology of a release in force whose rows are not those that it was released under.

    Releases from before the lock named the rows say nothing.
    """
    catalogue = Catalogue(home.releases)
    locks = {release: catalogue.lock_of(release).get("methodology_rows", {}) for release in catalogue.all_in_force()}
    if not any(locks.values()):
        return []
    now = method_digests(home)
    return [
        _in_words(
            code, str(release), sorted(seed for seed, digest in rows.items() if now.get(code, {}).get(seed) != digest)
        )
        for release, methodologies in locks.items()
        for code, rows in sorted(methodologies.items())
        if now.get(code) != rows
    ]


def _in_words(code: str, release: str, seeds: list[str]) -> str:
    named = ", ".join(f"{seed}.csv" for seed in seeds)
    return (
        f"Methodology {code} is no longer what {release} was released under: {named}. A methodology is not changed "
        "once an edition is released under it: put the rows back, and state a new one that is based on it. "
        f"{release} 所依据的方法 {code} 已被改动({named});已发布的方法不得更改,请恢复原行,另立沿用它的新方法。"
    )
