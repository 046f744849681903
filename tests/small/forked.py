"""Processes that a test can kill or hold, forked from a clean one that has the slow imports done.

There is one such server in a process, with the imports that it was started with: they stand here for all tests.
"""

from __future__ import annotations

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        "tests.faults.steps",
        "orchestration.pipeline.code_location",
        # What imports Great Expectations.
        "orchestration.landing.judge",
        "orchestration.quality.results",
    ]
)
