"""What files contradict each other in: the checks that one file gets, made over all files in effect.

A batch is judged alone, so that the same content is always judged alike. What only two files together show is looked
for afterwards, among the accepted rows of all files in effect, and is a warning: the rows are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.contracts.definition import AcrossFiles, Contract
from orchestration.landing.store import Store
from orchestration.wording import Wording

SHOWN_FILES = 5


@dataclass(frozen=True)
class Contradiction:
    """A code by which the rows of several files say different things, or the first of several such; `file_names` in
    order."""

    source: str
    rule: str
    code: str
    file_names: tuple[str, ...]
    wording: Wording


def contradictions(store: Store, source: str) -> list[Contradiction]:
    """The contradictions between the files in effect of a source, by rule and code."""
    contract = CONTRACTS[source]
    if not contract.across_files:
        return []
    files: dict[str, str] = {}
    versions: set[str] = set()
    for (its_source, file_name), delivery in sorted(store.effective_deliveries().items()):
        batch = store.batch(its_source, delivery.batch_id)
        # The same content under two names is one batch, and no contradiction.
        if its_source == source and batch.accepted_count:
            files.setdefault(str(store.accepted_path(batch)), file_name)
            versions.add(batch.contract_version)
    if len(files) < 2:
        return []
    with duckdb.connect() as connection:
        connection.execute("set variable paths = $1", [list(files)])
        # Looking for the columns of each file takes as long as reading a small one: one contract gives all the same.
        rows = ROWS.format(differ=str(len(versions) > 1).lower())
        names = list(files.values())
        return [found for rule in contract.across_files for found in _found(connection, contract, rule, rows, names)]


# Rows by two hashes: of what they are about, and of what they say of it. Files go by their place in the list.
ROWS = "read_parquet(getvariable('paths'), filename = true, union_by_name = {differ})"
FILE_NUMBER = "list_position(getvariable('paths'), filename)"
DIFFERING = f"""
    create or replace temp table differing as
    select key_hash
    from (
        select
            {FILE_NUMBER} as file_number,
            hash({{columns}}) as key_hash,
            hash({{compared}}) as said_hash
        from {{rows}}
        where {{is_complete}}
    )
    group by key_hash
    having min(file_number) <> max(file_number) and min(said_hash) <> max(said_hash)
"""
KEYS_AND_FILES = f"""
    select {{columns}}, list_distinct(list({FILE_NUMBER})) as file_numbers
    from {{rows}}
    where {{is_complete}} and hash({{columns}}) in (from differing)
    group by all
    order by all
"""


def _found(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rule: AcrossFiles, rows: str, file_names: list[str]
) -> list[Contradiction]:
    places = {
        "rows": rows,
        "columns": ", ".join(rule.columns),
        "compared": ", ".join(rule.compared),
        "is_complete": " and ".join(f"{name} is not null" for name in rule.columns),
    }
    [(differing,)] = connection.execute(DIFFERING.format(**places)).fetchall()
    if not differing:
        return []
    found = [
        (" ".join(map(str, key)), sorted({file_names[number - 1] for number in numbers}))
        for *key, numbers in connection.execute(KEYS_AND_FILES.format(**places)).fetchall()
    ]
    if rule.is_counted and found:
        names = sorted({name for _, names in found for name in names})
        return [_contradiction(contract, rule, found[0][0], names, len(found))]
    return [_contradiction(contract, rule, code, names) for code, names in found]


def _contradiction(contract: Contract, rule: AcrossFiles, code: str, names: list[str], count: int = 1) -> Contradiction:
    shown = ", ".join(names[:SHOWN_FILES]) + (" …" if len(names) > SHOWN_FILES else "")
    wording = rule.message.filled(code=code, files=shown, count=f"{count:,}")
    return Contradiction(contract.source, rule.name, code, tuple(names), wording)
