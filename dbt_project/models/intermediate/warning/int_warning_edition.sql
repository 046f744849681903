with rules as (

    select
        methodology_code,
        warning_kind,
        threshold,
        window_months
    from {{ ref('int_warning_rule') }}

),

unit_days as (

    select * from {{ ref('int_unit_day') }}

),

next_days as (

    select
        series_code,
        before.previous_assessment_year as assessment_year,
        before.previous_unit_code as unit_code,
        unit_days.seen_on as next_seen_on
    from {{ ref('int_unit_before') }} as before
    inner join unit_days
        using (series_code, assessment_year, unit_code)

),

roots as (

    select
        methodology_code,
        node_code
    from {{ ref('int_methodology_node') }}
    where parent_node_code is null

),

findings as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        rules.warning_kind,
        vetoes.node_code,
        vetoes.measure_code as subject_code,
        cast(vetoes.value as decimal(28, 10)) as value,
        cast(vetoes.veto_threshold as decimal(28, 10)) as threshold,
        vetoes.first_seen,
        vetoes.mended_on,
        rules.window_months
    from {{ ref('int_warning_veto') }} as vetoes
    inner join rules
        using (methodology_code)
    where rules.warning_kind = 'veto'

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        rules.warning_kind,
        falls.node_code,
        falls.node_code as subject_code,
        case when falls.depth = 0 then falls.previous_score - falls.score else falls.score end as value,
        rules.threshold,
        unit_days.seen_on as first_seen,
        cast(null as date) as mended_on,
        rules.window_months
    from {{ ref('int_score_fall') }} as falls
    inner join unit_days
        using (series_code, assessment_year, unit_code)
    inner join rules
        using (methodology_code)
    where case rules.warning_kind
        when 'composite_fall' then falls.depth = 0 and falls.previous_score - falls.score >= rules.threshold
        when 'indicator_zero' then falls.depth >= 2 and falls.score <= rules.threshold
        else false
    end

    union all

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code,
        rules.warning_kind,
        roots.node_code,
        roots.node_code as subject_code,
        {{ share_of('falls.places_lost', 'falls.ranked_unit_count') }} as value,
        rules.threshold,
        unit_days.seen_on as first_seen,
        cast(null as date) as mended_on,
        rules.window_months
    from {{ ref('int_rank_fall') }} as falls
    inner join roots
        using (methodology_code)
    inner join unit_days
        using (series_code, assessment_year, unit_code)
    inner join rules
        using (methodology_code)
    where rules.warning_kind = 'rank_fall'
        and falls.places_lost >= rules.threshold * falls.ranked_unit_count

)

select
    series_code,
    assessment_year,
    findings.methodology_code,
    unit_code,
    findings.warning_kind,
    findings.node_code,
    findings.subject_code,
    cast(findings.value as decimal(18, 10)) as value,
    cast(findings.threshold as decimal(18, 10)) as threshold,
    findings.first_seen,
    least(
        {{ months_after('findings.first_seen', 'findings.window_months') }},
        findings.mended_on,
        case when next_days.next_seen_on >= findings.first_seen then next_days.next_seen_on end
    ) as ends_on
from findings
left join next_days
    using (series_code, assessment_year, unit_code)
