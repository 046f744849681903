"""Which releases a site is made from."""

from __future__ import annotations

from pathlib import Path

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.release.catalogue import PUBLIC, Catalogue, ReleaseId
from orchestration.release.links import head
from orchestration.wording import Wording

NO_RELEASE_YET = Wording(
    "{folder} 中还没有发布版本,网站只据发布版本生成。",
    "There is no release in {folder} yet, and a site is only made from releases.",
)
WITHDRAWN = Wording(
    "发布版本 {release} 已撤回({reason}):网站不展示。",
    "The release {release} was withdrawn ({reason}): a site shows none of it.",
)


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
        raise UsageError(NO_RELEASE_YET.filled(folder=home.releases))
    for release in chosen:
        if withdrawal := catalogue.withdrawal(release):
            raise UsageError(WITHDRAWN.filled(release=release, reason=withdrawal["reason"]))
    return {str(release): catalogue.database(release, PUBLIC) for release in chosen}


def chain_head(home: Home) -> str:
    """The head of the home's chain of releases, for the foot of each page; empty where there is none."""
    last = head(Catalogue(home.releases))
    return last.sha256 if last else ""
