"""Checks everything of a home that was published or that it was published from: what `zhengxin verify --all` does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from orchestration.errors import UsageError
from orchestration.file_digest import sha256_of
from orchestration.home import Home
from orchestration.landing import chain
from orchestration.landing.integrity import check_store
from orchestration.landing.store import Store, StoreDamaged
from orchestration.release import links, signature
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.release.kept_inputs import released_entries, released_inputs_missing
from orchestration.release.verify import Verification, no_files_of_ours, verify_release
from orchestration.wording import Wording, joined

Part = tuple[Wording, Callable[[], Verification]]
KINDS_OF_FILES = Wording("文件种类", "kinds of files")
RELEASE = Wording("发布 {release}", "release {release}")
CHAIN = Wording("各次发布的链", "chain of the releases")
INDEX = Wording("索引、说明与现行文件", "index, notes and current")
SIGNATURES = Wording("签名", "signatures")
DECISIONS = Wording("决定日志", "log of decisions")
LANDING_STORE = Wording("入库存储", "landing store")
INTERNAL_PARTS = Wording("内部部分", "internal parts")
UNREADABLE = Wording("无法读取:{error}", "it cannot be read: {error}")
BROKEN_ENTRY = Wording("决定日志,第 {number} 条:{problem}", "log of decisions, entry {number}: {problem}")
OTHER_LOG = Wording(
    "决定日志不是 {release} 所记的那一个:其链首不同",
    "the log of decisions is not the one that {release} names: its head was another",
)
NO_SUCH_HEAD = Wording(
    "此处没有发布具有已公布的链首 {head}:具有它的那一次被改动或移走",
    "no release here has the published head {head}: the one that had it was changed or removed",
)
UNCHAINED = Wording(
    "{releases} 出自较早的版本,没有链接:其后的第一次发布记有它们",
    "{releases} come from an older version and have no link: the first release after them names them",
)
STRAY = Wording("{name} 既不是发布,也不是发布的说明", "{name} is neither a release nor a note of one")
STRAY_NOTE = Wording("{name} 是一次不存在的发布的说明", "{name} is a note of a release that is not there")
NO_INDEX = Wording("{path} 缺失或不是索引", "{path} is missing or no index")
OTHER_CURRENT = Wording(
    "index.json 记 {said} 为现行,实为 {wanted}", "index.json names {said} as current, where {wanted} is"
)
NOT_IN_INDEX = Wording("index.json 未记 {name}", "index.json does not name {name}")
OTHER_ENTRY = Wording(
    "index.json 记 {name} 的 {key} 为 {said},发布本身为 {found}",
    "index.json says {key} {said} of {name}, the release {found}",
)
NOT_THERE = Wording("index.json 记有 {name},而它不在此处", "index.json names {name}, which is not there")
OTHER_POINTER = Wording(
    "{pointer} 指向 {said},而有效的是 {wanted}", "{pointer} names {said}, where {wanted} is in force"
)
UNWANTED_COPY = Wording("{copy} 在此处,而没有发布有效", "{copy} is there, though no release is in force")
OTHER_COPY = Wording(
    "{copy} 与 {release} 的内容不同:请删除,下次 zhengxin run 会恢复",
    "{copy} is not what {release} holds: delete it, and the next zhengxin run puts it back",
)
NOT_SIGNED = Wording("{releases} 没有签名", "{releases} are not signed")
SIGNATURES_UNCHECKED = Wording(
    "有签名而未核验:请用 --key 指定发布者的公钥",
    "signatures are there and were not checked: name the publisher's key with --key",
)
NO_SIGNATURE = Wording("{file} 没有签名,而 {release} 是签名的", "{file} has no signature, though {release} is signed")
OTHER_SIGNATURE = Wording("{file} 不是用所给的公钥签名的", "{file} is not signed with the key given")
OTHER_KEY = Wording("{manifest} 所记的公钥({key})不是所给的", "{manifest} names another key ({key}) than the one given")
ANSWERED_FOR_BY_NOBODY = Wording(
    "{release} 没有签名,其后也没有签名的发布:可能出自任何人",
    "{release} is not signed, and no signed release follows it: anybody may have made it",
)
ANSWERED_FOR = Wording(
    "{releases} 本身没有签名;{later} 承接它们", "{releases} are not signed themselves; {later} follows on them"
)
NOTE_NOT_SIGNED = Wording(
    "{note} 不是用所给的公钥签名的,也没有签名的发布记有它",
    "{note} is not signed with the key given, and no signed release names it",
)
WITHOUT_HASHES = Wording(
    "{of} 个批次中有 {count} 个由较早的版本入库,没有哈希值:核验了收到的文件和行数",
    "{count} of {of} batches were landed by an older version without hashes: the file as received and the numbers of "
    "rows were checked",
)
NO_INTERNAL_PART = Wording("{release} 的内部部分缺失", "the internal part of {release} is missing")
NO_PUBLIC_PART = Wording(
    "{release} 的公开部分缺失:被移走,或发布被中断,其残留由下一次发布清除",
    "the public part of {release} is missing: it was removed, or a release was killed, whose rest the next one clears "
    "away",
)
YEAR_NAMES = re.compile(r"r[1-9]\d*(\.withdrawn\.json(\.sig)?)?")


def parts_to_verify(home: Home, key: Ed25519PublicKey | None, published_head: str | None) -> Iterator[Part]:
    """What is checked, under its name, each by a call: releases, their chain, index, signatures, decisions, store.

    `key` is the published key that signatures are checked with, `published_head` a head of the chain that was kept
    elsewhere.
    """
    catalogue = Catalogue(home.releases)
    if strange := no_files_of_ours(catalogue.root, catalogue.internal_root):
        yield KINDS_OF_FILES, lambda: Verification(1, strange)
        return
    for release in catalogue.releases():
        yield RELEASE.filled(release=release), partial(verify_release, catalogue, release)
    yield CHAIN, lambda: _verify_chain(catalogue, published_head)
    yield INDEX, lambda: _verify_index(catalogue)
    yield SIGNATURES, lambda: _verify_signatures(catalogue, key)
    if home.landing.exists():
        yield DECISIONS, lambda: verify_decisions(home)
        yield LANDING_STORE, lambda: _verify_store(home)
        yield INTERNAL_PARTS, lambda: _verify_internal_parts(catalogue)


def verify_part(check: Callable[[], Verification]) -> Verification:
    """What the check found; that something cannot be read at all is a finding too."""
    try:
        return check()
    except (UsageError, OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        told = error.wording if isinstance(error, UsageError) else UNREADABLE.filled(error=repr(error))
        return Verification(1, [told])


def verify_decisions(home: Home) -> Verification:
    """The log of decisions by its chain, against the store and the releases, and the heads that releases name."""
    catalogue = Catalogue(home.releases)
    state = chain.verify(home, released_entries(catalogue))
    if state.problem:
        return Verification(state.entry_count, [BROKEN_ENTRY.filled(number=state.broken_entry, problem=state.problem)])
    hashes = [entry["entry_hash"] for entry in chain.entries(home)]
    problems = []
    for link in links.links(catalogue):
        kept = link.chain.get("decision_log")
        if kept and kept["entries"] and hashes[kept["entries"] - 1 : kept["entries"]] != [kept["head"]]:
            problems.append(OTHER_LOG.filled(release=link.release))
    return Verification(state.entry_count, problems)


def _verify_chain(catalogue: Catalogue, published_head: str | None) -> Verification:
    known = links.links(catalogue)
    problems = list(links.broken_links(catalogue))
    if published_head and published_head not in {link.sha256 for link in known}:
        problems.append(NO_SUCH_HEAD.filled(head=published_head))
    gaps = []
    if before := links.unchained(catalogue):
        gaps.append(UNCHAINED.filled(releases=joined(map(str, before))))
    return Verification(len(known), problems, gaps)


def _verify_index(catalogue: Catalogue) -> Verification:
    """The files beside the releases against what the releases' own folders say."""
    problems = list(_strays(catalogue))
    index = catalogue.root / "index.json"
    if catalogue.releases():
        problems += _index_problems(_read(index), catalogue.index(), index)
        for audience in (PUBLIC, INTERNAL):
            if audience == PUBLIC or catalogue.internal_root.exists():
                problems += _current_problems(catalogue, audience)
    return Verification(3, problems)


