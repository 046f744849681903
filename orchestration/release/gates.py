"""What must hold before a candidate becomes a release. Each gate answers with its findings; without any it passed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.release.candidate import Candidate
from orchestration.release.catalogue import INTERNAL, PUBLIC
from orchestration.release.cut import visible_tables
from orchestration.release.tables import READERS_SCHEMA
from orchestration.wording import Wording

# One side is computed in double precision.
MEAN_TOLERANCE = "0.0000000010"
REGION_ADVICE = "– run again, and if it stays, look into int_unit_region and int_region_node_score"


@dataclass(frozen=True)
class GateResult:
    """One gate: its name, what it holds, and what it found (nothing where it passed)."""

    name: str
    holds: Wording
    findings: list[str]

    @property
    def passed(self) -> bool:
        return not self.findings


# Each query returns one row per finding: its columns are shown. They run on the candidate's internal database.
QUERIES = {
    "cells_assessed": (
        Wording("每个应有的单元格均已评估", "every cell that must exist is assessed"),
        "select unit_code, measure_code, methodology_code, 'is still to be assessed: run again, and if it stays, "
        "mend the model of its rule' from marts.fct_measure_score where status = 'to_be_assessed' or status is null",
    ),
    "expected_counts": (
        Wording("行数与单位、测量项、节点、地区相符", "as many rows as units, measures, nodes and regions ask for"),
        """
        with methodologies as (
            select methodology_code from marts.dim_methodology
        ),
        included as (
            select count(*) as units from marts.dim_unit where is_included
        ),
        expected as (
            select 'fct_unit_score' as table_name, methodology_code, units as rows from methodologies, included
            union all
            select 'fct_dimension_score', methodology_code, max(units) * count(*)
            from marts.dim_indicator, included where node_level = 1 group by all
            union all
            select 'fct_measure_score', methodology_code, max(units) * count(*)
            from marts.dim_measure, included
            where methodology_code in (select methodology_code from methodologies) and rule_family <> 'event'
            group by all
            union all
            select 'fct_indicator_score', methodology_code, max(units) * count(*)
            from marts.dim_indicator, included where node_level >= 2 group by all
        ),
        found as (
            select 'fct_unit_score' as table_name, methodology_code, count(*) as rows
            from marts.fct_unit_score group by all
            union all
            select 'fct_dimension_score', methodology_code, count(*) from marts.fct_dimension_score group by all
            union all
            select 'fct_measure_score', methodology_code, count(*) from marts.fct_measure_score group by all
            union all
            select 'fct_indicator_score', methodology_code, count(*) from marts.fct_indicator_score group by all
        )
        select table_name, methodology_code, 'has', found.rows, 'rows where', expected.rows, 'are expected: run again'
        from expected full outer join found using (table_name, methodology_code)
        where expected.rows is distinct from found.rows
        """,
    ),
    "parts_equal_wholes": (
        Wording("各地区合为全部,均值由其单位得出", "regions add up to the nation, means follow from their units"),
        f"""
        with roots as (
            select * from marts.region_score where parent_region_code is null
        ),
        parts as (
            select
                parent_region_code as region_code, methodology_code, node_code,
                sum(unit_count) as units, avg(cast(mean_of_units as double)) as mean
            from marts.region_score where parent_region_code is not null group by all
        ),
        direct as (
            select region_code, count(*) as units from marts.dim_unit where is_included group by region_code
        ),
        unit_means as (
            select methodology_code, cast(sum(score) as double) / count(score) as mean from marts.fct_unit_score
            group by all
        )
        select roots.region_code, roots.methodology_code, roots.node_code, 'counts', roots.unit_count,
            'units, its parts', coalesce(parts.units, 0) + coalesce(direct.units, 0), '{REGION_ADVICE}'
        from roots left join parts using (region_code, methodology_code, node_code)
        left join direct on roots.region_code = direct.region_code
        where roots.unit_count is distinct from coalesce(parts.units, 0) + coalesce(direct.units, 0)
        union all
        select roots.region_code, roots.methodology_code, roots.node_code, 'has the mean', roots.mean_of_units,
            'where its units give', unit_means.mean, '{REGION_ADVICE}'
        from roots
        inner join marts.dim_indicator as nodes
            on roots.methodology_code = nodes.methodology_code and roots.node_code = nodes.node_code
            and nodes.node_level = 0
        inner join unit_means on roots.methodology_code = unit_means.methodology_code
        where abs(cast(roots.mean_of_units as double) - unit_means.mean) > {MEAN_TOLERANCE}
        """,
    ),
}


FAILED_CHECKS = """
    select suite, rule, description, '– its rows are in quality.validation_result and in Data Docs: correct the '
        'inputs and run again' from quality.validation_result
    where layer = 'marts' and severity = 'error' and not success
