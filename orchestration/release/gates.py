"""What must hold before a candidate becomes a release. Each gate answers with its findings; without any it passed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.release.candidate import Candidate
from orchestration.release.catalogue import INTERNAL, PUBLIC
from orchestration.release.cut import visible_tables
from orchestration.release.tables import READERS_SCHEMA
from orchestration.warehouse.build_record import FAIL, PASS, WARN, GateTest
from orchestration.wording import Wording


@dataclass(frozen=True)
class GateResult:
    """One gate: its name, what it holds, and what it found (nothing where it passed)."""

    name: str
    holds: Wording
    findings: list[Wording]

    @property
    def passed(self) -> bool:
        return not self.findings


# What must hold of the tables is asked by dbt tests that are tagged for the gate: it reads what they found when the
# tables were built.
TESTED = {
    "cells_assessed": Wording("每个应有的单元格均已评估", "every cell that must exist is assessed"),
    "expected_counts": Wording(
        "行数与单位、测量项、节点、地区相符", "as many rows as units, measures, nodes and regions ask for"
    ),
    "parts_equal_wholes": Wording(
        "各地区合为全部,均值由其单位得出", "regions add up to the nation, means follow from their units"
    ),
}
NOT_ASSESSED = Wording(
    "{unit_code} {measure_code} {methodology_code} 仍待评估:请再次运行,若仍如此,请修正其规则的模型",
    "{unit_code} {measure_code} {methodology_code} is still to be assessed: run again, and if it stays, "
    "mend the model of its rule",
)
REGION_ADVICE = Wording(
    "请再次运行,若仍如此,请查看 int_unit_region 与 int_region_node_score",
    "run again, and if it stays, look into int_unit_region and int_region_node_score",
)
# What a row of each test says.
FINDINGS = {
    "no_cell_is_left_to_be_assessed": NOT_ASSESSED,
    "every_cell_has_a_status": NOT_ASSESSED,
    "score_marts_are_complete": Wording(
        "{table_name} {methodology_code} 有 {row_count} 行,应为 {expected_row_count} 行(如 {unit_code}):请再次运行",
        "{table_name} {methodology_code} has {row_count} rows where {expected_row_count} are expected (see "
        "{unit_code}): run again",
    ),
    "region_counts_add_up": Wording(
        "{region_code} 有 {unit_count} 个单位,其各部分共 {expected_unit_count} 个({compared_with}):{advice}",
        "{region_code} counts {unit_count} units, its parts {expected_unit_count} ({compared_with}): {advice}",
    ),
    "region_means_follow_from_their_units": Wording(
        "{region_code} {methodology_code} {node_code} 有 {unit_count} 个单位,均值 {mean_of_units};"
        "其各部分共 {expected_unit_count} 个,由其单位得出 {expected_mean_of_units}:{advice}",
        "{region_code} {methodology_code} {node_code} counts {unit_count} units, its parts {expected_unit_count}, "
        "and has the mean {mean_of_units} where its units give {expected_mean_of_units}: {advice}",
    ),
}
NOT_RUN = Wording(
    "检验 {test} 没有在这些表上完成({status}):请再次运行",
    "the test {test} did not end on these tables ({status}): run again",
)
NO_TEST = Wording("没有记录任何检验结果:请再次运行", "no result of a test is recorded: run again")
ELSEWHERE = Wording(
    "检验 {test} 在其他年度({years})不成立:请再次运行", "the test {test} fails of other editions ({years}): run again"
)
MORE = Wording("另有 {count} 项", "and {count} more")
NOT_AS_TESTED = Wording(
    "{table_name} 有 {row_count} 行,仓库中该年度有 {expected_row_count} 行:请再次运行",
    "{table_name} has {row_count} rows where the warehouse has {expected_row_count} of the edition: run again",
)
# Whose rows are all of one edition, series and methodology.
SCORE_MARTS = ("fct_unit_score", "fct_dimension_score", "fct_indicator_score", "fct_measure_score", "region_score")
FAILED_CHECKS = """
    select suite, rule, description from quality.validation_result
    where layer = 'marts' and severity = 'error' and not success
"""
FAILED_CHECK = Wording(
    "{suite} {rule} {description} – 其行见 quality.validation_result 与 Data Docs:请改正输入后再次运行",
    "{suite} {rule} {description} – its rows are in quality.validation_result and in Data Docs: correct the inputs and "
    "run again",
)
OTHER_COLUMNS = Wording(
    "{table}:{columns} 与契约不同:请再次运行", "{table}: {columns} differ from the contract: run again"
)
INTERNAL_TABLE = Wording(
    "{table} 为内部内容:请在其 yml 中设定 config.meta.audience,或将其去除",
    "{table} is internal: set config.meta.audience in its yml, or take it out",
)
INTERNAL_COLUMNS = Wording(
    "{table}.{columns} 为内部内容:请设定 config.meta.audience,或将其去除",
    "{table}.{columns} is internal: set config.meta.audience, or take it out",
)
DOES_NOT_OPEN = Wording(
    "{file} 无法打开:{said}。请检查磁盘空间,然后再次运行",
    "{file} does not open: {said}. Look for space on the disk, then run again",
)
OPEN_READ_ONLY = """
import sys
import duckdb
for path in sys.argv[1:]:
    with duckdb.connect(path, read_only=True) as connection:
        print(connection.execute("select release_id from marts.release_info limit 1").fetchone()[0], flush=True)
