"""The process that serves Dagster's web application behind the guard; `zhengxin ui` starts it.

    python -m orchestration.web.server WORKSPACE < settings

The settings come as one line of JSON on standard input, so that the token stands in no list of processes.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import sys
from pathlib import Path

import uvicorn
from dagster import DagsterInstance
from dagster_webserver.app import create_app_from_workspace_process_context

from orchestration.pipeline.dagster_internals import WorkspaceFileTarget, WorkspaceProcessContext
from orchestration.web.guard import Guard, audit
from orchestration.web.settings import ServerSettings

LIVE_DATA_POLL_MILLISECONDS = 2000
STATEMENT_TIMEOUT_MILLISECONDS = 15_000
POOL_RECYCLE_SECONDS = 3600
POOL_OVERFLOW = 20
AUDIT_BYTES, AUDIT_FILES = 5_000_000, 5


def serve(settings: ServerSettings, workspace: str) -> None:
    """Serve the definitions that the workspace file names until the process is told to end."""
    _write_audit_to(Path(settings.audit_log))
    with DagsterInstance.get() as instance:
        instance.optimize_for_webserver(STATEMENT_TIMEOUT_MILLISECONDS, POOL_RECYCLE_SECONDS, POOL_OVERFLOW)
        with WorkspaceProcessContext(
            instance,
            workspace_load_target=WorkspaceFileTarget(paths=[workspace]),
            read_only=settings.read_only,
        ) as context:
            app = create_app_from_workspace_process_context(context, live_data_poll_rate=LIVE_DATA_POLL_MILLISECONDS)
            uvicorn.run(
                Guard(app, settings.access),
                host=settings.host,
                port=settings.port,
                log_level="warning",
                # What a proxy says of the client is not believed, and the program does not name itself.
                proxy_headers=False,
                server_header=False,
                lifespan="off",
            )


def _write_audit_to(path: Path) -> None:
    """Who changed what through the server: kept to a size, the oldest goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=AUDIT_BYTES, backupCount=AUDIT_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    audit.addHandler(handler)
    audit.setLevel(logging.INFO)


if __name__ == "__main__":
    serve(ServerSettings(**json.loads(sys.stdin.readline())), sys.argv[1])
