import pandas as pd

from orchestration.robustness.components import principal_components
from orchestration.robustness.matrix import groups


def model(dbt, session):
    dbt.config(materialized="table")
    leaves = dbt.ref("int_variant_leaf")
    scores = dbt.ref("int_node_score")
    nodes = dbt.ref("int_methodology_node")
    editions = dbt.ref("int_variant_edition")
    series_editions = dbt.ref("int_edition")
    # The leaves of a variant, before its tree; the nodes of a methodology, at every level.
    children = session.sql(
        """
        select
            leaves.series_code,
            leaves.assessment_year,
            leaves.variant_code as method_code,
            'normalised' as stage,
            nodes.parent_node_code,
            leaves.node_code,
            leaves.unit_code,
            leaves.value
        from leaves
        inner join editions
            on leaves.variant_code = editions.variant_code
            and leaves.assessment_year = editions.assessment_year
            and not editions.is_stated
        inner join nodes
            on editions.methodology_code = nodes.methodology_code
            and leaves.node_code = nodes.node_code

        union all

        select
            scores.series_code,
            scores.assessment_year,
            scores.methodology_code as method_code,
            'scored' as stage,
            nodes.parent_node_code,
            scores.node_code,
            scores.unit_code,
            cast(scores.score as double) as value
        from scores
        inner join nodes
            on scores.methodology_code = nodes.methodology_code
            and scores.node_code = nodes.node_code
        inner join series_editions
            on scores.series_code = series_editions.series_code
            and scores.assessment_year = series_editions.assessment_year
            and series_editions.is_latest
        where nodes.parent_node_code is not null
            and nodes.is_base
        """
    )
    table = children.to_arrow_table()
    found = [
        (*group.key, *row) for group in groups(table, KEYS, "unit_code", "node_code", "value") for row in _rows(group)
    ]
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(COLUMNS)


KEYS = ("series_code", "assessment_year", "method_code", "stage", "parent_node_code")
COLUMNS = {
    "series_code": "str",
    "assessment_year": "int32",
    "method_code": "str",
    "stage": "str",
    "parent_node_code": "str",
    "component_number": "int32",
    "node_code": "str",
    "loading": "float64",
    "variance": "float64",
    "variance_share": "float64",
    "unit_count": "int32",
}


def _rows(group):
    components = principal_components(group.values)
    if components is None:
        return
    for place, (variance, share) in enumerate(zip(components.variances, components.variance_shares, strict=True)):
        for node_code, loading in zip(group.codes, components.loadings[:, place], strict=True):
            yield place + 1, node_code, loading, variance, share, components.row_count
