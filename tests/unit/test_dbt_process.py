"""dbt as a process: what it does when nobody hears it any more."""

from __future__ import annotations

import os
import subprocess
import sys

from orchestration.warehouse.dbt_process import BROKEN

TELL = """
import threading, time
from types import SimpleNamespace
from orchestration.warehouse.dbt_process import Told
event = SimpleNamespace(info=SimpleNamespace(level="info", name="x", msg="built"))
thread = threading.Thread(target=Told(open("/dev/null", "w"), False, False), args=[event])
thread.start()
time.sleep(60)
"""


def test_a_process_whose_caller_was_killed_ends() -> None:
    """In whichever thread it finds out, while others wait."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as nobody:
        ended = subprocess.run([sys.executable, "-c", TELL], stdout=nobody, timeout=50)
    assert ended.returncode == BROKEN
