"""Backup, loss of everything, and restore by the very commands that docs/operations.md gives."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home, project_root
from tests.deploy.conftest import DATABASE, DEPLOY, Recorded

pytestmark = pytest.mark.slow

OPERATIONS = project_root() / "docs" / "operations.md"
SCORES = "select to_json(s) from marts.fct_unit_score as s order by all"


def documented_restore() -> str:
    """The blocks of commands of the section on backup and restore, in their order."""
    section = OPERATIONS.read_text(encoding="utf-8").split("### Backup and restore")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 2
    return "set -eu\n" + "\n".join(blocks)


def released_files(home: Home) -> dict[str, str]:
    return {
        str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.releases.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def scores(home: Home) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.execute(SCORES).fetchall()


def test_what_is_lost_comes_back(recorded: Recorded, tmp_path: Path) -> None:
    home = recorded.home
    archives = tmp_path / "backup"
    variables = recorded.environment | {"PATH": recorded.server.variables["PATH"]}
    made = subprocess.run(
        [str(DEPLOY / "backup.sh")],
        env=variables | {"ZHENGXIN_HOME": str(home.root), "BACKUP_DIR": str(archives)},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    assert sorted(path.suffix for path in archives.iterdir()) == [".dump", ".gz", ".sha256", ".sha256"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in archives.iterdir()), "others can read it"
    before, scored = released_files(home), scores(home)
    assert any(name.endswith(".duckdb") for name in before)

    shutil.move(home.root, tmp_path / "lost")
    recorded.server.call("dropdb", DATABASE)

    # The commands of the documentation, on these places.
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "zhengxin").write_text(f'#!/bin/sh\nexec {sys.executable} -m orchestration.cli "$@"\n', "ascii")
    (bin_folder / "zhengxin").chmod(0o755)
    commands = (
        documented_restore().replace("/srv/zhengxin-backup", str(archives)).replace("/srv/restored", str(home.root))
    )
    assert "/srv" not in commands
    restored = subprocess.run(
        ["sh", "-c", commands],
        env=variables | recorded.server.variables | {
            "PATH": f"{bin_folder}:{recorded.server.variables['PATH']}",
            "PYTHONPATH": os.pathsep.join((os.environ.get("PYTHONPATH", ""), str(project_root()))),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "annual_run success" in restored.stdout, "the history of runs is there again"
    assert released_files(home) == before
    assert scores(home) == scored


def test_without_a_dump_there_is_no_archive(recorded: Recorded, tmp_path: Path) -> None:
    """An archive that lacks what its neighbour has would be taken for a whole one."""
    refused = subprocess.run(
        [str(DEPLOY / "backup.sh")],
        env=recorded.environment | {
            "PATH": recorded.server.variables["PATH"],
            "ZHENGXIN_HOME": str(recorded.home.root),
            "BACKUP_DIR": str(tmp_path / "backup"),
            "ZHENGXIN_DAGSTER_DATABASE": recorded.server.address.replace("for%20this", "wrong"),
        },
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "wrong" not in refused.stderr, "no password in a message"
    assert [*(tmp_path / "backup").iterdir()] == []