"""
OPEN_READ_ONLY = """
import sys
import duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(connection.execute("select release_id from marts.release_info limit 1").fetchone()[0])
"""
SHOWN_FINDINGS = 5
NO_ERROR = Wording("结果表没有 Great Expectations 错误", "no Great Expectations error on the marts")
AS_CONTRACTED = Wording("列与类型与契约一致", "columns and types as the contracts say")
NOTHING_INTERNAL = Wording("公开文件中没有内部内容", "nothing internal is in the public file")
OPENS = Wording("新进程可以只读方式打开两个文件", "a fresh process opens both files read-only")


# What holds behind each gate.
GATES = {name: holds for name, (holds, _) in QUERIES.items()} | {
    "checks": NO_ERROR,
    "contracts": AS_CONTRACTED,
    "audience": NOTHING_INTERNAL,
    "opens": OPENS,
}


def run_gates(candidate: Candidate, warehouse: duckdb.DuckDBPyConnection) -> list[GateResult]:
    """All gates that need no person, in a fixed order; `warehouse` reads the build warehouse."""
    with duckdb.connect(str(candidate.database(INTERNAL)), read_only=True) as connection:
        results = [
            GateResult(name, holds, _rows_as_findings(connection, query)) for name, (holds, query) in QUERIES.items()
        ]
    return [
        *results,
        GateResult("checks", GATES["checks"], _rows_as_findings(warehouse, FAILED_CHECKS)),
        GateResult("contracts", GATES["contracts"], _contract_findings(candidate)),
        GateResult("audience", GATES["audience"], _audience_findings(candidate)),
        GateResult("opens", GATES["opens"], _opening_findings(candidate)),
    ]


def _rows_as_findings(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    rows = connection.execute(query).fetchall()
    shown = [" ".join(str(value) for value in row) for row in rows[:SHOWN_FINDINGS]]
    more = len(rows) - len(shown)
    return shown + ([f"and {more} more"] if more > 0 else [])


def _columns_of(database: Path) -> dict[str, dict[str, str]]:
    """Type by column by table, of everything in the file, in whatever schema."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal "
            "order by table_oid, column_index"
        ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for schema, table, column, data_type in found:
        name = table if schema == READERS_SCHEMA else f"{schema}.{table}"
        tables.setdefault(name, {})[column] = data_type
    return tables


def _contract_findings(candidate: Candidate) -> list[str]:
    found = _columns_of(candidate.database(INTERNAL))
    findings = []
    for table in candidate.tables:
        columns = found.get(table.name, {})
        if table.declared is None:
            continue
        wanted = {name: _plain(data_type) for name, data_type in table.declared.items()}
        got = {name: _plain(data_type) for name, data_type in columns.items()}
        if wanted != got:
            different = sorted(name for name in wanted.keys() | got.keys() if wanted.get(name) != got.get(name))
            findings.append(f"{table.name}: {', '.join(different)} differ from the contract: run again")
    return findings


def _plain(data_type: str) -> str:
    return data_type.lower().replace(" ", "")


def _audience_findings(candidate: Candidate) -> list[str]:
    """Looks at the file as it is, not at how it was made."""
    allowed = {table.name: set(table.column_names) for table in visible_tables(candidate.tables, PUBLIC)}
    findings = []
    for table, columns in _columns_of(candidate.database(PUBLIC)).items():
        if table not in allowed:
            findings.append(f"{table} is internal: set config.meta.audience in its yml, or take it out")
        elif hidden := sorted(set(columns) - allowed[table]):
            findings.append(f"{table}.{', '.join(hidden)} is internal: set config.meta.audience, or take it out")
    return findings


def _opening_findings(candidate: Candidate) -> list[str]:
    findings = []
    for audience in (PUBLIC, INTERNAL):
        command = [sys.executable, "-c", OPEN_READ_ONLY, str(candidate.database(audience))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0 or done.stdout.strip() != str(candidate.facts.release):
            said = (done.stderr.strip().splitlines() or [done.stdout])[-1]
            findings.append(
                f"{candidate.database(audience).name} does not open: {said}. Look for space on the disk, then run again"
            )
    return findings
