with units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

unit_regions as (

    select * from {{ ref('int_unit_region') }}

),

editions as (

    select * from {{ ref('int_edition') }}

),

-- What the primary methodology asks of every unit.
wanted_measures as (

    select
        editions.series_code,
        editions.assessment_year,
        count(*) as measure_count
    from editions
    inner join {{ ref('int_methodology_rule') }} as rules
        on editions.primary_methodology_code = rules.methodology_code
        and rules.rule_family <> 'event'
    group by editions.series_code, editions.assessment_year

),

unit_counts as (

    select * from {{ ref('int_channel_count') }}

),

channels as (

    select distinct
        series_code,
        channel
    from unit_counts

),

region_counts as (

    select
        units.series_code,
        units.assessment_year,
        unit_regions.region_code,
        unit_regions.region_level,
        channels.channel,
        count(*) as unit_count,
        count(unit_counts.unit_code) as covered_unit_count,
        coalesce(sum(unit_counts.cell_count), 0) as cell_count,
        coalesce(sum(unit_counts.value_count), 0) as value_count
    from units
    inner join unit_regions
        on units.series_code = unit_regions.series_code
        and units.assessment_year = unit_regions.assessment_year
        and units.unit_code = unit_regions.unit_code
    inner join channels
        on units.series_code = channels.series_code
    left join unit_counts
        on units.series_code = unit_counts.series_code
        and units.assessment_year = unit_counts.assessment_year
        and units.unit_code = unit_counts.unit_code
        and channels.channel = unit_counts.channel
    group by
        units.series_code,
        units.assessment_year,
        unit_regions.region_code,
        unit_regions.region_level,
        channels.channel

)

select
    region_counts.series_code,
    region_counts.assessment_year,
    region_counts.region_code,
    region_counts.region_level,
    region_counts.channel,
    cast(region_counts.unit_count as integer) as unit_count,
    cast(region_counts.covered_unit_count as integer) as covered_unit_count,
    cast(region_counts.unit_count * wanted_measures.measure_count as integer) as wanted_cell_count,
    cast(region_counts.cell_count as integer) as cell_count,
    cast(region_counts.value_count as integer) as value_count,
    {{ score_from_scaled(integer_quotient_half_up(
        'cast(region_counts.cell_count as hugeint) * 10000000000',
        'cast(region_counts.unit_count as hugeint) * wanted_measures.measure_count'
    )) }} as cell_share
from region_counts
inner join wanted_measures
    on region_counts.series_code = wanted_measures.series_code
    and region_counts.assessment_year = wanted_measures.assessment_year
order by
    region_counts.series_code,
    region_counts.assessment_year,
    region_counts.region_code,
    region_counts.channel
