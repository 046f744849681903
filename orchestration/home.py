"""Where things lie: what zhengxin ships, and the home, a folder of the user's in which all else lives."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.wording import Wording

HOME_VARIABLE = "ZHENGXIN_HOME"
SETTINGS_NAME = "zhengxin.toml"
PACKAGE = Path(__file__).resolve().parent
# Where the wheel keeps what stands beside the package in a checkout.
INSTALLED = PACKAGE / "shipped"


def project_root() -> Path:
    """Folder that holds what zhengxin ships, `dbt_project/`, `seeds/` and `profiles.yml`: the root of a checkout, or a
    folder of the installed package."""
    return INSTALLED if INSTALLED.is_dir() else PACKAGE.parent


def is_installed() -> bool:
    """Whether this is an installed package, rather than a checkout."""
    return INSTALLED.is_dir()


def shipped_seeds() -> Path:
    """Folder of the seeds that zhengxin ships: methodology, geography, published figures."""
    return project_root() / "seeds"


@dataclass(frozen=True)
class Home:
    """One home: every path that a run reads or writes lies below `root`."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The home named by `ZHENGXIN_HOME`, else the nearest folder upwards that holds a `zhengxin.toml`, else `var/`
        of a checkout. Raises `UsageError` where there is none of them."""
        named = os.environ.get(HOME_VARIABLE)
        if named:
            return cls(Path(named).expanduser().resolve())
        found = folder_around(Path.cwd())
        if found is None and is_installed():
            raise UsageError(
                Wording(
                    f"{Path.cwd()} 及其上级文件夹中没有 {SETTINGS_NAME}:zhengxin init DIR "
                    "建立指数的文件夹,zhengxin demo 建立供试用的;或用 --home DIR 指定。",
                    f"There is no {SETTINGS_NAME} in {Path.cwd()} or a folder above: zhengxin init "
                    "DIR makes a folder for "
                    "an index, zhengxin demo one to try; or name one with --home DIR.",
                )
            )
        return cls(found or project_root() / "var")

    @classmethod
    def of_warehouse(cls, warehouse: Path) -> Home:
        """The home whose warehouse file this is."""
        return cls(warehouse.parent.parent)

    @property
    def settings(self) -> Path:
        return self.root / SETTINGS_NAME

    @property
    def seeds(self) -> Path:
        """The user's own rows; what the scores are computed from is `orchestration.seeds.seeds_folder`."""
        return self.root / "seeds"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def collected(self) -> Path:
        """What `zhengxin collect` found and the answers that show it."""
        return self.root / "collected"

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
    def spark(self) -> Path:
        """What Spark is told of the home, and what it makes; see `warehouse.evidence_elsewhere`."""
        return self.root / "spark"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"


def folder_around(place: Path) -> Path | None:
    """The nearest folder from `place` upwards that holds a `zhengxin.toml`, as git finds its root."""
    place = place.resolve()
    return next((folder for folder in (place, *place.parents) if (folder / SETTINGS_NAME).is_file()), None)
