"""Random draws of the demo: one generator per purpose, so that a draw added in one place moves nothing elsewhere."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """A generator that depends on the seed and the words of the purpose only."""
    digest = hashlib.sha256("|".join(map(str, (seed, *purpose))).encode()).digest()
    return np.random.default_rng([int.from_bytes(digest[at : at + 4], "big") for at in range(0, 32, 4)])


def pseudo_evidence_hash(*words: str | int) -> str:
    """What stands in for the SHA-256 of a piece of evidence that does not exist."""
    return hashlib.sha256("|".join(("synthetic evidence", *map(str, words))).encode()).hexdigest()
