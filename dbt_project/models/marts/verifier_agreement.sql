with verifications as (

    select * from {{ ref('stg_verification') }}

),

-- The last word of each verifier on each thing.
verdicts as (

    select
        series_code,
        assessment_year,
        verifier,
        subject,
        unit_code,
        coalesce(measure_code, cluster_code) as subject_code,
        verdict,
        coalesce(cast(value as varchar), state) as result
    from verifications
    qualify row_number() over (
        partition by
            series_code,
            assessment_year,
            verifier,
            subject,
            unit_code,
            coalesce(measure_code, cluster_code)
        order by verified_at desc, batch_id, row_number
    ) = 1

),

pairs as (

    select
        first_verdicts.series_code,
        first_verdicts.assessment_year,
        first_verdicts.verifier as first_verifier,
        second_verdicts.verifier as second_verifier,
        first_verdicts.verdict as first_verdict,
        second_verdicts.verdict as second_verdict,
        first_verdicts.verdict = second_verdicts.verdict
        and first_verdicts.result is not distinct from second_verdicts.result as is_same_result
    from verdicts as first_verdicts
    inner join verdicts as second_verdicts
        on first_verdicts.series_code = second_verdicts.series_code
        and first_verdicts.assessment_year = second_verdicts.assessment_year
        and first_verdicts.subject = second_verdicts.subject
        and first_verdicts.unit_code = second_verdicts.unit_code
        and first_verdicts.subject_code = second_verdicts.subject_code
        and first_verdicts.verifier < second_verdicts.verifier

),

totals as (

    select
        series_code,
        assessment_year,
        first_verifier,
        second_verifier,
        count(*) as item_count,
        sum(case when first_verdict = second_verdict then 1 else 0 end) as same_verdict_count,
        sum(case when is_same_result then 1 else 0 end) as same_result_count,
        sum(case when first_verdict = 'confirm' then 1 else 0 end)
        * sum(case when second_verdict = 'confirm' then 1 else 0 end)
        + sum(case when first_verdict = 'correct' then 1 else 0 end)
        * sum(case when second_verdict = 'correct' then 1 else 0 end)
        + sum(case when first_verdict = 'reject' then 1 else 0 end)
        * sum(case when second_verdict = 'reject' then 1 else 0 end) as chance_product
    from pairs
    group by series_code, assessment_year, first_verifier, second_verifier

)

-- Cohen's kappa (p_o − p_e) / (1 − p_e), both parts times n²: empty where both gave one and the same verdict throughout.
select
    series_code,
    assessment_year,
    first_verifier,
    second_verifier,
    cast(item_count as integer) as item_count,
    cast(same_verdict_count as integer) as same_verdict_count,
    cast(same_result_count as integer) as same_result_count,
    {{ score_from_scaled(integer_quotient_half_up(
        'cast(same_verdict_count as hugeint) * 10000000000', 'cast(item_count as hugeint)'
    )) }} as verdict_agreement,
    {{ score_from_scaled(integer_quotient_half_up(
        'cast(same_result_count as hugeint) * 10000000000', 'cast(item_count as hugeint)'
    )) }} as result_agreement,
    {{ score_from_scaled(integer_quotient_half_up(
        '(cast(item_count as hugeint) * same_verdict_count - chance_product) * 10000000000',
        '(cast(item_count as hugeint) * item_count - chance_product)'
    )) }} as kappa
from totals
order by series_code, assessment_year, first_verifier, second_verifier
