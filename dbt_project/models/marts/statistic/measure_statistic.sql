with data_set as (

    select * from {{ ref('int_data_set') }}

),

-- A value that many units share is counted once, with how often it stands.
distinct_values as (

    select
        series_code,
        assessment_year,
        method_code,
        stage,
        code,
        value,
        count(*) as unit_count
    from data_set
    group by series_code, assessment_year, method_code, stage, code, value

),

counts as (

    select
        series_code,
        assessment_year,
        method_code,
        stage,
        code,
        sum(unit_count) as unit_count,
        coalesce(sum(unit_count) filter (where value is not null), 0) as available_count,
        coalesce(sum(unit_count) filter (where value <> 0), 0) as nonzero_count,
        count(value) as unique_count,
        max(unit_count) filter (where value is not null) as same_count,
        min(value) as lowest,
        max(value) as highest
    from distinct_values
    group by series_code, assessment_year, method_code, stage, code

),

scaled as (

    select
        counts.*,
        distinct_values.unit_count as value_count,
        {{ unit_scaled('distinct_values.value', 'counts.lowest', 'counts.highest') }} as scaled_value
    from counts
    inner join distinct_values
        on counts.series_code = distinct_values.series_code
        and counts.assessment_year = distinct_values.assessment_year
        and counts.method_code = distinct_values.method_code
        and counts.stage = distinct_values.stage
        and counts.code = distinct_values.code
    where distinct_values.value is not null

),

means as (

    select
        *,
        cast(sum(value_count * scaled_value) over measure as double) / available_count as scaled_mean
    from scaled
    window measure as (partition by series_code, assessment_year, method_code, stage, code)

),

moments as (

    select
        series_code,
        assessment_year,
        method_code,
        stage,
        code,
        scaled_mean,
        {% for power in (2, 3, 4) %}
        cast(sum(
            value_count * cast(power(cast(scaled_value as double) - scaled_mean, {{ power }}) as decimal(20, 18))
        ) as double) / max(available_count) as moment_{{ power }}{{ "," if not loop.last }}
        {% endfor %}
    from means
    group by series_code, assessment_year, method_code, stage, code, scaled_mean

),

quartiles as (

    select
        series_code,
        assessment_year,
        method_code,
        stage,
        code,
        quantile_cont(value, [0.25, 0.5, 0.75]) as quartile
    from data_set
    where value is not null
    group by series_code, assessment_year, method_code, stage, code

),

thresholds as (

    select
        {% for rule in ('available', 'nonzero', 'unique', 'skew', 'kurtosis') %}
        max(threshold) filter (where statistic_rule = '{{ rule }}') as {{ rule }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref('stg_statistic_rule') }}

),

statistics as (

    select
        counts.*,
        counts.lowest + (counts.highest - counts.lowest) * moments.scaled_mean as mean,
        case
            when counts.available_count > 1 then (counts.highest - counts.lowest) * sqrt(
                moments.moment_2 * counts.available_count / (counts.available_count - 1)
            )
        end as deviation,
        quartiles.quartile[1] as lower_quartile,
        quartiles.quartile[2] as median,
        quartiles.quartile[3] as upper_quartile,
        {{ sample_skew('counts.available_count', 'moments.moment_2', 'moments.moment_3') }} as skew,
        {{ sample_kurtosis('counts.available_count', 'moments.moment_2', 'moments.moment_4') }} as kurtosis
    from counts
    left join moments
        on counts.series_code = moments.series_code
        and counts.assessment_year = moments.assessment_year
        and counts.method_code = moments.method_code
        and counts.stage = moments.stage
        and counts.code = moments.code
    left join quartiles
        on counts.series_code = quartiles.series_code
        and counts.assessment_year = quartiles.assessment_year
        and counts.method_code = quartiles.method_code
        and counts.stage = quartiles.stage
        and counts.code = quartiles.code

)

select
    statistics.series_code,
    statistics.assessment_year,
    statistics.method_code,
    statistics.stage,
    statistics.code,
    cast(statistics.unit_count as integer) as unit_count,
    cast(statistics.available_count as integer) as available_count,
    cast(statistics.nonzero_count as integer) as nonzero_count,
    cast(statistics.unique_count as integer) as unique_count,
    cast(statistics.same_count as integer) as same_count,
    cast(statistics.available_count as double) / statistics.unit_count as available_share,
    cast(statistics.nonzero_count as double) / nullif(statistics.available_count, 0) as nonzero_share,
    cast(statistics.unique_count as double) / nullif(statistics.available_count, 0) as unique_share,
    cast(statistics.same_count as double) / nullif(statistics.available_count, 0) as same_share,
    statistics.lowest,
    statistics.highest,
    {{ published_double('statistics.mean') }} as mean,
    {{ published_double('statistics.deviation') }} as deviation,
    statistics.lower_quartile,
    statistics.median,
    statistics.upper_quartile,
    {{ published_double('statistics.skew') }} as skew,
    {{ published_double('statistics.kurtosis') }} as kurtosis,
    cast(statistics.available_count as double) / statistics.unit_count < thresholds.available as is_low_availability,
    cast(statistics.nonzero_count as double) / statistics.unit_count < thresholds.nonzero as is_mostly_zero,
    cast(statistics.unique_count as double) / statistics.unit_count < thresholds.unique as is_rarely_unique,
    coalesce(
        abs(statistics.skew) > thresholds.skew and statistics.kurtosis > thresholds.kurtosis, false
    ) as has_outliers
from statistics
cross join thresholds