def _strays(catalogue: Catalogue) -> Iterator[Wording]:
    """What lies in an edition's folder and is neither a release nor a note of one."""
    releases = {f"{release.year}/r{release.revision}" for release in catalogue.releases()}
    for path in sorted(catalogue.root.glob("[0-9][0-9][0-9][0-9]/*")):
        name = f"{path.parent.name}/{path.name}"
        if not YEAR_NAMES.fullmatch(path.name):
            yield STRAY.filled(name=name)
        elif path.is_file() and name.split(".")[0] not in releases:
            yield STRAY_NOTE.filled(name=name)


def _index_problems(found: Any, wanted: dict[str, Any], path: Path) -> Iterator[Wording]:
    if not isinstance(found, dict) or not isinstance(found.get("releases"), list):
        yield NO_INDEX.filled(path=path)
        return
    if found.get("current") != wanted["current"]:
        yield OTHER_CURRENT.filled(said=found.get("current"), wanted=wanted["current"])
    entries = {entry.get("release_id"): entry for entry in found["releases"]}
    for entry in wanted["releases"]:
        name = entry["release_id"]
        if name not in entries:
            yield NOT_IN_INDEX.filled(name=name)
            continue
        for key in sorted(entry.keys() | entries[name].keys()):
            if entry.get(key) != entries[name].get(key):
                yield OTHER_ENTRY.filled(
                    key=key, said=repr(entries[name].get(key)), name=name, found=repr(entry.get(key))
                )
    for name in entries.keys() - {entry["release_id"] for entry in wanted["releases"]}:
        yield NOT_THERE.filled(name=name)


