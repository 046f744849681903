"""Clients that people read a release with, each against what DuckDB itself says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from orchestration.release.files import replace_file

TOP_UNITS = (
    "select unit_code, unit_name_zh, published_score, rank_overall, t_score from marts.unit_scorecard "
    "where methodology_code = 'presence' and is_ranked order by rank_overall, unit_code"
)
TABLES = "select table_name from duckdb_tables() where schema_name = 'marts' order by table_name"


@pytest.fixture(scope="module")
def top_units(direct: duckdb.DuckDBPyConnection) -> list[tuple]:
    units = direct.execute(TOP_UNITS).fetchall()
    assert len(units) == 22, "six counties and sixteen districts"
    return units


def table_names(direct: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in direct.execute(TABLES).fetchall()]


# The duckdb client for Python


def test_python_reads_beside_other_readers_and_cannot_write(current: Path, top_units: list[tuple]) -> None:
    with duckdb.connect(str(current), read_only=True) as first, duckdb.connect(str(current), read_only=True) as second:
        assert first.execute(TOP_UNITS).fetchall() == second.execute(TOP_UNITS).fetchall() == top_units
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            first.execute("delete from marts.unit_scorecard")


def test_every_table_and_column_says_what_it_is_in_both_languages(direct: duckdb.DuckDBPyConnection) -> None:
    silent = direct.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' "
        "and (comment is null or comment not like '% / %') order by all"
    ).fetchall()
    assert silent == []
    described = direct.execute("select comment from duckdb_tables() where schema_name = 'marts'").fetchall()
    assert all(comment and not comment.isascii() and "One row per" in comment for (comment,) in described)


# DuckDB's command line


def command_line(database: Path, query: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("duckdb", path=str(Path(sys.executable).parent))
    assert program, "duckdb-cli is not installed beside this Python: make install"
    command = [program, "-no-init", "-readonly", "-json", str(database), query]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8")


def test_the_command_line_reads_the_same(current: Path, top_units: list[tuple]) -> None:
    answer = command_line(current, TOP_UNITS)
    assert answer.returncode == 0, answer.stderr
    rows = json.loads(answer.stdout)
    assert [tuple(map(str, row.values())) for row in rows] == [tuple(map(str, unit)) for unit in top_units]


def test_the_command_line_cannot_write(current: Path) -> None:
    answer = command_line(current, "drop table marts.unit_scorecard")
    assert answer.returncode != 0
    assert "read-only" in answer.stderr


# SQLAlchemy


def engine_of(database: Path) -> sa.Engine:
    return sa.create_engine(f"duckdb:///{database}", connect_args={"read_only": True}, poolclass=sa.NullPool)


@pytest.mark.filterwarnings("ignore:duckdb-engine doesn't yet support reflection on indices")
def test_sqlalchemy_reflects_tables_with_types_and_comments(
    current: Path, direct: duckdb.DuckDBPyConnection, top_units: list[tuple]
) -> None:
    engine = engine_of(current)
    assert sorted(sa.inspect(engine).get_table_names(schema="marts")) == table_names(direct)
    metadata = sa.MetaData()
    metadata.reflect(engine, schema="marts")
    scorecard = metadata.tables["marts.unit_scorecard"]
    comments = direct.execute(
        "select column_name, comment from duckdb_columns() where table_name = 'unit_scorecard' order by column_index"
    ).fetchall()
    assert [(column.name, column.comment) for column in scorecard.columns] == comments
    assert "One row per unit" in scorecard.comment
    assert (scorecard.c.t_score.type.precision, scorecard.c.t_score.type.scale) == (14, 4)
    ranked = (
        sa.select(*(scorecard.c[name] for name in top_names()))
        .where(scorecard.c.methodology_code == "presence", scorecard.c.is_ranked)
        .order_by(scorecard.c.rank_overall, scorecard.c.unit_code)
    )
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(ranked)] == top_units


def test_sqlalchemy_cannot_write(current: Path) -> None:
    with engine_of(current).connect() as connection, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        connection.execute(sa.text("delete from marts.unit_scorecard"))


def test_sqlalchemy_without_a_pool_sees_the_next_release(current: Path, tmp_path: Path) -> None:
    """One engine all the while, as in a BI server: what it opens anew is the new file."""
    shown, following = tmp_path / "current.duckdb", tmp_path / "following.duckdb"
    for copy in (shown, following):
        shutil.copyfile(current, copy)
    with duckdb.connect(str(following)) as connection:
        connection.execute("update marts.release_info set release_id = '2019-r2'")
    engine = engine_of(shown)
    release = sa.text("select distinct release_id from marts.release_info")
    with engine.connect() as connection:
        assert connection.execute(release).scalars().all() == ["2019-r1"]
    replace_file(following, shown)
    with engine.connect() as connection:
        assert connection.execute(release).scalars().all() == ["2019-r2"]


def top_names() -> list[str]:
    return ["unit_code", "unit_name_zh", "published_score", "rank_overall", "t_score"]


# Parquet


def test_there_is_one_parquet_file_a_table(parquet: Path, direct: duckdb.DuckDBPyConnection) -> None:
    assert sorted(file.stem for file in parquet.iterdir()) == table_names(direct)


def test_arrow_and_polars_read_every_table_exactly(parquet: Path, direct: duckdb.DuckDBPyConnection) -> None:
    for name in table_names(direct):
        expected = [row[:2] for row in direct.execute(f"describe marts.{name}").fetchall()]
        for read in (
            pq.read_table(parquet / f"{name}.parquet"),
            pl.read_parquet(parquet / f"{name}.parquet").to_arrow(),
        ):
            direct.register("read_by_client", read)
            found = [row[:2] for row in direct.execute("describe read_by_client").fetchall()]
            assert found == expected, name
            assert differing_rows(direct, f"marts.{name}", "read_by_client") == 0, name
            direct.unregister("read_by_client")


def differing_rows(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> int:
    """Rows that stand in one relation more often than in the other."""
    (count,) = connection.execute(
        f"select count(*) from ((from {one} except all from {other}) union all (from {other} except all from {one}))"
    ).fetchone()
    return count


def test_polars_computes_on_exact_decimals(parquet: Path, direct: duckdb.DuckDBPyConnection) -> None:
    scores = pl.scan_parquet(parquet / "fct_dimension_score.parquet")
    summed = scores.group_by("methodology_code", "node_code").agg(pl.col("score").sum()).collect()
    expected = direct.execute(
        "select methodology_code, node_code, coalesce(sum(score), 0) from marts.fct_dimension_score group by all"
    ).fetchall()
    assert sorted(summed.rows()) == sorted(expected)


def test_pandas_reads_the_scorecard(parquet: Path, direct: duckdb.DuckDBPyConnection, top_units: list[tuple]) -> None:
    scorecard = pd.read_parquet(parquet / "unit_scorecard.parquet")
    (rows,) = direct.execute("select count(*) from marts.unit_scorecard").fetchone()
    assert len(scorecard) == rows
    ranked = scorecard[(scorecard["methodology_code"] == "presence") & scorecard["is_ranked"]]
    ranked = ranked.sort_values(["rank_overall", "unit_code"])[top_names()]
    assert list(ranked.itertuples(index=False, name=None)) == top_units
