"""Findings that warn and block nothing: only what is new since the last release paints a check.

`quality/findings.json` of the home holds, by check, digests of what the last run found (`found`) and of what was found
when the last release was made (`released`, none before the first one). Who calls holds the writer's turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import dagster as dg

from orchestration.home import Home
from orchestration.whole_file import write_whole

FILE = "findings.json"
# In a result's metadata: how many findings there are, and how many of them are new.
COUNT, NEW = "findings_count", "new_since_release"


def result_of(
    home: Home, key: dg.AssetKey, check: str, findings: Iterable[Any], metadata: Mapping[str, Any]
) -> dg.AssetCheckResult:
    """A warning where a finding is new since the last release; `findings` tell each by what does not change of it."""
    digests = sorted({sha256(repr(finding).encode()).hexdigest()[:16] for finding in findings})
    name, record = f"{key.to_user_string()}:{check}", _read(home)
    if record["found"].get(name, []) != digests:
        record["found"][name] = digests
        _write(home, record)
    known = record["released"]
    new = 0 if known is None else len(set(digests) - set(known.get(name, [])))
    counts = {COUNT: len(digests), NEW: new} if digests else {}
    return dg.AssetCheckResult(
        passed=not new,
        asset_key=key,
        check_name=check,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**metadata, **counts},
    )


def released(home: Home) -> None:
    """A release has been made: what was found until now is known."""
    record = _read(home)
    _write(home, {**record, "released": record["found"]})


def _read(home: Home) -> dict[str, Any]:
    try:
        return {"found": {}, "released": None, **json.loads((home.quality / FILE).read_text(encoding="utf-8"))}
    except (FileNotFoundError, ValueError):
        return {"found": {}, "released": None}


def _write(home: Home, record: Mapping[str, Any]) -> None:
    home.quality.mkdir(parents=True, exist_ok=True)
    write_whole(home.quality / FILE, json.dumps(record))
