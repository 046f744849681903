"""A person's shell: `zhengxin` on the path, no variable of ours, and a folder to begin in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


class Shell:
    """Runs blocks of commands one after the other, each in the folder that the one before ended in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        self._programs = folder / "bin"
        self._programs.mkdir()
        program = self._programs / "zhengxin"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orchestration.cli "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        self._place = folder / "place"

    def run(self, commands: str) -> str:
        """What the commands print; fails with it where one of them fails."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("ZHENGXIN_", "DAGSTER_", "DBT_"))
        }
        done = subprocess.run(
            ["bash", "-e", "-c", f"{commands}\npwd > '{self._place}'"],
            cwd=self.folder,
            env=kept
            | {
                "PATH": f"{self._programs}{os.pathsep}{kept['PATH']}",
                "PYTHONIOENCODING": "utf-8",
                "COLUMNS": "200",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}"
        self.folder = Path(self._place.read_text(encoding="utf-8").strip())
        return done.stdout


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("reader"))