def _current_problems(catalogue: Catalogue, audience: str) -> Iterator[Wording]:
    in_force = catalogue.all_in_force()
    wanted = in_force[-1] if in_force else None
    pointer, current = catalogue.pointer(audience), catalogue.current(audience)
    said = (_read(pointer) or {}).get("release_id")
    if said != (str(wanted) if wanted else None):
        yield OTHER_POINTER.filled(pointer=pointer.name, said=said, wanted=wanted)
    if wanted is None and current.exists():
        yield UNWANTED_COPY.filled(copy=current.name)
    elif wanted and not (current.exists() and sha256_of(current) == sha256_of(catalogue.database(wanted, audience))):
        yield OTHER_COPY.filled(copy=current.name, release=wanted)


def _verify_signatures(catalogue: Catalogue, key: Ed25519PublicKey | None) -> Verification:
    """Every manifest that says who signs it, and the notes of withdrawal of such releases; with a key also that its
    holder answers for all the others."""
    known = [(link, catalogue.manifest(link.release).get("signed_with")) for link in links.links(catalogue)]
    found = Verification(0, [])
    for link, signer in known:
        if signer is not None:
            found += _verify_signed(catalogue, link.release, signer, key)
    unsigned = [str(link.release) for link, signer in known if signer is None]
    if key:
        return found + _verify_answered_for(catalogue, known, key)
    if unsigned:
        found += Verification(0, [], [NOT_SIGNED.filled(releases=joined(unsigned))])
    if found.checked:
        found += Verification(0, [], [SIGNATURES_UNCHECKED])
    return found


def _verify_signed(catalogue: Catalogue, release: ReleaseId, signer: str, key: Ed25519PublicKey | None) -> Verification:
    """The files of a release that says it is signed."""
    note, manifest = catalogue.withdrawal_note(release), catalogue.manifest_path(release)
    files, problems = [manifest] + [note] * note.exists(), []
    for signed in files:
        if not signature.signature_path(signed).exists():
            problems.append(NO_SIGNATURE.filled(file=signed, release=release))
        elif key and not signature.is_signed_by(signed, key):
            problems.append(OTHER_SIGNATURE.filled(file=signed))
    if key and signature.key_id(key) != signer:
        problems.append(OTHER_KEY.filled(manifest=manifest, key=signer))
    return Verification(len(files), problems)


def _verify_answered_for(
    catalogue: Catalogue, known: list[tuple[links.Link, str | None]], key: Ed25519PublicKey
) -> Verification:
    """What is not signed itself: whoever signs a later release answers for it, as that one's chain holds its hash."""
    signed = [position for position, (_, signer) in enumerate(known) if signer == signature.key_id(key)]
    covered = signed[-1] + 1 if signed else 0
    problems = [
        ANSWERED_FOR_BY_NOBODY.filled(release=link.release) for link, signer in known[covered:] if signer is None
    ]
    before = [str(link.release) for link, signer in known[:covered] if signer is None]
    gaps = []
    if before:
        gaps.append(ANSWERED_FOR.filled(releases=joined(before), later=known[covered - 1][0].release))
    named = {entry for position in signed for entry in known[position][0].chain["withdrawn"].items()}
    for link, signer in known:
        note = catalogue.withdrawal_note(link.release)
        if signer is not None or not note.exists() or (str(link.release), sha256_of(note)) in named:
            continue
        if not signature.is_signed_by(note, key):
            problems.append(NOTE_NOT_SIGNED.filled(note=note))
    return Verification(len(known), problems, gaps)


def _verify_store(home: Home) -> Verification:
    state = check_store(Store(home.landing))
    gaps = []
    if state.unsealed:
        gaps.append(WITHOUT_HASHES.filled(count=state.unsealed, of=state.batch_count))
    problems = [finding.text for finding in state.findings]
    try:
        problems += released_inputs_missing(home)
    except StoreDamaged as error:
        problems.append(error.wording)
    return Verification(state.delivery_count + state.batch_count, problems, gaps)


def _verify_internal_parts(catalogue: Catalogue) -> Verification:
    """Where the landing store is, the internal parts must be too, and none without its public part."""
    releases, problems = catalogue.releases(), []
    for release in releases:
        if not catalogue.folder(release, INTERNAL).exists():
            problems.append(NO_INTERNAL_PART.filled(release=release))
    for release in catalogue.without_public_part():
        problems.append(NO_PUBLIC_PART.filled(release=release))
    return Verification(len(releases), problems)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
