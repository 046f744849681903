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
from orchestration.home import Home
from orchestration.landing import chain
from orchestration.landing.integrity import check_store
from orchestration.landing.store import Store, StoreDamaged
from orchestration.release import links, signature
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId
from orchestration.release.files import sha256_of
from orchestration.release.kept_inputs import released_entries, released_inputs_missing
from orchestration.release.verify import Verification, no_files_of_ours, verify_release

Part = tuple[str, Callable[[], Verification]]
YEAR_NAMES = re.compile(r"r[1-9]\d*(\.withdrawn\.json(\.sig)?)?")


def parts_to_verify(home: Home, key: Ed25519PublicKey | None, published_head: str | None) -> Iterator[Part]:
    """What is checked, under its name, each by a call: releases, their chain, index, signatures, decisions, store.

    `key` is the published key that signatures are checked with, `published_head` a head of the chain that was kept
    elsewhere.
    """
    catalogue = Catalogue(home.releases)
    if strange := no_files_of_ours(catalogue.root, catalogue.internal_root):
        yield "kinds of files", lambda: Verification(1, strange)
        return
    for release in catalogue.releases():
        yield f"release {release}", partial(verify_release, catalogue, release)
    yield "chain of the releases", lambda: _verify_chain(catalogue, published_head)
    yield "index, notes and current", lambda: _verify_index(catalogue)
    yield "signatures", lambda: _verify_signatures(catalogue, key)
    if home.landing.exists():
        yield "log of decisions", lambda: verify_decisions(home)
        yield "landing store", lambda: _verify_store(home)
        yield "internal parts", lambda: _verify_internal_parts(catalogue)


