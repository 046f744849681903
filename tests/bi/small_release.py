"""Releases to point clients at: two regions and two years through the real landing and dbt, cut as a release is cut.

The gates are left out: the nation of the published figures is not the one that is assessed here.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.demo.census import write_census_attributes
from orchestration.home import Home
from orchestration.landing.run import land_inbox
from orchestration.release.catalogue import PUBLIC, Catalogue, ReleaseId
from orchestration.release.cut import ReleaseFacts, cut_public, visible_tables, write_parquet
from orchestration.release.files import replace_file
from orchestration.release.tables import release_tables
from orchestration.warehouse import dbt
from orchestration.warehouse.connection import writing
from orchestration.warehouse.raw import load_raw
from tests.small.home import make_small_home
from tests.small.inbox import PREFECTURE, SERIES, write_small_inbox

# A province whose districts lie right below it, without a prefecture.
MUNICIPALITY = "110000"
YEARS = (2018, 2019)


def build_small_home(root: Path) -> Home:
    """A home whose warehouse holds the scores of `YEARS`; nothing is released yet."""
    home = make_small_home(root, lambda row: row["region_code"] in (PREFECTURE, MUNICIPALITY), draws=64)
    write_small_inbox(home.inbox, list(YEARS), (PREFECTURE, MUNICIPALITY))
    write_census_attributes(home.inbox, ("population",))
    land_inbox(home)
    home.warehouse.parent.mkdir(parents=True)
    with writing(home.warehouse) as connection:
        load_raw(connection, home)
    dbt.run(home, ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"])
    return home


def publish(home: Home, release: ReleaseId) -> Path:
    """Cut the release and put it where `current` is; the path of its folder."""
    catalogue = Catalogue(home.releases)
    folder = catalogue.folder(release)
    facts = ReleaseFacts(release, SERIES, "for a test", f"{release.year + 1}-07-01T09:00:00+08:00", None)
    with writing(home.warehouse) as connection:
        tables = release_tables(connection, dbt.target_folder(home) / dbt.MANIFEST_NAME)
        cut_public(connection, tables, facts, folder)
    write_parquet(catalogue.database(release), visible_tables(tables, PUBLIC), folder / "parquet")
    replace_file(catalogue.database(release), catalogue.current())
    return folder
