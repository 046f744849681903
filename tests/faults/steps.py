"""What is driven into faults: each step as a person's command does it, without a shell around it."""

from __future__ import annotations

from orchestration.home import Home
from orchestration.landing import land_inbox
from orchestration.release.catalogue import Catalogue, ReleaseId
from orchestration.release.publish import release_edition, withdraw
from orchestration.warehouse import connection, dbt
from tests.small.inbox import SERIES

NOTE = "a reason"


def land(home: Home) -> None:
    """Whatever waits in the inbox."""
    land_inbox(home)


def publish(home: Home) -> None:
    """A revision; left alone where it is there already."""
    with connection.writing(home.warehouse) as warehouse:
        release_edition(home, warehouse, dbt.prepare_manifest(home), SERIES, 2019, NOTE)


def withdraw_revision(home: Home) -> None:
    """The edition's first release, unless it was withdrawn."""
    if Catalogue(home.releases).withdrawal(ReleaseId(2019, 1)) is None:
        withdraw(home, ReleaseId(2019, 1), NOTE)
    with Catalogue(home.releases).lock("what every command does"):
        pass
