"""How an edition differs from the one before it: who is assessed, by what method, and where the means went."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.writing import markdown
from orchestration.writing.sql import literal

QUERIES = {
    "Methodologies 方法版本": """
        select coalesce(n.methodology_code, o.methodology_code) as methodology,
            o.methodology_version as before, n.methodology_version as now
        from old.marts.dim_methodology as o
        full outer join new.marts.dim_methodology as n using (methodology_code)
        order by 1
    """,
    "Nodes that differ 变动的指标": """
        select coalesce(n.methodology_code, o.methodology_code) as methodology,
            coalesce(n.node_code, o.node_code) as node, o.full_mark as mark_before, n.full_mark as mark_now,
            o.rule_text_zh as rule_before, n.rule_text_zh as rule_now
        from old.marts.dim_indicator as o
        full outer join new.marts.dim_indicator as n using (methodology_code, node_code)
        where o.full_mark is distinct from n.full_mark or o.rule_text_zh is distinct from n.rule_text_zh
            or o.aggregation is distinct from n.aggregation or o.weight is distinct from n.weight
        order by 1, 2
    """,
    "Units 评估单元": """
        with old_units as (select * from old.marts.dim_unit where is_included),
        new_units as (select * from new.marts.dim_unit where is_included)
        select 'before' as what, count(*) as units from old_units
        union all select 'now', count(*) from new_units
        union all select 'came in', count(*) from new_units
            where coalesce(previous_unit_code, unit_code) not in (select unit_code from old_units)
        union all select 'left', count(*) from old_units
            where unit_code not in (select coalesce(previous_unit_code, unit_code) from new_units)
    """,
    "Means of all that is assessed 全部被评单位的均值": """
        select n.methodology_code as methodology, n.node_code as node,
            o.published_mean_of_subregions as before, n.published_mean_of_subregions as now,
            n.published_mean_of_subregions - o.published_mean_of_subregions as change
        from new.marts.region_score as n
        inner join old.marts.region_score as o using (methodology_code, node_code, region_code)
        where n.parent_region_code is null and n.node_level <= 1
        order by 1, 2
    """,
}


def edition_change_in_words(old: Path, new: Path, title: str) -> str:
    """Markdown: a table for each question, from the public databases of two editions."""
    lines = [f"## {title}", ""]
    with duckdb.connect() as connection:
        for name, file in (("old", old), ("new", new)):
            connection.execute(f"attach {literal(file)} as {name} (read_only)")
        for heading, query in QUERIES.items():
            result = connection.execute(query)
            columns = [column[0] for column in result.description]
            rows = result.fetchall()
            lines += [f"### {heading}", ""]
            if not rows:
                lines += ["None. 无。", ""]
                continue
            lines += [markdown.table(columns, rows), ""]
    return "\n".join(lines)
