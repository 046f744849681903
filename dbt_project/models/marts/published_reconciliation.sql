with statistics as (

    select * from {{ ref('int_region_statistic') }}

),

figures as (

    select
        figures.*
    from {{ ref('stg_published_figure') }} as figures
    inner join {{ ref('int_edition') }} as editions
        on figures.series_code = editions.series_code
        and figures.assessment_year = editions.assessment_year

),

constraints as (

    select
        constraints.*
    from {{ ref('stg_published_constraint') }} as constraints
    inner join {{ ref('int_edition') }} as editions
        on constraints.series_code = editions.series_code
        and constraints.assessment_year = editions.assessment_year

),

root_regions as (

    select
        series_code,
        assessment_year,
        region_code
    from {{ ref('dim_region') }}
    where parent_region_code is null

),

region_counts as (

    select
        series_code,
        assessment_year,
        region_level,
        count(*) as region_count
    from {{ ref('dim_region') }}
    where unit_count > 0
    group by series_code, assessment_year, region_level

),

-- A bound on a mean is a statement about the mean itself.
compared_figures as (

    select
        figures.*,
        case
            when figures.statistic like '%_lower_bound' then replace(figures.statistic, '_lower_bound', '')
            when figures.statistic like '%_upper_bound' then replace(figures.statistic, '_upper_bound', '')
            when figures.statistic in ('gap_to_region', 'trend_direction') then 'mean_of_units'
            when figures.statistic = 'rank_position' then 'rank_within_parent'
            else figures.statistic
        end as compared_statistic,
        case
            when figures.statistic like '%_lower_bound' then 'at_least'
            when figures.statistic like '%_upper_bound' then 'at_most'
            else 'equal'
        end as comparison
    from figures

),

figure_values as (

    select
        compared_figures.*,
        own.value as own_value,
        reference_region.value as reference_region_value,
        reference_year.value as reference_year_value,
        region_counts.region_count
    from compared_figures
    left join statistics as own
        on compared_figures.series_code = own.series_code
        and compared_figures.assessment_year = own.assessment_year
        and compared_figures.region_code = own.region_code
        and compared_figures.node_code is not distinct from own.node_code
        and compared_figures.compared_statistic = own.statistic
    left join statistics as reference_region
        on compared_figures.statistic = 'gap_to_region'
        and compared_figures.series_code = reference_region.series_code
        and compared_figures.assessment_year = reference_region.assessment_year
        and compared_figures.reference_region_code = reference_region.region_code
        and compared_figures.node_code is not distinct from reference_region.node_code
        and compared_figures.compared_statistic = reference_region.statistic
    left join statistics as reference_year
        on compared_figures.statistic in ('trend_direction', 'rank_position')
        and compared_figures.series_code = reference_year.series_code
        and compared_figures.reference_year = reference_year.assessment_year
        and compared_figures.region_code = reference_year.region_code
        and compared_figures.node_code is not distinct from reference_year.node_code
        and compared_figures.compared_statistic = reference_year.statistic
    left join region_counts
        on compared_figures.series_code = region_counts.series_code
        and compared_figures.assessment_year = region_counts.assessment_year
        and compared_figures.region_level = region_counts.region_level

),

-- "In the middle" is read as the middle third and its edges, in the first and in the last year of the comparison.
computed_figures as (

    select
        *,
        case
            when statistic = 'gap_to_region' then own_value - reference_region_value
            when statistic = 'trend_direction' then sign(own_value - reference_year_value)
            when statistic = 'rank_position' then case
                when own_value * 3 between region_count and 2 * region_count + 3
                    and reference_year_value * 3 between region_count and 2 * region_count + 3 then 1
                when own_value is not null and reference_year_value is not null then 0
            end
            else own_value
        end as computed_value,
        case when statistic = 'rank_position' then 1 else value end as expected_value
    from figure_values

),

constraint_terms as (

    select
        constraints.constraint_id,
        count(terms.term_number) as term_count,
        count(statistics.value) as computed_term_count,
        sum(terms.coefficient * statistics.value) as computed_value
    from constraints
    inner join root_regions
        on constraints.series_code = root_regions.series_code
        and constraints.assessment_year = root_regions.assessment_year
    inner join {{ ref('stg_published_constraint_term') }} as terms
        on constraints.constraint_id = terms.constraint_id
    left join statistics
        on constraints.series_code = statistics.series_code
        and constraints.assessment_year = statistics.assessment_year
        and coalesce(terms.region_code, root_regions.region_code) = statistics.region_code
        and terms.node_code is not distinct from statistics.node_code
        and terms.statistic = statistics.statistic
    group by constraints.constraint_id

),

comparisons as (

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
    from computed_figures

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
        case
            when constraint_terms.term_count = constraint_terms.computed_term_count then constraint_terms.computed_value
        end as computed_value,
        constraints.statement_zh,
        constraints.statement_en
    from constraints
    left join constraint_terms
        on constraints.constraint_id = constraint_terms.constraint_id

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
