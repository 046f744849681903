"""A home with two released editions, in which each step has something to do; copied for each fault."""

from __future__ import annotations

import pytest

from orchestration.home import Home
from orchestration.landing.run import land_inbox
from tests.daily.small_home import DECISION, OBJECTION
from tests.landing.conftest import csv_text
from tests.release.conftest import alter, deliver_change, released
from tests.release.figures import scoring_cell
from tests.small.copied import copy_home

__all__ = ["released"]


@pytest.fixture(scope="package")
def waiting(released: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Files of observations, objections and decisions wait, and a grade has changed. Look, don't change."""
    home = copy_home(released, tmp_path_factory.mktemp("waiting") / "home")
    deliver_change(home, 2019, *scoring_cell(home, 2019), "0")
    for source, row in (("objection", OBJECTION), ("decision", DECISION)):
        path = home.inbox / source / "one.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(csv_text([row]), encoding="utf-8")
    alter(home, "update marts.fct_unit_score set grade = 'X' where unit_code = '520403'")
    return home


@pytest.fixture(scope="package")
def before_decision(waiting: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """All has landed but a decision, which waits."""
    home = copy_home(waiting, tmp_path_factory.mktemp("before_decision") / "home")
    decision = home.inbox / "decision" / "one.csv"
    aside = decision.rename(home.root / decision.name)
    land_inbox(home)
    aside.rename(decision)
    return home
