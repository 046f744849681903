"""Writes a new project folder. What is there already is never overwritten."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from string import Template

from orchestration.errors import UsageError
from orchestration.home import Home, shipped_seeds
from orchestration.landing.contracts import CONTRACTS
from orchestration.project_folder.territory import cut_to
from orchestration.seeds import Row, SeedTable, read_seed, seed_tables
from orchestration.settings import EN, MANUAL, SEEDS_OVER, SEEDS_OWN, ZH
from orchestration.wording import Wording

FOLDER = Path(__file__).parent
COUNTY_SEEDS = FOLDER / "county"
COUNTY_SERIES, HDI_SERIES, CENSUS_SERIES = "county_integrity", "hdi", "census"
# What every index needs; the other seeds may be left out.
NEEDED = (
    "methodology/series.csv",
    "methodology/tree.csv",
    "methodology/methodology.csv",
    "methodology/edition.csv",
    "methodology/edition_methodology.csv",
    "methodology/node.csv",
    "methodology/measure.csv",
    "methodology/measure_rule.csv",
    "geography/region_level.csv",
    "geography/region.csv",
    "geography/assessment_frame.csv",
)
SERIES_COLUMNS = frozenset(("series_code", "methodology_code", "tree_code", "scenario_code", "variant_code"))
REGION_OF_COUNTIES = Wording(
    "--region 只用于县级指数:zhengxin init --from county --region 520000 文件夹",
    "--region is for the counties' index: zhengxin init --from county --region 520000 DIR",
)
# Thresholds of reviews and reports that hold for any index.
GENERAL = ("methodology/screening_rule.csv", "methodology/report_rule.csv")


class Start(StrEnum):
    """What a new folder begins with."""

    blank = "blank"
    county = "county"
    hdi = "hdi"
    census = "census"


WHAT = {
    Start.blank: "an index of your own: `seeds/` has the columns, the rows are yours",
    Start.county: "the county index that zhengxin ships, with your officers and your data",
    Start.census: "a demonstration on the census of 2020 by county, not an assessment of any government",
    Start.hdi: "the Human Development Index 1990-2022 (UNDP, CC BY 3.0 IGO), as an example to change",
}


def start_folder(
    home: Home, start: Start, publish: str = MANUAL, language: str | None = None, region: str | None = None
) -> list[Path]:
    """Write settings, seeds, inbox and README of a new project folder; return the files, in the order of writing.
    Without a `language` the folder has that of what it starts with.

    `region` is the province or prefecture that the counties' index is to be of. Raises `UsageError` where the folder is
    a project already, or has seeds, and for a region that there is not.
    """
    if region and start is not Start.county:
        raise UsageError(REGION_OF_COUNTIES)
    if home.settings.exists() or any(home.seeds.rglob("*.csv")):
        raise UsageError(
            Wording(
                f"{home.root} 已经是一个项目:其中有 zhengxin.toml 或种子文件。请另指定一个文件夹。",
                f"{home.root} is a project already: it has a zhengxin.toml or seeds. Name another folder.",
            )
        )
    part = cut_to(region, _seeds_of_counties()) if region else {}
    home.root.mkdir(parents=True, exist_ok=True)
    for source in CONTRACTS:
        (home.inbox / source).mkdir(parents=True, exist_ok=True)
    seeds = [_write(home, seed_tables()[place], rows) for place, rows in part.items()]
    seeds += {Start.blank: _blank, Start.county: _county, Start.hdi: _hdi, Start.census: _census}[start](home)
    home.settings.write_text(_settings(start, publish, language, stands_alone=bool(part)), encoding="utf-8")
    readme = home.root / "README.md"
    written = [home.settings, *seeds]
    if not readme.exists():
        readme.write_text(_filled("README.md.in", name=home.root.name, what=WHAT[start]), encoding="utf-8")
        written.append(readme)
    return written


def _settings(start: Start, publish: str, language: str | None, stands_alone: bool) -> str:
    series = {
        Start.blank: None,
        Start.county: COUNTY_SERIES,
        Start.hdi: HDI_SERIES,
        Start.census: CENSUS_SERIES,
    }[start]
    return _filled(
        "zhengxin.toml.in",
        series=f'series = "{series}"' if series else '# series = "my_index"',
        language=language or (EN if start is Start.hdi else ZH),
        seeds=SEEDS_OVER if start in (Start.county, Start.census) and not stands_alone else SEEDS_OWN,
        publish=publish,
    )


def _filled(template: str, **values: str) -> str:
    return Template((FOLDER / template).read_text(encoding="utf-8")).substitute(values)


def _blank(home: Home) -> list[Path]:
    tables = seed_tables()
    written = [_write(home, tables[place], ()) for place in NEEDED if place in tables]
    return written + [_write(home, tables[place], read_seed(shipped_seeds() / place)) for place in GENERAL]


def _county(home: Home) -> list[Path]:
    """Roles and authorities to begin with, and an empty list of officers: who decides belongs to the home."""
    target = home.seeds / "decisions"
    target.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copyfile(path, target / path.name)) for path in sorted((COUNTY_SEEDS / "decisions").iterdir())]


def _hdi(home: Home) -> list[Path]:
    return [_write(home, seed_tables()[place], rows) for place, rows in rows_of_series(HDI_SERIES).items()]


def _census(home: Home) -> list[Path]:
    """Nothing of its own: its units need the history of divisions and the attributes that are shipped."""
    return []


def _seeds_of_counties() -> dict[str, list[Row]]:
    """All that the counties' index is scored by: the rows of its series, and those of seeds that know no series."""
    of_series = rows_of_series(COUNTY_SERIES)
    series = {place for place, table in seed_tables().items() if SERIES_COLUMNS.intersection(table.types)}
    general = {place: read_seed(shipped_seeds() / place) for place in seed_tables() if place not in series}
    return {place: rows for place, rows in (general | dict(of_series)).items() if rows}


def rows_of_series(series_code: str) -> Mapping[str, list[Row]]:
    """The shipped rows of one series, and those that hold for any, by the place of their seed."""
    shipped = {place: read_seed(shipped_seeds() / place) for place in seed_tables()}

    def codes(place: str, column: str) -> set[str]:
        return {row[column] for row in shipped[place] if row["series_code"] == series_code}

    of_series = {
        "series_code": {series_code},
        "methodology_code": codes("methodology/methodology.csv", "methodology_code"),
        "tree_code": codes("methodology/methodology.csv", "tree_code"),
        "scenario_code": codes("scenario/scenario.csv", "scenario_code"),
        "variant_code": codes("variant/variant.csv", "variant_code"),
    }
    kept = {}
    for place, rows in shipped.items():
        column = next((name for name in of_series if name in seed_tables()[place].types), None)
        if column:
            kept[place] = [row for row in rows if row[column] in of_series[column]]
        elif place in GENERAL:
            kept[place] = rows
    return {place: rows for place, rows in kept.items() if rows}


def _write(home: Home, table: SeedTable, rows: Iterable[Row]) -> Path:
    path = home.seeds / table.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table.types), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
