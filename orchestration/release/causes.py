"""What is not as it was when a release was made: version of zhengxin, packages, seeds, data, models.

A difference between two releases is told with its causes: where only the version differs, all of it comes from an
upgrade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestration.home import Home
from orchestration.wording import Wording

SHOWN = 6
OTHER_VERSION = Wording("zhengxin {before} → {now}。", "zhengxin {before} → {now}.")
OTHER_PACKAGES = Wording("软件包:{names}。", "Packages: {names}.")
OTHER_SEEDS = Wording("种子文件:{names}。", "Seeds: {names}.")
OTHER_BATCHES = Wording("数据批次:{names}。", "Batches of data: {names}.")
OTHER_MODELS = Wording("模型(SQL)有改动。", "The models (SQL) are others.")
UPGRADE_ALONE = Wording(
    "种子和数据未变:以下差异全部来自升级。", "Seeds and data are the same: every difference comes from the upgrade."
)
NOTHING = Wording("输入和代码均未变。", "Inputs and code are the same.")


@dataclass(frozen=True)
class Causes:
    """`upgrade` is the version before and now, None where they are one; the others name what differs."""

    upgrade: tuple[str, str] | None = None
    packages: list[str] = field(default_factory=list)
    seeds: list[str] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    has_other_models: bool = False

    @property
    def is_upgrade_alone(self) -> bool:
        """Neither data nor rows of the home have changed, only what came with zhengxin."""
        return self.upgrade is not None and not self.seeds and not self.batches

    def in_words(self) -> list[Wording]:
        """A sentence for each cause."""
        named = ((OTHER_PACKAGES, self.packages), (OTHER_SEEDS, self.seeds), (OTHER_BATCHES, self.batches))
        said = [_listed(wording, names) for wording, names in named if names]
        if self.upgrade:
            before, now = self.upgrade
            said.insert(0, OTHER_VERSION.filled(before=before, now=now))
        if self.has_other_models and not self.seeds:
            said.append(OTHER_MODELS)
        if self.is_upgrade_alone:
            said.append(UPGRADE_ALONE)
        return said or [NOTHING]


def causes_between(home: Home, before: Mapping[str, Any], now: Mapping[str, Any]) -> Causes:
    """Of two locks, the earlier first."""
    versions = {name: (before["versions"].get(name), version) for name, version in now["versions"].items()}
    return Causes(
        upgrade=upgrade_since(before, now["zhengxin"]),
        packages=[f"{name} {old} → {new}" for name, (old, new) in versions.items() if old and old != new],
        seeds=[_seed_in_words(home, place) for place in _differing(before["seeds"], now["seeds"])],
        batches=_differing(_batches(before), _batches(now)),
        has_other_models=before["project_digest"] != now["project_digest"],
    )


def upgrade_since(lock: Mapping[str, Any], now: str) -> tuple[str, str] | None:
    """The version of a lock and the one now, where they differ.

    A lock from before versions of zhengxin were noted tells of no upgrade.
    """
    noted = lock.get("zhengxin")
    return (noted, now) if noted and noted != now else None


def _seed_in_words(home: Home, place: str) -> str:
    """With a word where the home has no rows of its own in it: then the change came with zhengxin."""
    return place if (home.seeds / place).exists() else f"{place} (shipped 随附)"


def _batches(lock: Mapping[str, Any]) -> dict[str, bool]:
    """The batches that were there, and whether they were in effect; their files' names are not for everyone."""
    effective = {each["batch_id"] for each in lock["deliveries"] if each["is_effective"]}
    return {f"{each['source']} {each['batch_id']}": each["batch_id"] in effective for each in lock["deliveries"]}


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _listed(wording: Wording, names: list[str]) -> Wording:
    more = len(names) - SHOWN
    zh, en = (f" 等 {len(names)} 项", f" and {more} more") if more > 0 else ("", "")
    shown = ", ".join(names[:SHOWN])
    return Wording(wording.zh.format(names=shown + zh), wording.en.format(names=shown + en))
