"""What one more file costs a home that holds many editions, against one that holds that edition alone.

    python benchmarks/editions.py [FOLDER]

The demo's edition of 2019 is repeated under the years before and after it, with its frame: ten editions of the full
frame. Nine are run; then the tenth comes in, and then one more file for it. A second home holds the tenth edition alone
and gets the same two files. Prints processor seconds of each run and the ratios, which the target is about: at most
1.3. With FOLDER the homes stay there. Takes half an hour and 12 GB of disk.
"""

from __future__ import annotations

import csv
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from orchestration.home import Home, shipped_seeds
from orchestration.landing.contracts import CONTRACTS
from orchestration.project_folder.start import COUNTY_SEEDS

SERIES = "county_integrity"
REPEATED = 2019
YEARS = range(2017, 2027)
TENTH = YEARS[-1]
SOURCES = ("observation", "opinion_event", "verification")
# Seeds with a row of each edition: those of the years that are not there repeat those of the year that is.
OF_EDITIONS = (
    "methodology/edition.csv",
    "methodology/edition_methodology.csv",
    "geography/assessment_frame.csv",
    "geography/region.csv",
)
TARGET = 1.3


def zhengxin(home: Home, *arguments: str) -> float:
    """Run a command and return the processor time that it took, with all of its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_home(root: Path) -> Home:
    home = Home(root)
    home.root.mkdir(parents=True)
    home.settings.write_text(f'series = "{SERIES}"\nseeds = "own"\npublish = "auto"\n', encoding="utf-8")
    shutil.copytree(shipped_seeds(), home.seeds, ignore=shutil.ignore_patterns("*.yml", "*.md"))
    shutil.copytree(COUNTY_SEEDS, home.seeds, dirs_exist_ok=True)
    for name in OF_EDITIONS:
        _repeat_rows(home.seeds / name)
    for name in ("published_figure", "published_constraint", "published_constraint_term"):
        path = home.seeds / "published" / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return home


def _repeat_rows(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if row["series_code"] != SERIES]
    of_year = [row for row in rows if (row["series_code"], row["assessment_year"]) == (SERIES, str(REPEATED))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
        writer.writerows(row | _moved(row, year - REPEATED) for year in YEARS for row in of_year)


def _moved(row: dict[str, str], years: int) -> dict[str, str]:
    moved = {"assessment_year": str(int(row["assessment_year"]) + years)}
    if "frame_date" in row:
        moved["frame_date"] = str(int(row["frame_date"][:4]) + years) + row["frame_date"][4:]
    return moved


def write_edition(landed: Path, home: Home, year: int) -> None:
    """What landed of the repeated edition, as files of another year."""
    with duckdb.connect(str(landed), read_only=True) as connection:
        for source in SOURCES:
            folder = home.inbox / source
            folder.mkdir(parents=True, exist_ok=True)
            stored = [column for column in CONTRACTS[source].columns if column.is_stored]
            columns = ", ".join(_as_of(column.name, column.kind, year) for column in stored)
            rows = (
                f"select {columns} from raw.{source} where assessment_year = {REPEATED} order by batch_id, row_number"
            )
            connection.execute(f"copy ({rows}) to '{folder / f'{year}.csv'}'")


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


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        demo, many, alone = Home(folder / "demo"), make_home(folder / "many"), make_home(folder / "alone")
        zhengxin(demo, "demo", "county", "--years", str(REPEATED))
        zhengxin(demo, "run", str(REPEATED))
        for year in YEARS[:-1]:
            write_edition(demo.warehouse, many, year)
        nine = zhengxin(many, "run")
        print(f"nine editions                 {nine:7.1f} s")
        for what, bring in (("the tenth", write_edition), ("one more file for it", write_one_more)):
            taken = []
            for home in (many, alone):
                bring(*((demo.warehouse, home, TENTH) if bring is write_edition else (home, TENTH)))
                taken.append(zhengxin(home, "run", str(TENTH)))
            print(
                f"{what:<28}  {taken[0]:7.1f} s  alone {taken[1]:.1f} s  × {taken[0] / taken[1]:.2f} (target {TARGET})"
            )


if __name__ == "__main__":
    main()