"""
SHOWN_FINDINGS = 5
NO_ERROR = Wording("结果表没有 Great Expectations 错误", "no Great Expectations error on the marts")
AS_CONTRACTED = Wording("列与类型与契约一致", "columns and types as the contracts say")
NOTHING_INTERNAL = Wording("公开文件中没有内部内容", "nothing internal is in the public file")
OPENS = Wording("新进程可以只读方式打开两个文件", "a fresh process opens both files read-only")


# What holds behind each gate.
GATES = TESTED | {
    "checks": NO_ERROR,
    "contracts": AS_CONTRACTED,
    "audience": NOTHING_INTERNAL,
    "opens": OPENS,
}


def tested_gates(tests: Sequence[GateTest]) -> list[GateResult]:
    """The gates that rest on the recorded `tests` of the edition's tables, before anything is cut from them."""
    return [GateResult(name, TESTED[name], _found_by(name, tests)) for name in TESTED]


def run_gates(
    candidate: Candidate, warehouse: duckdb.DuckDBPyConnection, tests: Sequence[GateTest]
) -> list[GateResult]:
    """All gates that need no person, in a fixed order; `warehouse` reads the build warehouse, `tests` are those that
    were recorded of it."""
    tested = tested_gates(tests)
    counts = next(gate for gate in tested if gate.name == "expected_counts")
    counts.findings.extend(_cut_findings(candidate, warehouse))
    return [
        *tested,
        GateResult("checks", GATES["checks"], _check_findings(warehouse)),
        GateResult("contracts", GATES["contracts"], _contract_findings(candidate)),
        GateResult("audience", GATES["audience"], _audience_findings(candidate)),
        GateResult("opens", GATES["opens"], _opening_findings(candidate)),
    ]


def _found_by(gate: str, tests: Sequence[GateTest]) -> list[Wording]:
    """What the tests of a gate found of the edition, or why nothing is known."""
    behind = [test for test in tests if test.gate == gate]
    findings = [finding for test in behind for finding in _findings_of(test)]
    return findings if behind else [NO_TEST]


def _findings_of(test: GateTest) -> list[Wording]:
    if test.status not in (PASS, WARN, FAIL):
        return [NOT_RUN.filled(test=test.test, status=test.status)]
    if test.row_count:
        shown = [FINDINGS[test.test].filled(**row, advice=REGION_ADVICE) for row in test.rows]
        return _with_more(shown, test.row_count)
    # A warning is of the edition that it names; what fails, fails for all.
    if test.status == FAIL:
        return [ELSEWHERE.filled(test=test.test, years=", ".join(map(str, test.other_years)))]
    return []


def _with_more(shown: list[Wording], count: int) -> list[Wording]:
    return shown + ([MORE.filled(count=count - len(shown))] if count > len(shown) else [])


def _cut_findings(candidate: Candidate, warehouse: duckdb.DuckDBPyConnection) -> list[Wording]:
    """Where the files do not hold as many scores as the tables that were tested."""
    with duckdb.connect(str(candidate.database(INTERNAL)), read_only=True) as connection:
        known = connection.execute("select methodology_code from marts.dim_methodology").fetchall()
        cut = {table: _count(connection, table) for table in SCORE_MARTS}
    edition = [candidate.facts.series_code, candidate.facts.release.year, [code for (code,) in known]]
    condition = "where series_code = $1 and assessment_year = $2 and methodology_code in (select unnest($3))"
    expected = {table: _count(warehouse, f"{table} {condition}", edition) for table in SCORE_MARTS}
    return [
        NOT_AS_TESTED.filled(table_name=table, row_count=cut[table], expected_row_count=expected[table])
        for table in SCORE_MARTS
        if cut[table] != expected[table]
    ]


def _count(connection: duckdb.DuckDBPyConnection, rows: str, parameters: Sequence[object] = ()) -> int:
    [(count,)] = connection.execute(f"select count(*) from {READERS_SCHEMA}.{rows}", parameters).fetchall()
    return count


def _check_findings(warehouse: duckdb.DuckDBPyConnection) -> list[Wording]:
    rows = warehouse.execute(FAILED_CHECKS).fetchall()
    shown = [
        FAILED_CHECK.filled(suite=suite, rule=rule, description=text) for suite, rule, text in rows[:SHOWN_FINDINGS]
    ]
    return _with_more(shown, len(rows))


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


def _contract_findings(candidate: Candidate) -> list[Wording]:
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
            findings.append(OTHER_COLUMNS.filled(table=table.name, columns=", ".join(different)))
    return findings


def _plain(data_type: str) -> str:
    return data_type.lower().replace(" ", "")


def _audience_findings(candidate: Candidate) -> list[Wording]:
    """Looks at the file as it is, not at how it was made."""
    allowed = {table.name: set(table.column_names) for table in visible_tables(candidate.tables, PUBLIC)}
    findings = []
    for table, columns in _columns_of(candidate.database(PUBLIC)).items():
        if table not in allowed:
            findings.append(INTERNAL_TABLE.filled(table=table))
        elif hidden := sorted(set(columns) - allowed[table]):
            findings.append(INTERNAL_COLUMNS.filled(table=table, columns=", ".join(hidden)))
    return findings


def _opening_findings(candidate: Candidate) -> list[Wording]:
    """The first file that a new process cannot open, or in which it finds another release."""
    databases = [candidate.database(audience) for audience in (PUBLIC, INTERNAL)]
    command = [sys.executable, "-c", OPEN_READ_ONLY, *map(str, databases)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = done.stdout.splitlines()
    for position, database in enumerate(databases):
        if found[position : position + 1] != [str(candidate.facts.release)]:
            said = (done.stderr.strip().splitlines() or found or [""])[-1]
            return [DOES_NOT_OPEN.filled(file=database.name, said=said)]
    return []
