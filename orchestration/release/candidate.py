"""Files that may become a release: cut with the history of earlier releases, and with the figures that they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.release import history
from orchestration.release.catalogue import INTERNAL, PUBLIC, Catalogue, ReleaseId, database_name
from orchestration.release.cut import (
    ReleaseFacts,
    TableSummary,
    cut_internal,
    cut_into,
    cut_public,
    only_internal,
    summarise,
    visible_tables,
)
from orchestration.release.difference import Change
from orchestration.release.tables import ReleaseTable

# What is read of the figures that a release changes.
REVISION = "revision"


@dataclass
class Candidate:
    """`folder` holds a part for each audience with the database that has been cut; `summaries` tell of their tables."""

    facts: ReleaseFacts
    tables: Sequence[ReleaseTable]
    folder: Path
    summaries: dict[str, dict[str, TableSummary]] = field(default_factory=dict)

    def part(self, audience: str) -> Path:
        return self.folder / audience

    def database(self, audience: str) -> Path:
        return self.part(audience) / database_name(self.facts.release, audience)

    def cut_public(self, warehouse: duckdb.DuckDBPyConnection) -> None:
        database = cut_public(warehouse, self.tables, self.facts, self.part(PUBLIC))
        self.summaries[PUBLIC] = summarise(database, visible_tables(self.tables, PUBLIC), with_figures=True)

    def cut_public_again(self, warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
        """One table of the public file, of which the warehouse says something else by now."""
        tables = [table for table in visible_tables(self.tables, PUBLIC) if table.name == name]
        cut_into(warehouse, self.database(PUBLIC), tables, self.facts)
        self.summaries[PUBLIC] |= summarise(self.database(PUBLIC), tables, with_figures=True)

    def cut_internal(self, warehouse: duckdb.DuckDBPyConnection) -> None:
        """After the public file, with which it shares what needs no second look."""
        database = cut_internal(warehouse, self.tables, self.facts, self.database(PUBLIC), self.part(INTERNAL))
        lacking = summarise(database, only_internal(self.tables), with_figures=False)
        self.summaries[INTERNAL] = self.summaries[PUBLIC] | lacking


def cut_candidate(
    warehouse: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    tables: Sequence[ReleaseTable],
    facts: ReleaseFacts,
    earlier: Sequence[ReleaseId],
    previous: ReleaseId | None,
    folder: Path,
) -> Candidate:
    """Cut the edition's public file; `earlier` are the releases in force of earlier editions, `previous` the edition's
    last one."""
    history.load_history(warehouse, catalogue, earlier)
    if previous:
        history.load_revisions(warehouse, catalogue, previous)
    history.add_candidate(warehouse, facts.release)
    candidate = Candidate(facts, tables, folder)
    candidate.cut_public(warehouse)
    return candidate


def record_changes(
    warehouse: duckdb.DuckDBPyConnection, candidate: Candidate, base: ReleaseId, changes: Sequence[Change]
) -> None:
    """Have the table `revision`, which alone tells of it, say what the candidate changes of the release `base`."""
    facts = candidate.facts
    history.add_revisions(warehouse, facts.release, base, facts.series_code, changes, facts.note)
    candidate.cut_public_again(warehouse, REVISION)
