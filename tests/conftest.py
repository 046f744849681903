"""What holds for all tests: which worker runs them, and that none, nor any process that it starts, reaches beyond this
machine, for nothing of the product needs a network."""

from __future__ import annotations

import atexit
import gc
import os
import runpy
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from orchestration.home import project_root
from tests.small.cold import WARM
from tests.small.parsed import SHARED

# Python imports what lies here in every process of the tests: see `sitecustomize.py` there.
EVERY_PROCESS = Path(__file__).parent / "every_process"
# The folders that take longest start first, so that the workers end at about the same time; not two at once that start
# with a parse of the same project.
LONGEST = (
    *("release", "yearly_run", "orchestration", "landing", "report", "evidence", "daily", "methodology", "unit"),
    *("own_index", "collect", "faults", "demo", "bi"),
)


class OneWorkerAFolder(LoadScopeScheduling):
    """A folder's tests share fixtures that take long, so they stay with one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return _folder(nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    # Workers are started by the process that makes it, with its environment.
    if SHARED not in os.environ:
        os.environ[SHARED] = tempfile.mkdtemp(prefix="zhengxin-parsed-")
        atexit.register(shutil.rmtree, os.environ[SHARED], ignore_errors=True)
        os.environ[WARM] = tempfile.mkdtemp(prefix="zhengxin-warm-")
        (Path(os.environ[WARM]) / "tests.pid").write_text(str(os.getpid()), encoding="ascii")
        atexit.register(shutil.rmtree, os.environ[WARM], ignore_errors=True)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneWorkerAFolder:
    return OneWorkerAFolder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(_folder(item.nodeid)))


def pytest_collection_finish() -> None:
    # What the collection made lives as long as the process: each full collection of garbage would look at it again.
    gc.collect()
    gc.freeze()


def _folder(nodeid: str) -> str:
    """`tests/release/test_x.py::test_y` lies in `release`."""
    return nodeid.split("/")[1]


def _turn(folder: str) -> int:
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def refused_connections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file in which attempts to connect elsewhere are noted; from now on they fail, here and in every process."""
    log = tmp_path_factory.mktemp("network") / "refused.txt"
    log.touch()
    os.environ["REFUSED_CONNECTIONS"] = str(log)
    os.environ["PYTHONPATH"] = os.pathsep.join((str(EVERY_PROCESS), str(project_root())))
    runpy.run_path(str(EVERY_PROCESS / "loopback_only.py"))
    return log


@pytest.fixture(autouse=True)
def _no_connection_leaves(refused_connections: Path) -> Iterator[None]:
    yield
    refused = refused_connections.read_text(encoding="utf-8")
    refused_connections.write_text("", encoding="utf-8")
    assert refused == ""
