"""What one more file costs a home that holds many editions, against one that holds that edition alone.

    python benchmarks/editions.py [FOLDER] [--editions 10] [--units N] [--demo HOME] [--grown]

The demo's edition of 2019 is repeated under other years, with its frame: ten editions of the full frame. All but the
last are run and released; then the last comes in, and then one more file for it. A second home holds the last edition
alone and gets the same two files. Prints processor seconds of each run and the ratios, which the target is about: at
most 1.3. With FOLDER the homes stay there. Takes half an hour and 12 GB of disk; six editions of 200 units, out of a
demo home that is there already, take minutes. `--grown` prints which nodes of dbt took longer for the last file, by the
clock.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import duckdb

from orchestration.home import Home, shipped_seeds
from orchestration.landing.contracts import CONTRACTS
from orchestration.project_folder.start import COUNTY_SEEDS
from orchestration.warehouse import dbt

SERIES = "county_integrity"
REPEATED = 2019
LAST = 2026
SOURCES = ("observation", "opinion_event", "verification")
# Seeds with a row of each edition: those of the years that are not there repeat those of the year that is.
OF_EDITIONS = (
    "methodology/edition.csv",
    "methodology/edition_methodology.csv",
    "geography/assessment_frame.csv",
    "geography/region.csv",
)
TARGET = 1.3
# Cells all of whose rows are quarantined: an edition whose cells wait for an observation is not released.
NOT_COLLECTED = """
    select distinct
        unit_code, {year} as assessment_year, measure_code, null as value, 'not_collected' as state,
        'internet' as channel, 'online' as collection_mode, '{year}-12-01 10:00:00' as captured_at,
        'benchmark' as collector, 'synthetic' as provenance
    from marts.fct_measure_score
    where assessment_year = $year and status = 'quarantined' and list_contains($units, unit_code)
    order by all
"""


def zhengxin(home: Home, *arguments: str) -> float:
    """Run a command and return the processor time that it took, with all of its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_home(root: Path, years: Collection[int], units: Sequence[str]) -> Home:
    home = Home(root)
    home.root.mkdir(parents=True)
    home.settings.write_text(f'series = "{SERIES}"\nseeds = "own"\npublish = "auto"\n', encoding="utf-8")
    shutil.copytree(shipped_seeds(), home.seeds, ignore=shutil.ignore_patterns("*.yml", "*.md"))
    shutil.copytree(COUNTY_SEEDS, home.seeds, dirs_exist_ok=True)
    for name in OF_EDITIONS:
        _repeat_rows(home.seeds / name, years)
    _keep_units(home, set(units))
    # What is known of the nation's editions says nothing of these.
    for name in ("published_figure", "published_constraint", "published_constraint_term"):
        _write_rows(home.seeds / "published" / f"{name}.csv", [])
    return home


def _keep_units(home: Home, units: set[str]) -> None:
    """Cut the frame down to `units` and the regions above them."""
    frame, regions = (home.seeds / "geography" / f"{name}.csv" for name in ("assessment_frame", "region"))
    _keep(frame, lambda row: row["unit_code"] in units)
    _keep(home.seeds / "attributes" / "peer_list.csv", lambda row: row["unit_code"] in units)
    parents = {row["region_code"]: row["parent_region_code"] for row in _rows(regions) if row["series_code"] == SERIES}
    kept, waiting = set(), {row["region_code"] for row in _rows(frame) if row["series_code"] == SERIES}
    while waiting:
        kept |= waiting
        waiting = {parents[region] for region in waiting} - kept - {""}
    _keep(regions, lambda row: row["region_code"] in kept)


def _keep(path: Path, wanted: Callable[[dict[str, str]], bool]) -> None:
    _write_rows(path, [row for row in _rows(path) if row["series_code"] != SERIES or wanted(row)])


