with denominated as (

    select * from {{ ref('int_variant_denominated') }}

),

variants as (

    select * from {{ ref('int_variant_edition') }}

),

unit_groups as (

    select * from {{ ref('stg_unit_group') }}

),

-- Without groups all units of a scope are one; a cell that is absent is a finding and is not filled.
placed as (

    select
        denominated.*,
        variants.imputation,
        case when variants.imputation like 'group_%' then unit_groups.group_code else 'all' end as group_code
    from denominated
    inner join variants
        on denominated.variant_code = variants.variant_code
        and denominated.assessment_year = variants.assessment_year
    left join unit_groups
        on denominated.series_code = unit_groups.series_code
        and denominated.unit_code = unit_groups.unit_code
        and variants.group_scheme = unit_groups.group_scheme

),

gapped_measures as (

    select distinct
        variant_code,
        scope_code,
        measure_code
    from placed
    where imputation <> 'none'
        and value is null
        and not is_absent

),

extremes as (

    select
        placed.variant_code,
        placed.scope_code,
        placed.measure_code,
        placed.group_code,
        min(placed.value) as lowest,
        max(placed.value) as highest,
        median(placed.value) as median
    from placed
    inner join gapped_measures
        on placed.variant_code = gapped_measures.variant_code
        and placed.scope_code = gapped_measures.scope_code
        and placed.measure_code = gapped_measures.measure_code
    where placed.value is not null
    group by placed.variant_code, placed.scope_code, placed.measure_code, placed.group_code

),

group_values as (

    select
        extremes.variant_code,
        extremes.scope_code,
        extremes.measure_code,
        extremes.group_code,
        extremes.median,
        extremes.lowest + (extremes.highest - extremes.lowest)
        * cast(sum({{ unit_scaled('placed.value', 'extremes.lowest', 'extremes.highest') }}) as double) / count(*) as mean
    from extremes
    inner join placed
        on extremes.variant_code = placed.variant_code
        and extremes.scope_code = placed.scope_code
        and extremes.measure_code = placed.measure_code
        and extremes.group_code = placed.group_code
    where placed.value is not null
    group by
        extremes.variant_code,
        extremes.scope_code,
        extremes.measure_code,
        extremes.group_code,
        extremes.median,
        extremes.lowest,
        extremes.highest

),

-- The editions around a gap, for the two ways of filling that look along the years.
years as (

    select
        *,
        last_value(value ignore nulls) over earlier as earlier_value,
        last_value(case when value is not null then assessment_year end ignore nulls) over earlier as earlier_year,
        first_value(value ignore nulls) over later as later_value,
        first_value(case when value is not null then assessment_year end ignore nulls) over later as later_year
    from placed
    where imputation in ('latest', 'linear')
    window
        earlier as (
            partition by variant_code, unit_code, measure_code
            order by assessment_year rows between unbounded preceding and 1 preceding
        ),
        later as (
            partition by variant_code, unit_code, measure_code
            order by assessment_year rows between 1 following and unbounded following
        )

),

year_values as (

    select
        variant_code,
        assessment_year,
        unit_code,
        measure_code,
        case
            when imputation = 'latest' then earlier_value
            when earlier_value is null then later_value
            when later_value is null then earlier_value
            else earlier_value + (later_value - earlier_value)
                * (assessment_year - earlier_year) / (later_year - earlier_year)
        end as value
    from years
    where value is null

)

select
    placed.series_code,
    placed.assessment_year,
    placed.variant_code,
    placed.scope_code,
    placed.unit_code,
    placed.measure_code,
    placed.is_absent,
    placed.value is null and not placed.is_absent and case
        when placed.imputation in ('mean', 'group_mean') then group_values.mean
        when placed.imputation in ('median', 'group_median') then group_values.median
        else year_values.value
    end is not null as is_imputed,
    case
        when placed.value is not null or placed.is_absent then placed.value
        when placed.imputation in ('mean', 'group_mean') then group_values.mean
        when placed.imputation in ('median', 'group_median') then group_values.median
        else year_values.value
    end as value
from placed
left join group_values
    on placed.variant_code = group_values.variant_code
    and placed.scope_code = group_values.scope_code
    and placed.measure_code = group_values.measure_code
    and placed.group_code = group_values.group_code
left join year_values
    on placed.variant_code = year_values.variant_code
    and placed.assessment_year = year_values.assessment_year
    and placed.unit_code = year_values.unit_code
    and placed.measure_code = year_values.measure_code
