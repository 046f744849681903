"""The wheel, built from this checkout and installed into an empty environment, and a way to call its commands.

The environment holds zhengxin alone; the packages that it needs are those of this environment, by a .pth file, so that
nothing is fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.home import project_root
from tests.small.cold import cold

BUILT_FROM = ("orchestration", "seeds", "dbt_project")
FILES = ("pyproject.toml", "setup.py", "MANIFEST.in", "profiles.yml", "README.md", "LICENSE")
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The executable `zhengxin` of the environment that the wheel was installed into."""
    root = tmp_path_factory.mktemp("installed")
    _pip("wheel", "--no-build-isolation", "--wheel-dir", str(root / "wheel"), str(_copied_source(root / "source")))
    [wheel] = (root / "wheel").glob("*.whl")
    venv.create(root / "environment", symlinks=True)
    python = root / "environment" / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(root / "environment")}))
    # The environment's own packages come first, and .pth files of the folders named are not read: what is imported as
    # `orchestration` is the wheel's.
    (packages / "needed.pth").write_text("\n".join(_package_folders()) + "\n", encoding="utf-8")
    _pip("--python", str(python), "install", "--no-index", str(wheel))
    return python.with_name("zhengxin")


@pytest.fixture
def zhengxin(installed: Path) -> Call:
    """Call the installed `zhengxin ARGUMENTS…` in a folder; no variable of ours reaches it."""

    def call(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(installed), *arguments],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=1800,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return call


def environment() -> dict[str, str]:
    """Of a person who has set nothing; `dbt` is found in the environment that the tests run in."""
    ours = ("ZHENGXIN_", "DAGSTER_", "DBT_")
    kept = {name: value for name, value in cold(os.environ).items() if not name.startswith(ours)}
    guard = str(Path(__file__).parents[1] / "every_process")
    return kept | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), *_beside_packages(), kept["PATH"])),
        "PYTHONPATH": guard,
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "200",
    }


def _copied_source(target: Path) -> Path:
    """What the wheel is built from, apart: a build writes into the folder that it builds."""
    leftovers = shutil.ignore_patterns("__pycache__", "target", "logs", "*.egg-info")
    for name in BUILT_FROM:
        shutil.copytree(project_root() / name, target / name, ignore=leftovers)
    for name in FILES:
        shutil.copyfile(project_root() / name, target / name)
    return target


def _pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--quiet", "--no-deps"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(_package_folders()), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _package_folders() -> list[str]:
    """The folders of packages that this process imports from; one that holds a newer setuptools first."""
    return [path for path in sys.path if path.endswith("site-packages")][::-1]


def _beside_packages() -> list[str]:
    """The folders of programs that belong to them."""
    return [str(Path(path).parents[2] / "bin") for path in _package_folders()]
