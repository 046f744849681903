"""Landing: files of the inbox become checked, write-once batches. Works without Dagster and without the warehouse."""

from __future__ import annotations

from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.run import LandedFile, land_inbox
from orchestration.landing.store import Batch, Delivery, LandingLocked, Store
from orchestration.landing.template import write_template

__all__ = ["CONTRACTS", "Batch", "Delivery", "LandedFile", "LandingLocked", "Store", "land_inbox", "write_template"]
