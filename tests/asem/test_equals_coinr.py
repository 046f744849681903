"""Every result of COINr 1.1.14 that is kept here, against the models, to 1e-9 (relative above 1)."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

EXPECTED = Path(__file__).with_name("expected")
TOLERANCE = 1e-9


def differences(
    connection: duckdb.DuckDBPyConnection, file: str, found: str, key: str, columns: dict[str, str]
) -> list:
    """Rows of `file` whose `columns` (expected: found) differ from those of the query `found`, or are not there."""
    tests = " or ".join(
        f"(e.{theirs} is null) <> (f.{ours} is null)"
        f" or abs(e.{theirs} - f.{ours}) > {TOLERANCE} * greatest(1, abs(e.{theirs}))"
        for theirs, ours in columns.items()
    )
    return connection.execute(
        f"""
        with e as (select * from read_csv('{EXPECTED / file}.csv', nullstr = ['', 'NA'], header = true)), f as ({found})
        select e.* from e left join f using ({key}) where f.present is null or {tests}
        """
    ).fetchall()


def normalised(variant: str, model: str = "int_variant_normalised") -> str:
    return (
        f"select unit_code as unit, measure_code as indicator, value, true as present from intermediate.{model} "
        f"where variant_code = '{variant}'"
    )


def aggregated(variant: str) -> str:
    return f"""
        select unit_code as unit, node_code as code, value as found, true as present,
            rank() over (partition by node_code order by value desc nulls last) as place
        from intermediate.int_variant_node_value where variant_code = '{variant}'
    """


@pytest.mark.parametrize(
    ("file", "variant"),
    [
        ("minmax_0_100", "asem_min_max"),
        ("minmax_1_100", "asem_geometric"),
        ("rank", "asem_rank"),
        ("zscore_0_1", "asem_z_score"),
    ],
)
def test_normalised(asem: duckdb.DuckDBPyConnection, file: str, variant: str) -> None:
    assert (
        differences(asem, f"expected_normalised_{file}", normalised(variant), "unit, indicator", {"value": "value"})
        == []
    )


@pytest.mark.parametrize("step", ["denominated", "imputed", "screened", "treated", "normalised"])
def test_each_step_of_the_chain(asem: duckdb.DuckDBPyConnection, step: str) -> None:
    found = normalised("asem_chain", f"int_variant_{step}")
    assert differences(asem, f"expected_chain_{step}", found, "unit, indicator", {"value": "value"}) == []


@pytest.mark.parametrize(
    ("file", "variant"),
    [
        ("aggregated_minmax_0_100_amean", "asem_min_max"),
        ("aggregated_minmax_1_100_gmean", "asem_geometric"),
        ("aggregated_minmax_1_100_mixed", "asem_mixed"),
        ("chain_aggregated", "asem_chain"),
    ],
)
def test_aggregated_with_ranks(asem: duckdb.DuckDBPyConnection, file: str, variant: str) -> None:
    columns = {"value": "found", "rank": "place"}
    assert differences(asem, f"expected_{file}", aggregated(variant), "unit, code", columns) == []


def test_thresholds_of_children(asem: duckdb.DuckDBPyConnection) -> None:
    found = """
        select unit_code as unit, node_code as code, value as found, true as present,
            case variant_code when 'asem_min_max' then 0.0
                else cast(replace(variant_code[20:], '_', '.') as double) end as threshold
        from intermediate.int_variant_node_value where starts_with(variant_code, 'asem_min_max')
    """
    key = "unit, code, threshold"
    assert differences(asem, "expected_aggregated_minmax_0_100_amean_thresholds", found, key, {"value": "found"}) == []


def test_results_as_a_wide_table(asem: duckdb.DuckDBPyConnection) -> None:
    found = f"""
        select *, true as present from (
            pivot (select unit, code, found from ({aggregated("asem_chain")})) on code using max(found) group by unit
        )
    """
    columns = {name: name for name in ("Index", "Conn", "Sust", "Physical", "Social", "SusEcFin")}
    assert differences(asem, "expected_chain_results_aggregates_wide", found, "unit", columns) == []


def test_statistics(asem: duckdb.DuckDBPyConnection) -> None:
    found = """
        select case stage when 'observed' then 'Raw' else upper(stage[1]) || stage[2:] end as dset, code as indicator,
            true as present, *
        from marts.measure_statistic where method_code in ('asem', 'asem_chain') and stage <> 'scored'
    """
    columns = {
        "min": "lowest",
        "max": "highest",
        '"mean"': '"mean"',
        '"median"': '"median"',
        "std": "deviation",
        '"skew"': '"skew"',
        "kurt": "kurtosis",
        "n_avail": "available_count",
        "n_nonzero": "nonzero_count",
        "n_unique": "unique_count",
        "n_same": "same_count",
        "frc_avail": "available_share",
        "frc_nonzero": "nonzero_share",
        "frc_unique": "unique_share",
        "frc_same": "same_share",
    }
    assert differences(asem, "expected_stats", found, "dset, indicator", columns) == []
    (wrong,) = asem.execute(
        f"""
        select count(*) from read_csv('{EXPECTED}/expected_stats.csv') as e
        inner join ({found}) as f using (dset, indicator)
        where (e.flag_avail <> 'ok') <> f.is_low_availability or (e.flag_nonzero <> 'ok') <> f.is_mostly_zero
            or (e.flag_unique <> 'ok') <> f.is_rarely_unique or (e.flag_skewkurt <> 'ok') <> f.has_outliers
        """
    ).fetchone()
    assert wrong == 0


def test_cronbach_alpha(asem: duckdb.DuckDBPyConnection) -> None:
    found = """
        select case stage when 'observed' then 'Raw' else upper(stage[1]) || stage[2:] end as dset,
            node_code as aggregate, 4 - member_depth as over_level, alpha as found, true as present
        from marts.internal_consistency where method_code in ('asem', 'asem_chain') and stage <> 'scored'
    """
    assert differences(asem, "expected_cronbach", found, "dset, aggregate, over_level", {"alpha": "found"}) == []


def test_effective_weights(asem: duckdb.DuckDBPyConnection) -> None:
    found = """
        select node_code as code, effective_weight, true as present,
            case method_code when 'asem_min_max' then 'original' when 'asem_variant_weights' then 'variant'
                else 'variant_zero' end as "set"
        from marts.effective_weight
        where method_code in ('asem_min_max', 'asem_variant_weights', 'asem_zero_weights')
    """
    assert differences(asem, "expected_eff_weights", found, 'code, "set"', {"eff_weight": "effective_weight"}) == []


def test_rank_statistics_of_the_uncertainty_analysis(asem: duckdb.DuckDBPyConnection) -> None:
    found = """
        select unit_code as unit, nominal_rank, mean_rank, median_rank, lower_rank, upper_rank, true as present
        from marts.rank_interval where scenario_code = 'asem_methods' and scope_kind = 'all'
    """
    columns = {
        "nominal": "nominal_rank",
        '"mean"': "mean_rank",
        '"median"': "median_rank",
        "q5": "lower_rank",
        "q95": "upper_rank",
    }
    assert differences(asem, "expected_sens_ua3_rankstats", found, "unit", columns) == []


def test_a_wrong_value_is_found(asem: duckdb.DuckDBPyConnection) -> None:
    moved = normalised("asem_min_max").replace("value,", "value + 2e-7 as value,")
    assert differences(asem, "expected_normalised_minmax_0_100", moved, "unit, indicator", {"value": "value"}) != []


def test_treated_values_say_why(asem: duckdb.DuckDBPyConnection) -> None:
    (count, reasons) = asem.execute(
        "select count(*), count(treatment) from marts.treated_value where variant_code = 'asem_chain'"
    ).fetchone()
    (changed,) = asem.execute(
        "select count(*) from intermediate.int_variant_treated "
        "where variant_code = 'asem_chain' and value <> value_before"
    ).fetchone()
    assert count == reasons >= changed > 0
