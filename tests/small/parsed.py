"""What dbt parsed for one home serves every other one of the same project: a parse takes ten seconds."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from orchestration.home import Home
from orchestration.warehouse import dbt

# The folder that the processes of one test run share; without it every home is parsed for itself.
SHARED = "ZHENGXIN_SHARED_PARSES"


def share_parse(home: Home) -> None:
    """Parse the project of `home`, or take over what was parsed of the same project before."""
    if SHARED not in os.environ:
        return
    parsed = Path(os.environ[SHARED]) / dbt.manifest_digest(home)
    if not parsed.exists():
        dbt.prepare_manifest(home)
        made = Path(tempfile.mkdtemp(dir=parsed.parent))
        for folder in (dbt.manifest_folder(home), dbt.parse_folder(home)):
            shutil.copytree(folder, made / folder.name)
        try:
            made.rename(parsed)
        except OSError:  # another process was faster
            shutil.rmtree(made)
    shutil.copytree(parsed, home.dbt, dirs_exist_ok=True)
