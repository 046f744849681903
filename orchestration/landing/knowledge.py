"""What the seeds of a landing know, kept beside the store, so that no later landing judges by seeds that know less.

    landing/seeds.json    where the seeds of the last landing lay, and which editions, measures, topics, units and
                          officers they had

A program that runs without a home's own seeds would put rows into quarantine that were accepted, and take decisions out
of effect that nobody withdrew. So a landing under seeds that lack something which the last ones had is refused, unless
whoever lands says that it is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.landing.reference import Reference
from orchestration.landing.store import Store, now_text, read_json, sync_path, write_json
from orchestration.wording import Wording

SHOWN = 5
KINDS = {
    "editions": Wording("年度", "editions"),
    "measures": Wording("测量项", "measures"),
    "topics": Wording("事件主题", "event topics"),
    "units": Wording("单位", "units"),
    "officers": Wording("经办人", "officers"),
}


class SeedsKnowLess(UsageError):
    """The seeds lack what the last landing's had; the message names both and what is missing."""


def require_as_much(store: Store, reference: Reference, seeds: Path) -> None:
    """Raise `SeedsKnowLess` where `reference`, read from `seeds`, lacks something that the last landing's seeds had."""
    path = _path(store)
    if not path.exists():
        return
    last = read_json(path)
    known = _known(reference)
    missing = {kind: sorted(set(items) - set(known[kind])) for kind, items in last["known"].items() if kind in known}
    missing = {kind: items for kind, items in missing.items() if items}
    if missing:
        listed = _listed(missing)
        raise SeedsKnowLess(
            Wording(
                f"{seeds} 中的种子比上次入库所用的({last['seeds']},{last['landed_at']})少:缺 {listed.zh}。"
                "照此入库,已接收的行会被隔离,已生效的决定会失效。请用本主目录自己的种子(其下的 seeds/ 文件夹)入库;"
                "如果确实要这样:zhengxin land --fewer-seeds",
                f"the seeds in {seeds} know less than those of the last landing ({last['seeds']}, {last['landed_at']}):"
                f" {listed.en} are missing. Rows that were accepted would go into quarantine, and decisions out of"
                " effect. Land with the home's own seeds (the folder seeds/ in it); if this is meant,"
                " zhengxin land --fewer-seeds",
            )
        )


def remember(store: Store, reference: Reference, seeds: Path) -> None:
    """Keep what `reference`, read from `seeds`, knows. Only while the store's lock is held."""
    path, known = _path(store), _known(reference)
    if path.exists():
        last = read_json(path)
        if (last["known"], last["seeds"]) == (known, str(seeds)):
            return
    ready = store.root / "tmp" / path.name
    ready.parent.mkdir(parents=True, exist_ok=True)
    write_json(ready, {"seeds": str(seeds), "landed_at": now_text(), "known": known})
    sync_path(ready)
    ready.replace(path)
    sync_path(path.parent)


def _known(reference: Reference) -> dict[str, list[str]]:
    return {
        "editions": sorted(f"{series} {year}" for series, year in reference.frame_years),
        "measures": sorted(reference.measures),
        "topics": sorted(reference.topics),
        "units": sorted({f"{series} {code}" for (series, _), frame in reference.frames.items() for code in frame}),
        "officers": sorted(reference.officers),
    }


def _listed(missing: Mapping[str, list[str]]) -> Wording:
    zh, en = [], []
    for kind, items in missing.items():
        shown, more = ", ".join(items[:SHOWN]), len(items) - SHOWN
        zh.append(f"{KINDS[kind].zh} {shown}{f' 等 {len(items)} 项' if more > 0 else ''}")
        en.append(f"{KINDS[kind].en} {shown}{f' and {more} more' if more > 0 else ''}")
    return Wording(";".join(zh), "; ".join(en))


def _path(store: Store) -> Path:
    return store.root / "seeds.json"
