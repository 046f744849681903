"""The wide table: its columns follow the tree, its figures repeat the long tables, and it refuses ambiguous names."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.warehouse import dbt
from tests.small.copied import copy_home

SCORES_OF_THE_TREE = [
    *("t_score", "t1_score", "t2_score", "t3_score", "t4_score", "t5_score"),
    *("c_score", "c1_score", "c2_score", "c3_score", "c4_score"),
    *("p_score", "p1_score", "p2_score", "p3_score"),
    *("s_score", "s1_score", "s2_score", "s3_score", "s4_score", "s5_score"),
    *("e_score", "e1_score", "e2_score"),
]


@pytest.fixture(scope="module")
def copied(released_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the built home, one for all tests."""
    return copy_home(released_home, tmp_path_factory.mktemp("copied") / "home")


@pytest.fixture
def home(copied: Home, released_home: Home) -> Home:
    """The copy with the warehouse as it was built, to change."""
    shutil.copyfile(released_home.warehouse, copied.warehouse)
    return copied


def change(home: Home, statement: str) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(statement)


def test_it_has_a_column_for_each_dimension_and_second_level_indicator(direct: duckdb.DuckDBPyConnection) -> None:
    names = [name for (name, *_) in direct.execute("describe marts.unit_scorecard_all").fetchall()]
    assert names[-len(SCORES_OF_THE_TREE) :] == SCORES_OF_THE_TREE


def test_a_node_is_named_with_its_marks(direct: duckdb.DuckDBPyConnection) -> None:
    comments = dict(
        direct.execute(
            "select column_name, comment from duckdb_columns() where table_name = 'unit_scorecard_all'"
        ).fetchall()
    )
    assert comments["s1_score"] == (
        "政务诚信专项部署(S1,0至2.5分)公布得分 / Score as published: Dedicated integrity deployment (S1, 0 to 2.5)"
    )
    assert comments["e_score"].endswith("Integrity opinion events (E, -20 to 20)")


def test_it_has_one_row_a_unit_and_methodology_and_says_which_is_the_primary_one(
    direct: duckdb.DuckDBPyConnection,
) -> None:
    rows = direct.execute(
        "select methodology_code, is_primary_methodology, count(*), count(distinct unit_code), "
        "count(*) filter (data_kind = 'synthetic') from marts.unit_scorecard_all group by all order by all"
    ).fetchall()
    (units,) = direct.execute("select count(*) from marts.dim_unit where is_included").fetchone()
    assert rows == [("presence", True, units, units, units), ("quality", False, units, units, units)]


def test_the_scorecard_itself_has_the_primary_one_alone(direct: duckdb.DuckDBPyConnection) -> None:
    of_all = "from marts.unit_scorecard_all where is_primary_methodology"
    differing = direct.execute(
        f"select count(*) from ((from marts.unit_scorecard except {of_all}) union all"
        f" ({of_all} except from marts.unit_scorecard))"
    ).fetchone()
    assert differing == (0,)
    assert direct.execute("select distinct methodology_code from marts.unit_scorecard").fetchall() == [("presence",)]
    comments = "select column_name, comment from duckdb_columns() where table_name = $1 order by column_index"
    scorecard, everything = (
        direct.execute(comments, [name]).fetchall() for name in ("unit_scorecard", "unit_scorecard_all")
    )
    assert scorecard == everything


def test_it_compares_with_the_year_before_under_the_same_methodology(home: Home) -> None:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        compared, differing = connection.execute(
            """
            select count(*), count(*) filter (
                now.previous_published_score is distinct from before.published_score
                or now.previous_rank_overall is distinct from before.rank_overall
                or now.rank_gain is distinct from before.rank_overall - now.rank_overall
            )
            from marts.unit_scorecard_all as now
            inner join marts.unit_scorecard_all as before
                on now.methodology_code = before.methodology_code
                and now.unit_code = before.unit_code
                and before.assessment_year = 2018
            where now.assessment_year = 2019 and now.published_score is not null
            """
        ).fetchone()
    assert (compared, differing) == (44, 0)


def test_the_tests_of_its_shape_and_figures_pass(home: Home) -> None:
    assert "ERROR=0" in dbt.run(home, ["test", "--select", "unit_scorecard_all"])


def test_a_test_finds_every_column_that_is_not_as_it_should_be(home: Home) -> None:
    change(home, "alter table marts.unit_scorecard_all drop column t1_score")
    change(home, "alter table marts.unit_scorecard_all add column t9_score decimal(14, 4)")
    change(home, "alter table marts.unit_scorecard_all alter column grade type integer using 1")
    change(home, "comment on column marts.unit_scorecard_all.t2_score is null")
    with pytest.raises(UsageError, match="Got 4 results"):
        dbt.run(home, ["test", "--select", "node_score_columns_follow_the_tree"])


def test_a_test_finds_every_figure_that_is_not_as_it_should_be(home: Home) -> None:
    one = "assessment_year = 2019 and methodology_code = 'presence' and unit_code"
    change(home, f"update marts.unit_scorecard_all set t1_score = 0.01 where {one} = '520402'")
    change(home, f"update marts.unit_scorecard_all set published_score = 0.01 where {one} = '520403'")
    with pytest.raises(UsageError, match="Got 2 results"):
        dbt.run(home, ["test", "--select", "scorecard_repeats_the_scores"])
    change(home, f"delete from marts.unit_scorecard_all where {one} = '110101'")
    # The unit's own row, five dimensions and nineteen second-level indicators.
    with pytest.raises(UsageError, match="Got 27 results"):
        dbt.run(home, ["test", "--select", "scorecard_repeats_the_scores"])


@pytest.mark.parametrize(
    ("node_code", "message"),
    [("t", "Nodes T and t would share the column t_score"), ("Published", "another column's name")],
)
def test_ambiguous_columns_end_the_build(home: Home, node_code: str, message: str) -> None:
    change(
        home,
        f"insert into intermediate.int_methodology_node by name select * replace ('{node_code}' as node_code, "
        "'001.009' as sort_path) from intermediate.int_methodology_node "
        "where methodology_code = 'quality' and node_code = 'T'",
    )
    with pytest.raises(UsageError, match=message):
        dbt.run(home, ["run", "--select", "unit_scorecard_all"])
