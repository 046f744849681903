"""The Human Development Index: real inputs, a published answer, and no SQL of its own."""

from __future__ import annotations

import pytest

from orchestration.home import Home, project_root
from tests.yearly_run.conftest import rows, summary


@pytest.mark.in_ci
def test_every_published_value_is_reproduced(hdi_home: Home) -> None:
    [(compared, matched)] = rows(
        hdi_home, "select count(*), count(*) filter (is_match) from marts.published_unit_reconciliation"
    )
    assert (compared, matched) == (5808, 5808)
    assert "5,808 of 5,808" in summary(hdi_home)


@pytest.mark.in_ci
def test_it_is_real_data(hdi_home: Home) -> None:
    assert rows(hdi_home, "select distinct data_kind from marts.release_info") == [("real",)]
    assert "SYNTHETIC" not in summary(hdi_home)


def test_no_model_knows_the_index() -> None:
    models = project_root() / "dbt_project"
    naming = [path for path in models.rglob("*.sql") if "hdi" in path.read_text(encoding="utf-8").lower()]
    assert [path for path in naming if "tests" not in path.parts] == []


@pytest.mark.in_ci
def test_the_scorecard_has_the_columns_of_the_index(hdi_home: Home) -> None:
    names = [name for (name, *_) in rows(hdi_home, "describe marts.unit_scorecard")]
    assert names[-5:] == [
        *("health_score", "education_score", "expected_schooling_score", "mean_schooling_score", "income_score")
    ]
    [(name, score, health)] = rows(
        hdi_home,
        "select unit_name_en, published_score, health_score from marts.unit_scorecard "
        "where assessment_year = 2022 and unit_code = 'NOR'",
    )
    assert (name, str(score)) == ("Norway", "0.9660")
    assert health > 0.9
