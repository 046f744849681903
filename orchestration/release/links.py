"""The chain of the releases: each is bound to the one before, over all editions, by the hash of its manifest.

A manifest names the files and tables of its release with their hashes; `chain` in it holds its number, the release
before with the SHA-256 of that one's manifest, the notes of withdrawal that there were, and the head of the log of
decisions. The SHA-256 of the last manifest is the head of the chain: whoever keeps it elsewhere can tell that no
release before it was changed, removed, swapped or put between. Releases of older versions have no link; the first one
that has names them with their hashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from orchestration.errors import UsageError
from orchestration.landing.store import FIRST_HASH
from orchestration.release.catalogue import Catalogue, ReleaseId
from orchestration.release.files import sha256_of
from orchestration.wording import Wording


class ClockSetBack(UsageError):
    """The time of this machine lies before that of the last release."""


@dataclass(frozen=True)
class Link:
    """A release in the chain; `number` is 0 for one of an older version."""

    release: ReleaseId
    number: int
    sha256: str
    released_at: str
    chain: dict[str, Any]


def links(catalogue: Catalogue) -> list[Link]:
    """All releases in the order of the chain, those without a link first, in order of their time."""
    found = []
    for release in catalogue.releases():
        manifest = catalogue.manifest(release)
        chain = manifest.get("chain") or {}
        digest = sha256_of(catalogue.manifest_path(release))
        found.append(Link(release, chain.get("number", 0), digest, manifest["released_at"], chain))
    return sorted(found, key=lambda link: (link.number, link.released_at, link.release))


def head(catalogue: Catalogue) -> Link | None:
    """The last release of the chain."""
    return max(links(catalogue), key=lambda link: (link.number, link.released_at, link.release), default=None)


def next_chain(catalogue: Catalogue, released_at: str, decision_log: tuple[int, str]) -> dict[str, Any]:
    """What the manifest of the next release says of its place; `decision_log` is the log's length and head.

    Raises `ClockSetBack` where `released_at` lies before the time of the last release.
    """
    require_clock(catalogue, released_at)
    before = links(catalogue)
    chained = [link for link in before if link.number]
    entries, log_head = decision_log
    return {
        "number": chained[-1].number + 1 if chained else 1,
        "previous": str(chained[-1].release) if chained else None,
        "previous_sha256": chained[-1].sha256 if chained else FIRST_HASH,
        **({} if chained else {"unchained": {str(link.release): link.sha256 for link in before}}),
        "withdrawn": {str(each): sha256_of(catalogue.withdrawal_note(each)) for each in catalogue.withdrawn()},
        "decision_log": {"entries": entries, "head": log_head},
    }


def require_clock(catalogue: Catalogue, moment: str) -> None:
    """Raise `ClockSetBack` where the moment lies before the time of the last release."""
    last = head(catalogue)
    if last and moment < last.released_at:
        raise ClockSetBack(
            Wording(
                f"本机时钟显示 {moment},早于 {last.release} 的发布时间({last.released_at}):请校准时钟后重做。",
                f"The clock of this machine says {moment}, which is before {last.release} was released "
                f"({last.released_at}): set the clock, then do it again.",
            )
        )


def broken_links(catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with the chain, one line each."""
    known = links(catalogue)
    chained = [link for link in known if link.number]
    by_name = {str(link.release): link for link in known}
    for position, link in enumerate(chained, start=1):
        if link.number != position:
            yield f"{link.release} is number {link.number} of the chain: number {position} is missing or there twice"
            break
    for link in chained:
        yield from _broken_link(catalogue, link, by_name)
    yield from _inserted(known, chained)
    yield from _invented_withdrawals(catalogue, chained)
    for former, latter in pairwise(known):
        if latter.number and latter.released_at < former.released_at:
            yield (
                f"{latter.release} says that it was released at {latter.released_at}, before its predecessor "
                f"{former.release} ({former.released_at}): the clock was set back, or the time was changed"
            )


def unchained(catalogue: Catalogue) -> list[ReleaseId]:
    """Releases of older versions, which have no link."""
    return [link.release for link in links(catalogue) if not link.number]


def _broken_link(catalogue: Catalogue, link: Link, by_name: dict[str, Link]) -> Iterator[str]:
    previous = link.chain["previous"]
    if previous and previous not in by_name:
        yield f"{link.release} follows on {previous}, which is not there: it was removed"
    elif previous and by_name[previous].sha256 != link.chain["previous_sha256"]:
        yield f"{link.release} follows on another {previous} than the one that is there: its manifest was changed"
    for name, digest in link.chain.get("unchained", {}).items():
        if name not in by_name:
            yield f"{link.release} was made after {name}, which is not there: it was removed"
        elif by_name[name].sha256 != digest:
            yield f"{name} is not what it was when {link.release} was made: its manifest was changed"
    for name, digest in link.chain["withdrawn"].items():
        note = catalogue.withdrawal_note(ReleaseId.parse(name))
        if not note.exists():
            yield f"the withdrawal of {name}, which {link.release} names, is not there: its note was removed"
        elif sha256_of(note) != digest:
            yield f"the withdrawal of {name} is not the one that {link.release} names: {note.name} was changed"


def _invented_withdrawals(catalogue: Catalogue, chained: list[Link]) -> Iterator[str]:
    """Notes that say they were there when a release was made that does not name them."""
    for release in catalogue.withdrawn():
        moment = (catalogue.withdrawal(release) or {})["withdrawn_at"]
        for link in chained:
            if link.released_at > moment and str(release) not in link.chain["withdrawn"]:
                yield (
                    f"the withdrawal of {release} says that it was made at {moment}, but {link.release}, made after it "
                    f"({link.released_at}), does not name it: it was put in"
                )
                break


def _inserted(known: list[Link], chained: list[Link]) -> Iterator[str]:
    """Releases that nobody follows on, though others came later; and old ones that the chain does not know."""
    followed = {link.chain["previous"] for link in chained}
    for link in chained[:-1]:
        if str(link.release) not in followed:
            yield f"{link.release} is followed by no other release, though it is not the last: it was put between"
    if chained:
        found = chained[0].chain.get("unchained", {})
        for link in known:
            if not link.number and str(link.release) not in found:
                yield f"{link.release} has no place in the chain, and was not there when it began: it was put in"
