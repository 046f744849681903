"""dbt as a process: what it does when nobody hears it any more, and what it makes of events that nobody hears."""

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

# An event of which nobody hears and one that is read, in a process of their own: dbt's class changes.
EVENTS = """
import dbt_common.events.base_types as types
from dbt.adapters.events.types import SQLQuery
from orchestration.warehouse.dbt_process import make_messages_when_read
given = {"conn_name": "model.x", "sql": "select 1", "node_info": {"node_name": "x"}}
as_dbt_makes_it = SQLQuery(**given)
made, make = [], types.ParseDict
types.ParseDict = lambda *given: made.append(given) or make(*given)
make_messages_when_read()
unheard, heard = SQLQuery(**given), SQLQuery(**given)
assert made == [], made
assert heard.to_dict() == as_dbt_makes_it.to_dict() and heard.message() == as_dbt_makes_it.message()
assert types.msg_from_base_event(heard).data == as_dbt_makes_it.pb_msg
heard.sql = "select 2"
assert heard.sql == "select 2" and unheard.level_tag() == types.EventLevel.DEBUG
"""


def test_an_event_that_nobody_reads_is_no_message_and_others_are_as_dbt_makes_them() -> None:
    told = subprocess.run([sys.executable, "-c", EVENTS], capture_output=True, text=True, timeout=50)
    assert told.returncode == 0, told.stderr


def test_a_process_whose_caller_was_killed_ends() -> None:
    """In whichever thread it finds out, while others wait."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as nobody:
        ended = subprocess.run([sys.executable, "-c", TELL], stdout=nobody, timeout=50)
    assert ended.returncode == BROKEN
