with units as (

    select * from {{ ref('int_unit') }}
    where is_included

),

methodologies as (

    select * from {{ ref('stg_methodology') }}

),

rules as (

    select
        methodologies.methodology_code,
        rules.warning_kind,
        rules.threshold,
        rules.window_months
    from {{ ref('int_tree_warning_rule') }} as rules
    inner join methodologies
        on rules.tree_code = methodologies.tree_code

),

observations as (

    select * from {{ ref('int_observation_reconciled') }}

),

-- The day from which the figures of a unit's edition stand: that of the last observation in them.
unit_days as (

    select
        series_code,
        assessment_year,
        unit_code,
        cast(max(captured_at) as date) as seen_on
    from observations
    group by series_code, assessment_year, unit_code

),

next_days as (

    select
        units.series_code,
        editions.previous_assessment_year as assessment_year,
        units.previous_unit_code as unit_code,
        unit_days.seen_on as next_seen_on
    from units
    inner join {{ ref('int_edition') }} as editions
        on units.series_code = editions.series_code
        and units.assessment_year = editions.assessment_year
    inner join unit_days
        on units.series_code = unit_days.series_code
        and units.assessment_year = unit_days.assessment_year
        and units.unit_code = unit_days.unit_code
    where units.previous_unit_code is not null

),

node_scores as (

    select
        scores.*,
        previous_scores.score as previous_score
    from {{ ref('int_node_score') }} as scores
    inner join units
        on scores.series_code = units.series_code
        and scores.assessment_year = units.assessment_year
        and scores.unit_code = units.unit_code
    inner join {{ ref('int_edition') }} as editions
        on scores.series_code = editions.series_code
        and scores.assessment_year = editions.assessment_year
    inner join {{ ref('int_node_score') }} as previous_scores
        on scores.series_code = previous_scores.series_code
        and editions.previous_assessment_year = previous_scores.assessment_year
        and scores.methodology_code = previous_scores.methodology_code
        and units.previous_unit_code = previous_scores.unit_code
        and scores.node_code = previous_scores.node_code
    where not scores.is_event_only
        and scores.score < previous_scores.score
        and (scores.depth = 0 or scores.score <= (
            select max(threshold) from rules where warning_kind = 'indicator_zero'
        ))

),

ranks as (

    select
        ranks.*,
        previous_ranks.unit_rank as previous_unit_rank
    from {{ ref('int_unit_rank') }} as ranks
    inner join units
        on ranks.series_code = units.series_code
        and ranks.assessment_year = units.assessment_year
        and ranks.unit_code = units.unit_code
    inner join {{ ref('int_edition') }} as editions
        on ranks.series_code = editions.series_code
        and ranks.assessment_year = editions.assessment_year
    inner join {{ ref('int_unit_rank') }} as previous_ranks
        on ranks.series_code = previous_ranks.series_code
        and editions.previous_assessment_year = previous_ranks.assessment_year
        and ranks.methodology_code = previous_ranks.methodology_code
        and units.previous_unit_code = previous_ranks.unit_code
        -- A rank among others than before is no fall.
        and ranks.region_code = previous_ranks.region_code
        and previous_ranks.is_root
    where ranks.is_root

),

roots as (

    select
        methodology_code,
        node_code
    from {{ ref('int_methodology_node') }}
    where parent_node_code is null

),

