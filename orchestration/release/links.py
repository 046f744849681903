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
from orchestration.file_digest import sha256_of
from orchestration.landing.store import FIRST_HASH
from orchestration.release.catalogue import Catalogue, ReleaseId
from orchestration.wording import Wording


class ClockSetBack(UsageError):
    """The time of this machine lies before that of the last release."""


WRONG_NUMBER = Wording(
    "{release} 在链中是第 {number} 号:第 {missing} 号缺失或重复",
    "{release} is number {number} of the chain: number {missing} is missing or there twice",
)
BEFORE_ITS_PREDECESSOR = Wording(
    "{release} 自称发布于 {moment},早于其前一次 {former}({earlier}):时钟被回拨,或时间被改动",
    "{release} says that it was released at {moment}, before its predecessor {former} ({earlier}): the clock was set "
    "back, or the time was changed",
)
PREVIOUS_REMOVED = Wording(
    "{release} 承接的 {previous} 不在此处:被移走", "{release} follows on {previous}, which is not there: it was removed"
)
PREVIOUS_CHANGED = Wording(
    "{release} 承接的 {previous} 与此处的不同:其清单被改动",
    "{release} follows on another {previous} than the one that is there: its manifest was changed",
)
OLDER_REMOVED = Wording(
    "{release} 是在 {older} 之后发布的,而后者不在此处:被移走",
    "{release} was made after {older}, which is not there: it was removed",
)
OLDER_CHANGED = Wording(
    "{older} 与 {release} 发布时的不同:其清单被改动",
    "{older} is not what it was when {release} was made: its manifest was changed",
)
WITHDRAWAL_REMOVED = Wording(
    "{release} 所记的 {withdrawn} 的撤回不在此处:其说明文件被移走",
    "the withdrawal of {withdrawn}, which {release} names, is not there: its note was removed",
)
WITHDRAWAL_CHANGED = Wording(
    "{withdrawn} 的撤回不是 {release} 所记的那一个:{note} 被改动",
    "the withdrawal of {withdrawn} is not the one that {release} names: {note} was changed",
)
WITHDRAWAL_INVENTED = Wording(
    "{withdrawn} 的撤回自称作于 {moment},但其后发布的 {release}({later})未提及:是后来放入的",
    "the withdrawal of {withdrawn} says that it was made at {moment}, but {release}, made after it ({later}), does not "
    "name it: it was put in",
)
PUT_BETWEEN = Wording(
    "{release} 之后没有发布承接它,而它并非最后一次:是插入的",
    "{release} is followed by no other release, though it is not the last: it was put between",
)
PUT_IN = Wording(
    "{release} 在链中没有位置,链开始时也不存在:是后来放入的",
    "{release} has no place in the chain, and was not there when it began: it was put in",
)


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


def broken_links(catalogue: Catalogue) -> Iterator[Wording]:
    """What is wrong with the chain, one text each."""
    known = links(catalogue)
    chained = [link for link in known if link.number]
    by_name = {str(link.release): link for link in known}
    for position, link in enumerate(chained, start=1):
        if link.number != position:
            yield WRONG_NUMBER.filled(release=link.release, number=link.number, missing=position)
            break
    for link in chained:
        yield from _broken_link(catalogue, link, by_name)
    yield from _inserted(known, chained)
    yield from _invented_withdrawals(catalogue, chained)
    for former, latter in pairwise(known):
        if latter.number and latter.released_at < former.released_at:
            yield BEFORE_ITS_PREDECESSOR.filled(
                release=latter.release, moment=latter.released_at, former=former.release, earlier=former.released_at
            )


def unchained(catalogue: Catalogue) -> list[ReleaseId]:
    """Releases of older versions, which have no link."""
    return [link.release for link in links(catalogue) if not link.number]


def _broken_link(catalogue: Catalogue, link: Link, by_name: dict[str, Link]) -> Iterator[Wording]:
    previous = link.chain["previous"]
    if previous and previous not in by_name:
        yield PREVIOUS_REMOVED.filled(release=link.release, previous=previous)
    elif previous and by_name[previous].sha256 != link.chain["previous_sha256"]:
        yield PREVIOUS_CHANGED.filled(release=link.release, previous=previous)
    for name, digest in link.chain.get("unchained", {}).items():
        if name not in by_name:
            yield OLDER_REMOVED.filled(release=link.release, older=name)
        elif by_name[name].sha256 != digest:
            yield OLDER_CHANGED.filled(release=link.release, older=name)
    for name, digest in link.chain["withdrawn"].items():
        note = catalogue.withdrawal_note(ReleaseId.parse(name))
        if not note.exists():
            yield WITHDRAWAL_REMOVED.filled(release=link.release, withdrawn=name)
        elif sha256_of(note) != digest:
            yield WITHDRAWAL_CHANGED.filled(release=link.release, withdrawn=name, note=note.name)


def _invented_withdrawals(catalogue: Catalogue, chained: list[Link]) -> Iterator[Wording]:
    """Notes that say they were there when a release was made that does not name them."""
    for release in catalogue.withdrawn():
        moment = (catalogue.withdrawal(release) or {})["withdrawn_at"]
        for link in chained:
            if link.released_at > moment and str(release) not in link.chain["withdrawn"]:
                yield WITHDRAWAL_INVENTED.filled(
                    withdrawn=release, moment=moment, release=link.release, later=link.released_at
                )
                break


def _inserted(known: list[Link], chained: list[Link]) -> Iterator[Wording]:
    """Releases that nobody follows on, though others came later; and old ones that the chain does not know."""
    followed = {link.chain["previous"] for link in chained}
    for link in chained[:-1]:
        if str(link.release) not in followed:
            yield PUT_BETWEEN.filled(release=link.release)
    if chained:
        found = chained[0].chain.get("unchained", {})
        for link in known:
            if not link.number and str(link.release) not in found:
                yield PUT_IN.filled(release=link.release)
