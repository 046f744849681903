"""Files that wait for a word: one that shrinks sharply under its name may be a copy that was cut off.

A file that would take the place of one with more than twice its rows does not land at once. It lands when someone says
so (`zhengxin land --accept-shrunk`), or when it has been found with the same content for a while. `landing/held.json`
holds since when which content was found waiting; it is written only by the one who holds the store's lock.
"""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

from orchestration.landing.readers import Limits
from orchestration.landing.store import Batch, now_text, received_time, write_json
from orchestration.wording import Wording

# Below this share of what it had, a file has shrunk sharply.
SHRUNK_SHARE = 0.5


class Held:
    """The files that wait, and since when."""

    def __init__(self, root: Path, limits: Limits, accept_all: bool) -> None:
        self._path = root / "held.json"
        self._limits = limits
        self._accepts_all = accept_all
        self._since: dict[str, dict[str, str]] = _read(self._path)

    def reason(self, key: tuple[str, str], batch: Batch, before: Batch) -> Wording | None:
        """Why the batch does not take the place of the one before it yet; None where it may."""
        name = "/".join(key)
        if not self._has_shrunk(batch, before) or self._accepts_all or self._is_over(name, batch):
            if self._since.pop(name, None):
                self._write()
            return None
        if self._since.get(name, {}).get("file_sha256") != batch.file_sha256:
            self._since[name] = {"file_sha256": batch.file_sha256, "since": now_text()}
            self._write()
        hours = self._limits.shrunk_quiet_hours
        return Wording(
            f"文件由 {before.row_count:,} 行({before.accepted_count:,} 行入库)减少为 {batch.row_count:,} 行"
            f"({batch.accepted_count:,} 行可入库),可能没有复制完整,暂不替换:请核对后重新提交,或用 zhengxin land"
            f" --accept-shrunk 确认;内容 {hours} 小时不变则自动入库",
            f"the file had {before.row_count:,} rows ({before.accepted_count:,} accepted) and now has"
            f" {batch.row_count:,} ({batch.accepted_count:,} to accept), so it may have been cut off: what landed"
            " before stays in effect. Copy it anew, or say zhengxin land --accept-shrunk; unchanged for"
            f" {hours} hours it lands by itself",
        )

    def _has_shrunk(self, batch: Batch, before: Batch) -> bool:
        """Whether other bytes hold less than half of the rows, or of the rows that are in order."""
        if batch.file_sha256 == before.file_sha256 or batch.error_rule:
            return False
        pairs = ((batch.row_count, before.row_count), (batch.accepted_count, before.accepted_count))
        return any(had >= self._limits.shrunk_from_rows and has < SHRUNK_SHARE * had for has, had in pairs)

    def _is_over(self, name: str, batch: Batch) -> bool:
        """Whether this content has waited long enough."""
        entry = self._since.get(name)
        if not entry or entry["file_sha256"] != batch.file_sha256:
            return False
        waited = received_time(now_text()) - received_time(entry["since"])
        return waited >= datetime.timedelta(hours=self._limits.shrunk_quiet_hours)

    def _write(self) -> None:
        ready = self._path.with_suffix(".new")
        write_json(ready, self._since)
        os.replace(ready, self._path)


def _read(path: Path) -> dict[str, dict[str, str]]:
    """What is known; where the note is lost or damaged, waiting begins anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
