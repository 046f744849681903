"""A reader of `current.duckdb`, run as a process: asks until told to stop, and prints as JSON what it saw.

Arguments: the database; a file that tells it to stop; `held` to keep its connection, `anew` to open one a round.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

QUERY = """
    select string_agg(distinct info.release_id), string_agg(distinct history.release_id), count(scores.unit_code)
    from marts.release_info as info
    inner join marts.fct_unit_score as scores using (series_code, assessment_year, methodology_code)
    inner join marts.unit_history as history
        on scores.unit_code = history.unit_code
        and scores.methodology_code = history.methodology_code
        and info.assessment_year = history.assessment_year
        and history.basis = 'as_published'
"""


def main() -> None:
    current, stop, is_held = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "held"
    seen, failed, rounds, stopping = [], [], 0, False
    connection = duckdb.connect(current, read_only=True)
    while not stopping:
        stopping = stop.exists()
        try:
            if not is_held:
                connection.close()
                connection = duckdb.connect(current, read_only=True)
            row = connection.execute(QUERY).fetchone()
            if not seen or seen[-1] != row:
                seen.append(row)
        except duckdb.Error as error:
            failed.append(str(error))
        rounds += 1
        time.sleep(0.3)
    print(json.dumps({"seen": seen, "failed": failed, "rounds": rounds}))


if __name__ == "__main__":
    main()
