"""Lets atheris look for bytes on which a reader breaks down, from a sound file of each format:

    python -m tests.landing.fuzz_with_atheris [-max_total_time=SECONDS] [-runs=NUMBER]

Needs the extra `fuzz`. What it finds it writes as crash-*; make such a file a case of `test_fuzz`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["orchestration.landing.readers"]):
    from tests.landing.test_fuzz import SAMPLES, check


def main() -> None:
    with TemporaryDirectory() as corpus:
        for kind, content in SAMPLES.items():
            (Path(corpus) / kind).write_bytes(content)
        atheris.Setup([*sys.argv, corpus], check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
