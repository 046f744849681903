"""All that this project takes of Dagster beyond its public interface, and the versions in which it was read.

A test fails where other versions are installed, and where another module imports what is private: an upgrade rereads
this page, and the places below, before `READ_IN` is raised.

* `SqliteEventLogStorage` with `_connect`, `_initdb`, `_db_lock` and the paths of its databases, and
  `ConfigurableClassData`, with which an instance makes it: `event_log.py` extends it.
* `WorkspaceProcessContext` and `WorkspaceFileTarget`, with which Dagster's own command starts its web server:
  `web/server.py` puts a guard before it.
* `DAEMON_MODULE`, which the script `dagster-daemon` runs: as a module it is sure to be this environment's.
* Two members of dagster-dbt's `DbtCliResource` that `dbt_models.py` overrides.
* The table of runs, which `run_history.py` reads so that `zhengxin status` need not import Dagster.
"""

from __future__ import annotations

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._serdes import ConfigurableClassData

READ_IN = {"dagster": "1.13.27", "dagster-webserver": "1.13.27", "dagster-dbt": "0.29.27"}
DAEMON_MODULE = "dagster._daemon"

__all__ = [
    "DAEMON_MODULE",
    "READ_IN",
    "ConfigurableClassData",
    "SqliteEventLogStorage",
    "WorkspaceFileTarget",
    "WorkspaceProcessContext",
]
