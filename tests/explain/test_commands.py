"""`zhengxin explain` and `zhengxin compare` on a random world: what they answer, and what they refuse."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from rich.cells import cell_len

from orchestration.commands.node_tree import NodeLine, print_node_tree
from orchestration.commands.subject import Edition, find_unit
from orchestration.commands.terminal import console_on, fitted, table
from orchestration.errors import UsageError
from orchestration.home import Home
from tests.explain.conftest import records


def call(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGXIN_")}
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *arguments],
        env=kept | {"PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def pair(warehouse: duckdb.DuckDBPyConnection) -> dict:
    """A methodology with two scored units in the later year, the first of them scored in both."""
    [chosen, *_] = records(
        warehouse,
        """
        select later.methodology_code, later.assessment_year as year, earlier.assessment_year as earlier_year,
            min(later.unit_code) as unit_code, max(later.unit_code) as other_code, count(*) as unit_count
        from marts.fct_unit_score as later
        inner join marts.fct_unit_score as earlier
            on later.series_code = earlier.series_code and later.methodology_code = earlier.methodology_code
            and later.unit_code = earlier.unit_code and later.assessment_year = earlier.assessment_year + 1
        where later.score is not null and earlier.score is not null and later.score <> earlier.score
        group by all having count(*) > 1
        order by later.methodology_code
        """,
    )
    return chosen


def leaves(branch: dict) -> Iterator[dict]:
    if "children" in branch:
        for child in branch["children"]:
            yield from leaves(child)
    else:
        yield branch


def test_json_goes_from_the_composite_to_the_rows(world_home: Home, pair: dict) -> None:
    done = call(
        world_home, "explain", pair["unit_code"], "--year", str(pair["year"]),
        *("--methodology", pair["methodology_code"], "--format", "json"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert Decimal(answer["node"]["points"]) == Decimal(answer["unit"]["score"])
    assert sum(Decimal(leaf["points"]) for leaf in leaves(answer["node"])) == Decimal(answer["unit"]["score"])
    traced = [trace for leaf in leaves(answer["node"]) for trace in leaf["trace"]]
    assert any(trace["batch_id"] and trace["row_number"] for trace in traced)


def test_tree_shows_every_node_once(world_home: Home, warehouse: duckdb.DuckDBPyConnection, pair: dict) -> None:
    done = call(
        world_home, "explain", pair["unit_code"], "--year", str(pair["year"]), "--methodology", pair["methodology_code"]
    )
    assert done.returncode == 0, done.stderr
    nodes = records(
        warehouse,
        """
        select * from marts.score_contribution
        where methodology_code = $1 and assessment_year = $2 and unit_code = $3
        """,
        [pair["methodology_code"], pair["year"], pair["unit_code"]],
    )
    for node in nodes:
        shown = [
            line for line in done.stdout.splitlines() if f" {node['node_code']} " in f" {line.lstrip('│├└─ ')}"[:40]
        ]
        assert any(f"{node['points']:.4f}" in line for line in shown), node


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_node_shows_all_that_is_known(
    world_home: Home, warehouse: duckdb.DuckDBPyConnection, pair: dict, language: str
) -> None:
    [trace, *_] = records(
        warehouse,
        """
        select * from marts.score_trace
        where methodology_code = $1 and assessment_year = $2 and unit_code = $3
            and state = 'observed' and source = 'observation'
        order by sort_path, item_code
        """,
        [pair["methodology_code"], pair["year"], pair["unit_code"]],
    )
    done = call(
        world_home, "explain", pair["unit_code"].lower(), "--year", str(pair["year"]),
        *("--methodology", pair["methodology_code"], "--node", trace["node_code"].upper(), "--language", language),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    formulas = [f"{name}_zh" if language == "zh" else name for name in ("parameters", "arithmetic", "leaf_arithmetic")]
    for column in (
        *formulas,
        "file_sha256",
        "batch_id",
        "collector",
        f"rule_text_{language}",
    ):
        assert trace[column] in done.stdout, column
    place = {"zh": "第 {} 行", "en": "row {}"}[language].format(trace["row_number"])
    assert f"{trace['source']}/{trace['file_name']} {place}" in done.stdout


def test_labels_stand_in_the_language_asked_for(world_home: Home, pair: dict) -> None:
    asked = ["--year", str(pair["year"]), "--methodology", pair["methodology_code"]]
    said = {
        (command, language): call(world_home, command, *units, *asked, "--language", language).stdout
        for command, units in (
            ("explain", [pair["unit_code"]]),
            ("compare", [pair["unit_code"], pair["other_code"]]),
        )
        for language in ("zh", "en")
    }
    labels = {
        "explain": {
            "zh": ["满分", "失分最多之处", "第", "行"],
            "en": ["full mark", "Where most was lost", " of ", "row "],
        },
        "compare": {"zh": ["前者", "差额"], "en": ["first", "difference"]},
    }
    for command, words in labels.items():
        for language, other in (("zh", "en"), ("en", "zh")):
            assert [word for word in words[language] if word not in said[command, language]] == []
            # A number may be "1 of 2" in a reason of the other language, never a label.
            assert [word for word in words[other] if f"{word} " in said[command, language].splitlines()[3]] == []


def differences(output: str) -> list[Decimal]:
    """The last number of each line with a difference below the root, by depth 1."""
    lines = [line for line in output.splitlines() if line.startswith(("├── ", "└── "))]
    return [
        Decimal(line.split("  ")[-1].strip() if "→" not in line else line.split("  ")[-2].strip()) for line in lines
    ]


@pytest.mark.parametrize("way", ["two units", "two years"])
def test_differences_add_up(world_home: Home, warehouse: duckdb.DuckDBPyConnection, pair: dict, way: str) -> None:
    scores = {
        (row["assessment_year"], row["unit_code"]): row["score"]
        for row in records(
            warehouse, "select * from marts.fct_unit_score where methodology_code = $1", [pair["methodology_code"]]
        )
    }
    year, unit, other = pair["year"], pair["unit_code"], pair["other_code"]
    if way == "two units":
        arguments = [unit, other, "--year", str(year)]
        expected = scores[year, other] - scores[year, unit]
    else:
        arguments = [unit, "--years", str(pair["earlier_year"]), str(year)]
        expected = scores[year, unit] - scores[pair["earlier_year"], unit]
    done = call(world_home, "compare", *arguments, "--methodology", pair["methodology_code"])
    assert done.returncode == 0, done.stderr
    # Shown with four decimals, so each may be half of the last one away.
    shown = differences(done.stdout)
    assert abs(sum(shown) - expected) <= Decimal("0.00005") * (len(shown) + 1)


def test_a_comparison_in_json_adds_up_exactly(
    world_home: Home, warehouse: duckdb.DuckDBPyConnection, pair: dict
) -> None:
    unit, year, methodology = pair["unit_code"], pair["year"], pair["methodology_code"]
    done = call(
        world_home, "compare", unit, "--years", str(pair["earlier_year"]), str(year),
        *("--methodology", methodology, "--format", "json"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [answer[side]["assessment_year"] for side in ("former", "latter")] == [pair["earlier_year"], year]
    [root, *below] = answer["nodes"]
    below = [Decimal(node["difference"]) for node in below if node["parent_node_code"] == root["node_code"]]
    assert sum(below) == Decimal(root["difference"])
    [score] = records(
        warehouse,
        "select score from marts.fct_unit_score"
        " where methodology_code = $1 and assessment_year = $2 and unit_code = $3",
        [methodology, year, unit],
    )
    assert Decimal(root["latter_points"]) == score["score"]


def test_a_code_of_another_year_is_followed_both_ways() -> None:
    edition = Edition("s", 2019, "m", "1", "synthetic", 2)
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.dim_unit as
            select 's' as series_code, assessment_year, unit_code, name_zh, cast(null as varchar) as name_en,
                'P' as province_name_zh, null as prefecture_name_zh, null as province_name_en,
                null as prefecture_name_en, lineage_code, previous_unit_code,
                true as is_included,
                null as exclusion_reason_zh, null as exclusion_reason_en
            from (values
                (2017, '522322', '兴仁县', 'a', null), (2018, '522322', '兴仁县', 'a', '522322'),
                (2019, '522302', '兴仁市', 'a', '522322'), (2018, '522399', '并入县', 'gone', null)
            ) as units (assessment_year, unit_code, name_zh, lineage_code, previous_unit_code)
            """
        )
        for named in ("522322", "兴仁县"):
            unit = find_unit(connection, edition, named)
            assert (unit.unit_code, unit.followed_from.en) == ("522302", "522322 兴仁县 of 2018")
            assert unit.followed_from.zh == "2018 年度的 522322 兴仁县"
        earlier = find_unit(connection, replace(edition, year=2017), "522302")
        assert (earlier.unit_code, earlier.followed_from.en) == ("522322", "522302 兴仁市 of 2019")
        assert find_unit(connection, edition, "522302").followed_from is None
        with pytest.raises(UsageError, match="no unit '522399'"):
            find_unit(connection, edition, "522399")
        # As in a release, which has one edition.
        connection.execute("delete from marts.dim_unit where assessment_year <> 2019")
        assert find_unit(connection, edition, "522322").followed_from.en == "522322 of the edition before"


