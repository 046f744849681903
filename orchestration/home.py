"""Where things lie: the project's own folders and the home in which a user's data, warehouse and logs live."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "ZHENGXIN_HOME"
PROJECT_VARIABLE = "ZHENGXIN_PROJECT"
SETTINGS_NAME = "zhengxin.toml"


def project_root() -> Path:
    """Folder that holds `dbt_project/`, `seeds/` and `profiles.yml`; `ZHENGXIN_PROJECT` names another."""
    named = os.environ.get(PROJECT_VARIABLE)
    return Path(named).resolve() if named else Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home:
    """One home: every path that a run reads or writes lies below `root`."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The home named by `ZHENGXIN_HOME`, else `var/` in the project."""
        named = os.environ.get(HOME_VARIABLE)
        return cls((Path(named) if named else project_root() / "var").expanduser().resolve())

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse" / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def quality(self) -> Path:
        return self.root / "quality"

    @property
    def dbt(self) -> Path:
        return self.root / "dbt"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"


def seeds_folder() -> Path:
    """Folder of the seeds: methodology, geography, published figures. `ZHENGXIN_SEEDS` names another one (tests do)."""
    named = os.environ.get("ZHENGXIN_SEEDS")
    return Path(named).resolve() if named else project_root() / "seeds"
