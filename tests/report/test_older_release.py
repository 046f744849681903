"""A release that an older version made, without the columns that came later, serves every reader."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import openpyxl
import pytest

from orchestration.commands.subject import find_edition, find_unit
from orchestration.file_digest import sha256_of
from orchestration.release.older import LATER_COLUMNS, columns_by_table, connect_release, lacking
from orchestration.release.workbook import write_csv_files, write_workbook
from orchestration.report.write import Format, write_report
from orchestration.site.build import build_site
from orchestration.site.editions import open_editions
from tests.report.small_world import GUIZHOU, PLAIN

# What an older release did not compute, and the newer one of the small world did.
LOST = ("scope_name", "mean_of_subregions", "weighted_mean")


@pytest.fixture(scope="module")
def older(small_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("older") / "zhengxin-2019-r1.duckdb"
    shutil.copyfile(small_release, path)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        there = columns_by_table(connection)
        for table, later in LATER_COLUMNS.items():
            for column in later if table in there else ():
                connection.execute(f"alter table marts.{table} drop column {column}")
        assert lacking(columns_by_table(connection)).keys() == LATER_COLUMNS.keys() & there.keys()
    return path


def test_later_columns_say_what_older_ones_said(small_release: Path, older: Path) -> None:
    """On an edition of the whole nation, whose widest ranking is the national one."""
    with connect_release(small_release) as now, connect_release(older) as then:
        for table, later in LATER_COLUMNS.items():
            names = [name for name in later if not name.startswith(LOST)]
            if not names or table not in columns_by_table(now):
                continue
            query = f"select {', '.join(names)} from marts.{table} order by all"
            assert then.execute(query).fetchall() == now.execute(query).fetchall() != [], table


def test_nothing_but_the_release_is_read_and_nothing_written(older: Path, tmp_path: Path) -> None:
    with connect_release(older) as connection:
        for statement in (
            f"attach '{tmp_path / 'other.duckdb'}'",
            f"copy (select 1) to '{tmp_path / 'out.csv'}'",
            "set enable_external_access = true",
            "insert into released.marts.release_info select * from released.marts.release_info",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("region", ["000000", GUIZHOU, PLAIN])
def test_a_report_reads_alike(small_release: Path, older: Path, tmp_path: Path, region: str) -> None:
    pages = []
    for name, file in (("now", small_release), ("then", older)):
        text = write_report(file, region, "zh", Format.html, tmp_path / name).files[0].read_text(encoding="utf-8")
        # A report names the very file that it was written from.
        assert sha256_of(file) in text
        pages.append(text.replace(sha256_of(file), "the file's hash"))
    assert pages[0] == pages[1]


def test_an_export_reads_alike(small_release: Path, older: Path, tmp_path: Path) -> None:
    for name, file in (("now", small_release), ("then", older)):
        write_workbook(file, tmp_path / f"{name}.xlsx", "zh")
        write_csv_files(file, tmp_path / name, "en")
    rankings = [
        [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / f"{name}.xlsx").worksheets[0].rows]
        for name in ("now", "then")
    ]
    assert rankings[0] == rankings[1]
    assert (tmp_path / "now" / "ranking.csv").read_text() == (tmp_path / "then" / "ranking.csv").read_text()


@pytest.mark.slow
def test_the_site_shows_it(small_release: Path, older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Processes that write side by side import everything first.
    monkeypatch.setattr("orchestration.site.build.worker_processes", lambda count: ThreadPoolExecutor(1))
    built = {
        name: build_site({"2019-r1": file}, tmp_path / name, head="0123abcd")
        for name, file in (("now", small_release), ("then", older))
    }
    assert built["now"].file_count == built["then"].file_count
    pages = [path.relative_to(tmp_path / "now") for path in (tmp_path / "now").rglob("*.html")]
    # The page of downloads names sizes and hashes.
    compared = [page for page in pages if page.stem != "downloads"]
    assert len(compared) > 20
    differing = [
        page for page in compared if (tmp_path / "now" / page).read_text() != (tmp_path / "then" / page).read_text()
    ]
    assert differing == []
    with open_editions([older]) as editions:
        assert all(row["rank_overall"] or not row["is_ranked"] for row in editions.ask("unit_score"))


def test_a_unit_is_explained_from_it(older: Path) -> None:
    with connect_release(older) as connection:
        edition = find_edition(connection, None, None)
        assert find_unit(connection, edition, PLAIN).unit_code == PLAIN
