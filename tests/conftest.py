"""No test, and no process that a test starts, reaches beyond this machine: nothing of the product needs a network."""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.home import project_root

GUARD = Path(__file__).parent / "loopback_only"


@pytest.fixture(scope="session")
def refused_connections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file in which attempts to connect elsewhere are noted; from now on they fail, here and in every process."""
    log = tmp_path_factory.mktemp("network") / "refused.txt"
    log.touch()
    os.environ["REFUSED_CONNECTIONS"] = str(log)
    os.environ["PYTHONPATH"] = os.pathsep.join((str(GUARD), str(project_root())))
    runpy.run_path(str(GUARD / "sitecustomize.py"))
    return log


@pytest.fixture(autouse=True)
def _no_connection_leaves(refused_connections: Path) -> Iterator[None]:
    yield
    refused = refused_connections.read_text(encoding="utf-8")
    refused_connections.write_text("", encoding="utf-8")
    assert refused == ""