@pytest.fixture(scope="module", params=["zh", "en"])
def spoken_home(request: pytest.FixtureRequest, world_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The warehouse of the world in a home of either language, whose settings say which."""
    home = Home(tmp_path_factory.mktemp(request.param))
    home.warehouse.parent.symlink_to(world_home.warehouse.parent)
    home.settings.write_text(f'language = "{request.param}"\n', encoding="utf-8")
    return home


CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (
            ["explain", "U0001"],
            ["没有单位“U0001”", "您要找的是不是", "U001"],
            ["no unit 'U0001'", "Did you mean", "U001"],
        ),
        (["explain", "U01"], ["叫“U01”", "请写代码", "U010"], ["'U01' names", "write a code", "U010"]),
        (["explain", "nowhere at all"], ["没有单位“nowhere at all”", "dim_unit"], ["There is no unit", "dim_unit"]),
        (["explain", "U001", "--year", "2035"], ["没有 2035 年度", "2018、2019"], ["no edition 2035", "2018, 2019"]),
        (
            ["explain", "U001", "--methodology", "none"],
            ["没有方法“none”", "method_0"],
            ["no methodology 'none'", "method_0"],
        ),
        (["explain", "U001", "--node", "zzz"], ["没有节点“zzz”"], ["no node 'zzz'"]),
        (["explain", "U001", "--release", "2019"], ["不是发布版本", "2019-r1"], ["is no release", "2019-r1"]),
        (
            ["explain", "U001", "--release", "2019-r1"],
            ["没有发布版本 2019-r1", "还没有"],
            ["no release 2019-r1", "none yet"],
        ),
        (["compare", "U001"], ["请写第二个单位", "--years 2018 2019"], ["Name a second unit", "--years 2018 2019"]),
        (["compare", "U001", "U002", "--years", "2018", "2019"], ["请写第二个单位"], ["Name a second unit"]),
        (["compare", "U001", "--years", "2018", "2019", "--year", "2019"], ["不能同时用"], ["not both"]),
    ],
)
def test_errors_say_what_to_do_in_the_home_s_language(
    spoken_home: Home, arguments: list[str], zh: list[str], en: list[str]
) -> None:
    done = call(spoken_home, *arguments)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("error: ")
    is_chinese = spoken_home.settings.read_text(encoding="utf-8") == 'language = "zh"\n'
    for part in zh if is_chinese else en:
        assert part in "".join(done.stderr.splitlines()) or part in " ".join(done.stderr.split())
    assert bool(CHINESE.search(done.stderr)) is is_chinese


def test_units_left_out_say_why(spoken_home: Home, warehouse: duckdb.DuckDBPyConnection) -> None:
    [left_out, *_] = records(
        warehouse,
        """
        select units.* from marts.dim_unit as units
        inner join marts.release_info as info
            on units.series_code = info.series_code and units.assessment_year = info.assessment_year
            and info.is_primary_methodology and info.series_code = 'first_index'
        where not units.is_included
        """,
    )
    done = call(
        spoken_home, "explain", left_out["unit_code"], "--year", str(left_out["assessment_year"]),
        *("--methodology", "method_0"),
    )  # fmt: skip
    assert done.returncode == 1
    is_chinese = "zh" in spoken_home.settings.read_text(encoding="utf-8")
    for part in ("未纳入", "随机") if is_chinese else ("was left out", "at random"):
        assert part in done.stderr


@pytest.mark.parametrize("width", [60, 80, 120])
def test_chinese_names_keep_the_columns_aligned(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    say = console_on(sys.stdout)
    say.width = width
    leaf = NodeLine("T1.1 政务公开组织领导与责任机构与更多", ["1.5000", "2"])
    root = NodeLine("composite 综合", ["7.5000", "10"], children=[leaf, NodeLine("T2 short", ["6.0000", "8"])])
    print_node_tree(say, ["mark", "full"], root)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert len({cell_len(line) for line in lines}) == 1
    assert cell_len(lines[0]) <= width


@pytest.mark.parametrize(("width", "is_kind_shown"), [(80, False), (120, True)])
def test_tables_never_cut_codes_days_and_numbers(
    width: int, is_kind_shown: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    say = console_on(sys.stdout)
    say.width = width
    columns = ["since", "unit", "weight", "name", "kind", "what"]
    rows = [
        (date(2019, 12, 3), "622927", Decimal("1.65"), "积石山保安族东乡族撒拉族自治县", "舆情事件得分过低", "长" * 99),
        (date(2018, 11, 2), "522702", Decimal(12), "福泉市", "单项否决", "短"),
    ]
    say.print(table(*fitted(say, columns, rows, texts=["name", "what"], least=["kind"])))
    header, *lines = capsys.readouterr().out.splitlines()
    assert ("kind" in header) is is_kind_shown
    assert len(lines) == 2 and max(map(cell_len, [header, *lines])) <= width
    for row, line in zip(rows, lines, strict=True):
        assert line.split()[:3] == [str(row[0]), row[1], str(row[2])]
    assert "自治县" in lines[0] and lines[0].rstrip().endswith("…") and "短" in lines[1]
