"""Which releases a site is made from."""

from __future__ import annotations

from pathlib import Path

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.release.catalogue import PUBLIC, Catalogue, ReleaseId
from orchestration.release.links import head
from orchestration.wording import Wording


def releases_of_site(home: Home, named: str | None = None) -> dict[str, Path]:
    """The public file of each release by its id, oldest edition first: those named, else all in force.

    Raises `UsageError` for a release that is not there or was withdrawn, and where there is none.
    """
    catalogue = Catalogue(home.releases)
    if named is None:
        chosen = catalogue.all_in_force()
    else:
        chosen = sorted(catalogue.require(ReleaseId.parse(each)) for each in named.split(",") if each.strip())
    if not chosen:
        raise UsageError(
            Wording(
                f"{home.releases} 中还没有发布,而网站只由发布生成。",
                f"There is no release in {home.releases} yet, and a site is only made from releases.",
            )
        )
    for release in chosen:
        if withdrawal := catalogue.withdrawal(release):
            raise UsageError(
                Wording(
                    f"发布 {release} 已撤回({withdrawal['reason']}):网站不显示其内容。",
                    f"The release {release} was withdrawn ({withdrawal['reason']}): a site shows none of it.",
                )
            )
    return {str(release): catalogue.database(release, PUBLIC) for release in chosen}


def chain_head(home: Home) -> str:
    """The head of the home's chain of releases, for the foot of each page; empty where there is none."""
    last = head(Catalogue(home.releases))
    return last.sha256 if last else ""
