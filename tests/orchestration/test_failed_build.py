"""What a person reads when dbt has failed."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.pipeline.dbt_models import _explanation
from orchestration.warehouse import dbt


def test_failed_data_test_names_the_rows_that_it_found(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute(
            "create table decision as select 'D' || number as decision_code, 'stale.csv' as file_name, "
            "number as row_number, null as found_state from range(1, 9) as numbers (number)"
        )
    result = {
        "unique_id": "test.zhengxin.decision_takes_effect_or_says_why",
        "status": "fail",
        "message": "Got 8 results, configured to fail if != 0",
        "compiled_code": "-- why\nselect * from decision order by decision_code -- end",
    }
    skipped = {"unique_id": "model.zhengxin.revision", "status": "skipped", "message": None, "compiled_code": None}
    dbt.target_folder(home).mkdir(parents=True)
    (dbt.target_folder(home) / "run_results.json").write_text(json.dumps({"results": [result, skipped]}))
    said = _explanation(home, RuntimeError("dbt ended with 1")).splitlines()
    assert said[1] == "test.zhengxin.decision_takes_effect_or_says_why: Got 8 results, configured to fail if != 0"
    assert said[2:5] == [f"  decision_code=D{number}, file_name=stale.csv, row_number={number}" for number in (1, 2, 3)]
    assert len(said) == 6