def verify_part(check: Callable[[], Verification]) -> Verification:
    """What the check found; that something cannot be read at all is a finding too."""
    try:
        return check()
    except (UsageError, OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return Verification(1, [str(error) if isinstance(error, UsageError) else f"it cannot be read: {error!r}"])


def verify_decisions(home: Home) -> Verification:
    """The log of decisions by its chain, against the store and the releases, and the heads that releases name."""
    catalogue = Catalogue(home.releases)
    state = chain.verify(home, released_entries(catalogue))
    if state.problem:
        return Verification(state.entry_count, [f"log of decisions, entry {state.broken_entry}: {state.problem}"])
    hashes = [entry["entry_hash"] for entry in chain.entries(home)]
    problems = []
    for link in links.links(catalogue):
        kept = link.chain.get("decision_log")
        if kept and kept["entries"] and hashes[kept["entries"] - 1 : kept["entries"]] != [kept["head"]]:
            problems.append(f"the log of decisions is not the one that {link.release} names: its head was another")
    return Verification(state.entry_count, problems)


def _verify_chain(catalogue: Catalogue, published_head: str | None) -> Verification:
    known = links.links(catalogue)
    problems = list(links.broken_links(catalogue))
    if published_head and published_head not in {link.sha256 for link in known}:
        problems.append(
            f"no release here has the published head {published_head}: the one that had it was changed or removed"
        )
    gaps = []
    if before := links.unchained(catalogue):
        named = ", ".join(map(str, before))
        gaps.append(f"{named} come from an older version and have no link: the first release after them names them")
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


def _strays(catalogue: Catalogue) -> Iterator[str]:
    """What lies in an edition's folder and is neither a release nor a note of one."""
    releases = {f"{release.year}/r{release.revision}" for release in catalogue.releases()}
    for path in sorted(catalogue.root.glob("[0-9][0-9][0-9][0-9]/*")):
        name = f"{path.parent.name}/{path.name}"
        if not YEAR_NAMES.fullmatch(path.name):
            yield f"{name} is neither a release nor a note of one"
        elif path.is_file() and name.split(".")[0] not in releases:
            yield f"{name} is a note of a release that is not there"


def _index_problems(found: Any, wanted: dict[str, Any], path: Path) -> Iterator[str]:
    if not isinstance(found, dict) or not isinstance(found.get("releases"), list):
        yield f"{path} is missing or no index"
        return
    if found.get("current") != wanted["current"]:
        yield f"index.json names {found.get('current')} as current, where {wanted['current']} is"
    entries = {entry.get("release_id"): entry for entry in found["releases"]}
    for entry in wanted["releases"]:
        name = entry["release_id"]
        if name not in entries:
            yield f"index.json does not name {name}"
            continue
        for key in sorted(entry.keys() | entries[name].keys()):
            if entry.get(key) != entries[name].get(key):
                yield f"index.json says {key} {entries[name].get(key)!r} of {name}, the release {entry.get(key)!r}"
    for name in entries.keys() - {entry["release_id"] for entry in wanted["releases"]}:
        yield f"index.json names {name}, which is not there"


def _current_problems(catalogue: Catalogue, audience: str) -> Iterator[str]:
    in_force = catalogue.all_in_force()
    wanted = in_force[-1] if in_force else None
    pointer, current = catalogue.pointer(audience), catalogue.current(audience)
    said = (_read(pointer) or {}).get("release_id")
    if said != (str(wanted) if wanted else None):
        yield f"{pointer.name} names {said}, where {wanted} is in force"
    if wanted is None and current.exists():
        yield f"{current.name} is there, though no release is in force"
    elif wanted and not (current.exists() and sha256_of(current) == sha256_of(catalogue.database(wanted, audience))):
        yield f"{current.name} is not what {wanted} holds: delete it, and the next zhengxin run puts it back"


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
        found += Verification(0, [], [f"{', '.join(unsigned)} are not signed"])
    if found.checked:
        unused = "signatures are there and were not checked: name the publisher's key with --key"
        found += Verification(0, [], [unused])
    return found


def _verify_signed(catalogue: Catalogue, release: ReleaseId, signer: str, key: Ed25519PublicKey | None) -> Verification:
    """The files of a release that says it is signed."""
    note, manifest = catalogue.withdrawal_note(release), catalogue.manifest_path(release)
    files, problems = [manifest] + [note] * note.exists(), []
    for signed in files:
        if not signature.signature_path(signed).exists():
            problems.append(f"{signed} has no signature, though {release} is signed")
        elif key and not signature.is_signed_by(signed, key):
            problems.append(f"{signed} is not signed with the key given")
    if key and signature.key_id(key) != signer:
        problems.append(f"{manifest} names another key ({signer}) than the one given")
    return Verification(len(files), problems)


def _verify_answered_for(
    catalogue: Catalogue, known: list[tuple[links.Link, str | None]], key: Ed25519PublicKey
) -> Verification:
    """What is not signed itself: whoever signs a later release answers for it, as that one's chain holds its hash."""
    signed = [position for position, (_, signer) in enumerate(known) if signer == signature.key_id(key)]
    covered = signed[-1] + 1 if signed else 0
    problems = [
        f"{link.release} is not signed, and no signed release follows it: anybody may have made it"
        for link, signer in known[covered:]
        if signer is None
    ]
    before = [str(link.release) for link, signer in known[:covered] if signer is None]
    gaps = []
    if before:
        gaps.append(f"{', '.join(before)} are not signed themselves; {known[covered - 1][0].release} follows on them")
    named = {entry for position in signed for entry in known[position][0].chain["withdrawn"].items()}
    for link, signer in known:
        note = catalogue.withdrawal_note(link.release)
        if signer is not None or not note.exists() or (str(link.release), sha256_of(note)) in named:
            continue
        if not signature.is_signed_by(note, key):
            problems.append(f"{note} is not signed with the key given, and no signed release names it")
    return Verification(len(known), problems, gaps)


def _verify_store(home: Home) -> Verification:
    state = check_store(Store(home.landing))
    gaps = []
    if state.unsealed:
        gaps.append(
            f"{state.unsealed} of {state.batch_count} batches were landed by an older version without hashes: the file "
            "as received and the numbers of rows were checked"
        )
    problems = [finding.text for finding in state.findings]
    try:
        problems += released_inputs_missing(home)
    except StoreDamaged as error:
        problems.append(str(error))
    return Verification(state.delivery_count + state.batch_count, problems, gaps)


def _verify_internal_parts(catalogue: Catalogue) -> Verification:
    """Where the landing store is, the internal parts must be too, and none without its public part."""
    releases, problems = catalogue.releases(), []
    for release in releases:
        if not catalogue.folder(release, INTERNAL).exists():
            problems.append(f"the internal part of {release} is missing")
    for release in catalogue.without_public_part():
        problems.append(
            f"the public part of {release} is missing: it was removed, or a release was killed, whose rest the next "
            "one clears away"
        )
    return Verification(len(releases), problems)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