-- What the same cell said in an earlier capture of the same edition, and no longer says.
vetoes as (

    select
        measure_scores.series_code,
        measure_scores.assessment_year,
        measure_scores.methodology_code,
        measure_scores.unit_code,
        measure_scores.node_code,
        measure_scores.measure_code,
        measure_scores.value,
        measure_rules.veto_threshold,
        cast(observations.captured_at as date) as first_seen,
        cast(null as date) as mended_on
    from {{ ref('int_measure_score') }} as measure_scores
    inner join {{ ref('int_methodology_rule') }} as measure_rules
        on measure_scores.methodology_code = measure_rules.methodology_code
        and measure_scores.measure_code = measure_rules.measure_code
    inner join observations
        on measure_scores.series_code = observations.series_code
        and measure_scores.assessment_year = observations.assessment_year
        and measure_scores.unit_code = observations.unit_code
        and measure_scores.measure_code = observations.measure_code
    where measure_scores.is_vetoed

    union all

    select
        measure_scores.series_code,
        measure_scores.assessment_year,
        measure_scores.methodology_code,
        measure_scores.unit_code,
        measure_scores.node_code,
        measure_scores.measure_code,
        max(candidates.value) as value,
        measure_rules.veto_threshold,
        cast(min(candidates.captured_at) as date) as first_seen,
        cast(max(observations.captured_at) as date) as mended_on
    from {{ ref('int_measure_score') }} as measure_scores
    inner join {{ ref('int_methodology_rule') }} as measure_rules
        on measure_scores.methodology_code = measure_rules.methodology_code
        and measure_scores.measure_code = measure_rules.measure_code
    inner join observations
        on measure_scores.series_code = observations.series_code
        and measure_scores.assessment_year = observations.assessment_year
        and measure_scores.unit_code = observations.unit_code
        and measure_scores.measure_code = observations.measure_code
        and observations.source = 'observation'
    inner join {{ ref('int_observation_candidate') }} as candidates
        on measure_scores.series_code = candidates.series_code
        and measure_scores.assessment_year = candidates.assessment_year
        and measure_scores.unit_code = candidates.unit_code
        and measure_scores.measure_code = candidates.measure_code
        and candidates.captured_at < observations.captured_at
    where measure_scores.rule_family = 'veto'
        and not measure_scores.is_vetoed
        and not candidates.is_rejected
        and case measure_rules.veto_operator
            when '>=' then candidates.value >= measure_rules.veto_threshold
            when '>' then candidates.value > measure_rules.veto_threshold
            when '<=' then candidates.value <= measure_rules.veto_threshold
            when '<' then candidates.value < measure_rules.veto_threshold
        end
    group by
        measure_scores.series_code,
        measure_scores.assessment_year,
        measure_scores.methodology_code,
        measure_scores.unit_code,
        measure_scores.node_code,
        measure_scores.measure_code,
        measure_rules.veto_threshold

),

findings as (

    select
        vetoes.series_code,
        vetoes.assessment_year,
        vetoes.methodology_code,
        vetoes.unit_code,
        'veto' as warning_kind,
        vetoes.node_code,
        vetoes.measure_code as subject_code,
        cast(vetoes.value as decimal(28, 10)) as value,
        cast(vetoes.veto_threshold as decimal(28, 10)) as threshold,
        vetoes.first_seen,
        vetoes.mended_on,
        rules.window_months
    from vetoes
    inner join rules
        on vetoes.methodology_code = rules.methodology_code
        and rules.warning_kind = 'veto'

    union all

    select
        node_scores.series_code,
        node_scores.assessment_year,
        node_scores.methodology_code,
        node_scores.unit_code,
        rules.warning_kind,
        node_scores.node_code,
        node_scores.node_code as subject_code,
        case when node_scores.depth = 0 then node_scores.previous_score - node_scores.score else node_scores.score end as value,
        rules.threshold,
        unit_days.seen_on as first_seen,
        cast(null as date) as mended_on,
        rules.window_months
    from node_scores
    inner join unit_days
        on node_scores.series_code = unit_days.series_code
        and node_scores.assessment_year = unit_days.assessment_year
        and node_scores.unit_code = unit_days.unit_code
    inner join rules
        on node_scores.methodology_code = rules.methodology_code
        and (
            (
                rules.warning_kind = 'composite_fall'
                and node_scores.depth = 0
                and node_scores.previous_score - node_scores.score >= rules.threshold
            )
            or (
                rules.warning_kind = 'indicator_zero'
                and node_scores.depth >= 2
                and node_scores.score <= rules.threshold
            )
        )

    union all

    select
        ranks.series_code,
        ranks.assessment_year,
        ranks.methodology_code,
        ranks.unit_code,
        'rank_fall' as warning_kind,
        roots.node_code,
        roots.node_code as subject_code,
        {{ score_quotient('ranks.unit_rank - ranks.previous_unit_rank', 'ranks.ranked_unit_count', 0, 0) }} as value,
        rules.threshold,
        unit_days.seen_on as first_seen,
        cast(null as date) as mended_on,
        rules.window_months
    from ranks
    inner join roots
        on ranks.methodology_code = roots.methodology_code
    inner join unit_days
        on ranks.series_code = unit_days.series_code
        and ranks.assessment_year = unit_days.assessment_year
        and ranks.unit_code = unit_days.unit_code
    inner join rules
        on ranks.methodology_code = rules.methodology_code
        and rules.warning_kind = 'rank_fall'
        and ranks.unit_rank - ranks.previous_unit_rank >= rules.threshold * ranks.ranked_unit_count

)

select
    findings.series_code,
    findings.assessment_year,
    findings.methodology_code,
    findings.unit_code,
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
    ) as ends_on,
    cast(null as varchar) as detail
from findings
left join next_days
    on findings.series_code = next_days.series_code
    and findings.assessment_year = next_days.assessment_year
    and findings.unit_code = next_days.unit_code
