"""A job run in a process of its own: prepares, says so, waits for a line, runs. Arguments: home, job, year."""

import sys
from pathlib import Path

from orchestration.home import Home
from orchestration.pipeline.code_location import definitions_of
from orchestration.pipeline.execution import execute
from orchestration.pipeline.instance import open_instance
from orchestration.pipeline.partitions import span_tags

if __name__ == "__main__":
    home = Home(Path(sys.argv[1]))
    with open_instance(home) as instance:
        job = definitions_of(home).resolve_job_def(sys.argv[2])
        print("ready", flush=True)
        sys.stdin.readline()
        outcome = execute(instance, job, span_tags([int(sys.argv[3])]))
    print(outcome.errors)
    sys.exit(not outcome.success)
