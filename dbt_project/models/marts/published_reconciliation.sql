with comparisons as (

    select
        series_code,
        assessment_year,
        'figure' as published_kind,
        figure_id as published_id,
        region_code,
        region_name_zh,
        region_name_en,
        node_code,
        statistic,
        comparison,
        status as published_status,
        expected_value as published_value,
        digits,
        tolerance,
        computed_value,
        coalesce(note_zh, measure) as statement_zh,
        coalesce(note_en, measure) as statement_en
    from {{ ref('int_published_figure') }}

    union all

    select
        constraints.series_code,
        constraints.assessment_year,
        'constraint' as published_kind,
        constraints.constraint_id as published_id,
        null as region_code,
        null as region_name_zh,
        null as region_name_en,
        null as node_code,
        null as statistic,
        constraints.kind as comparison,
        constraints.status as published_status,
        constraints.value as published_value,
        null as digits,
        constraints.tolerance,
        constraints.computed_value,
        constraints.statement_zh,
        constraints.statement_en
    from {{ ref('int_published_constraint') }} as constraints

)

select
    series_code,
    assessment_year,
    published_kind,
    published_id,
    region_code,
    region_name_zh,
    region_name_en,
    node_code,
    statistic,
    comparison,
    published_status,
    published_value,
    tolerance,
    cast(computed_value as decimal(18, 10)) as computed_value,
    cast(
        case when digits is null then computed_value else {{ published_score('computed_value', 'digits') }} end
        as decimal(18, 10)
    ) as computed_rounded,
    case
        when computed_value is null or published_value is null then 'not_compared'
        when comparison = 'equal' and abs(computed_value - published_value) <= coalesce(tolerance, 0) then 'match'
        when comparison = 'at_least' and computed_value >= published_value - coalesce(tolerance, 0) then 'match'
        when comparison = 'at_most' and computed_value <= published_value + coalesce(tolerance, 0) then 'match'
        when comparison = 'below' and computed_value < published_value then 'match'
        else 'mismatch'
    end as outcome,
    statement_zh,
    statement_en
from comparisons
order by series_code, assessment_year, published_kind desc, published_id