def sampled_units(count: int | None) -> list[str]:
    """So many units of the frame, spread over it."""
    frame = [
        row["unit_code"]
        for row in _rows(shipped_seeds() / "geography" / "assessment_frame.csv")
        if (row["series_code"], row["assessment_year"]) == (SERIES, str(REPEATED))
    ]
    return frame[:: max(1, len(frame) // count)][:count] if count else frame


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _repeat_rows(path: Path, years: Collection[int]) -> None:
    rows = _rows(path)
    kept = [row for row in rows if row["series_code"] != SERIES]
    of_year = [row for row in rows if (row["series_code"], row["assessment_year"]) == (SERIES, str(REPEATED))]
    _write_rows(path, kept + [row | _moved(row, year - REPEATED) for year in years for row in of_year])


def _moved(row: dict[str, str], years: int) -> dict[str, str]:
    moved = {"assessment_year": str(int(row["assessment_year"]) + years)}
    if "frame_date" in row:
        moved["frame_date"] = str(int(row["frame_date"][:4]) + years) + row["frame_date"][4:]
    return moved


def write_edition(landed: Path, home: Home, year: int, units: Sequence[str]) -> None:
    """What landed of the repeated edition, as files of another year."""
    with duckdb.connect(str(landed), read_only=True) as connection:
        for source in SOURCES:
            folder = home.inbox / source
            folder.mkdir(parents=True, exist_ok=True)
            stored = [column for column in CONTRACTS[source].columns if column.is_stored]
            columns = ", ".join(_as_of(column.name, column.kind, year) for column in stored)
            rows = connection.sql(
                f"select {columns} from raw.{source} where assessment_year = {REPEATED}"
                " and list_contains($units, unit_code) order by batch_id, row_number",
                params={"units": list(units)},
            )
            rows.write_csv(str(folder / f"{year}.csv"))
        waiting = connection.sql(NOT_COLLECTED.format(year=year), params={"year": REPEATED, "units": list(units)})
        waiting.write_csv(str(home.inbox / "observation" / f"{year}_not_collected.csv"))


def _as_of(column: str, kind: str, year: int) -> str:
    if column == "assessment_year":
        return f"{year} as assessment_year"
    if kind in ("date", "timestamp"):
        return f"cast({column} + to_years({year - REPEATED}) as {kind}) as {column}"
    if column == "cluster_code":
        # An event of several years would count in the first of them alone.
        return f"{column} || '-{year}' as {column}"
    return column


def write_one_more(home: Home, year: int) -> None:
    """A file of a few values, looked up once more."""
    folder = home.inbox / "observation"
    with (folder / f"{year}.csv").open(encoding="utf-8") as file:
        lines = [next(file) for _ in range(101)]
    (folder / f"{year}_more.csv").write_text("".join(lines).replace("-02-", "-03-"), encoding="utf-8")


def seconds_by_node(home: Home) -> dict[str, float]:
    results = json.loads((dbt.target_folder(home) / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {result["unique_id"]: result["execution_time"] for result in results}


def print_grown(many: Home, alone: Home) -> None:
    of_many, of_one = seconds_by_node(many), seconds_by_node(alone)
    grown = sorted(((of_many[node] - of_one.get(node, 0), node) for node in of_many), reverse=True)
    for seconds, node in grown[:40]:
        print(f"{seconds:8.2f} s more  {of_many[node]:7.2f} s  {node}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--editions", type=int, default=10)
    parser.add_argument("--units", type=int, help="of the frame; all of them if none is given")
    parser.add_argument("--demo", type=Path, help="a home with the demo's edition of 2019; one is made otherwise")
    parser.add_argument("--grown", action="store_true")
    return parser.parse_args()


def demo_home(root: Path) -> Home:
    demo = Home(root)
    zhengxin(demo, "demo", "county", "--years", str(REPEATED))
    zhengxin(demo, "run", str(REPEATED))
    return demo


def main() -> None:
    given = arguments()
    years, units = range(LAST - given.editions + 1, LAST + 1), sampled_units(given.units)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        landed = (Home(given.demo) if given.demo else demo_home(folder / "demo")).warehouse
        many, alone = (make_home(folder / name, years, units) for name in ("many", "alone"))
        for year in years[:-1]:
            write_edition(landed, many, year, units)
        print(f"{f'{given.editions - 1} editions':<28}  {zhengxin(many, 'run'):7.1f} s", flush=True)
        for what in ("the last", "one more file for it"):
            taken = []
            for home in (many, alone):
                if what == "the last":
                    write_edition(landed, home, LAST, units)
                else:
                    write_one_more(home, LAST)
                taken.append(zhengxin(home, "run", str(LAST)))
            ratio = f"× {taken[0] / taken[1]:.2f} (target {TARGET})"
            print(f"{what:<28}  {taken[0]:7.1f} s  alone {taken[1]:.1f} s  {ratio}", flush=True)
        if given.grown:
            print_grown(many, alone)


if __name__ == "__main__":
    main()
