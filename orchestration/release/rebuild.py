"""Builds a release anew in a home that holds only what its lock names; run as a process with the code of the release.

`python -m orchestration.release.rebuild LOCK` works on the home of `ZHENGXIN_HOME` and prints, as its last line, the
logical hashes as JSON: audience → table → SHA-256.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home import Home
from orchestration.release.candidate import Candidate, cut_candidate, record_changes
from orchestration.release.catalogue import PUBLIC, Catalogue, ReleaseId, read_json
from orchestration.release.cut import ReleaseFacts, visible_tables
from orchestration.release.difference import changes_between
from orchestration.release.tables import tables_of_edition
from orchestration.warehouse import connection, dbt
from orchestration.warehouse.lock import writer_lock
from orchestration.warehouse.raw import load_raw


def rebuild(home: Home, lock: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Load, build, cut, and return the logical hash of each table of each audience."""
    facts = ReleaseFacts(**{**lock["release"], "release": ReleaseId.parse(lock["release"]["release"])})
    with writer_lock(home.warehouse, f"rebuild of {facts.release}"):
        with connection.writing(home.warehouse) as warehouse:
            load_raw(warehouse, home)
        # Parsed before it is built: the build, and what is cut, start from that.
        manifest = dbt.prepare_manifest(home)
        dbt.run(home, ["build", "--quiet", "--exclude-resource-type", "test", "unit_test"])
        with connection.writing(home.warehouse) as warehouse:
            candidate = _cut(warehouse, home, manifest, facts, lock)
    return {
        audience: {name: summary.sha256 for name, summary in candidate.summaries[audience].items()}
        for audience in candidate.summaries
    }


def _cut(
    warehouse: duckdb.DuckDBPyConnection, home: Home, manifest: Path, facts: ReleaseFacts, lock: dict[str, Any]
) -> Candidate:
    catalogue = Catalogue(home.releases)
    read = [ReleaseId.parse(name) for name in lock["earlier_releases"]]
    earlier = [each for each in read if each.year < facts.release.year]
    previous = max((each for each in read if each.year == facts.release.year), default=None)
    tables = tables_of_edition(warehouse, manifest, facts.series_code, facts.release.year)
    candidate = cut_candidate(warehouse, catalogue, tables, facts, earlier, previous, home.root / "candidate")
    if lock["compared_with"]:
        base = ReleaseId.parse(lock["compared_with"])
        new = candidate.database(PUBLIC)
        changes = changes_between(catalogue.database(base), new, visible_tables(tables, PUBLIC))
        record_changes(warehouse, candidate, base, changes)
    candidate.cut_internal(warehouse)
    return candidate


def main() -> None:
    hashes = rebuild(Home.from_environment(), read_json(Path(sys.argv[1])))
    print(json.dumps(hashes))


if __name__ == "__main__":
    main()
