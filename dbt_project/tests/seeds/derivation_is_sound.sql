-- Fails with each derivation that lacks what its family needs or shares its measure with another one, each condition on a
-- column that the kind does not have or that the operator cannot be asked of, and each kind whose key or day is no column.
with derivations as (

    select * from {{ ref('measure_derivation') }}

),

kinds as (

    select * from {{ ref('evidence_kind') }}

),

evidence_columns as (

    select * from {{ ref('evidence_column') }}

),

conditions as (

    select
        conditions.*,
        derivations.kind_code,
        subjects.value_kind
    from {{ ref('measure_derivation_condition') }} as conditions
    inner join derivations
        on conditions.derivation_code = derivations.derivation_code
    left join evidence_columns as subjects
        on derivations.kind_code = subjects.kind_code
        and conditions.column_name = subjects.column_name

),

named_columns as (

    select kind_code, kind_code as named_by, date_column as column_name, 'timestamp' as needed_kind from kinds

    union all

    select kind_code, kind_code, unnest(string_split(key_columns, ' ')), null from kinds

    union all

    select kind_code, kind_code, unnest(['unit_code', 'provenance']), null from kinds

    union all

    select kind_code, derivation_code, value_column, null from derivations where value_column is not null

    union all

    select kind_code, derivation_code, from_column, 'timestamp' from derivations where from_column is not null

    union all

    select kind_code, derivation_code, to_column, 'timestamp' from derivations where to_column is not null

    union all

    select kind_code, derivation_code, operand, 'timestamp' from conditions
    where operator in ('not_after_column', 'after_column')

)

select
    named_columns.named_by,
    named_columns.column_name,
    'there is no such column of the kind, or it is no time' as problem
from named_columns
left join evidence_columns
    on named_columns.kind_code = evidence_columns.kind_code
    and named_columns.column_name = evidence_columns.column_name
where evidence_columns.column_name is null
    or evidence_columns.value_kind <> coalesce(named_columns.needed_kind, evidence_columns.value_kind)

union all

select
    derivation_code,
    column_name,
    'the operator cannot be asked of this column, or its operand is none' as problem
from conditions
where value_kind is null
    or (
        operator in ('at_least', 'at_most')
        and (value_kind not in ('integer', 'decimal') or try_cast(operand as decimal(20, 9)) is null)
    )
    or (
        operator in ('not_after_column', 'after_column', 'by_window_end', 'open_at_window_end', 'within_days_of_end')
        and value_kind <> 'timestamp'
    )
    or (operator = 'within_days_of_end' and try_cast(operand as integer) is null)
    or (operator = 'one_of' and value_kind not in ('text', 'choice'))
    or (
        operator in ('equals', 'differs_from')
        and value_kind in ('integer', 'decimal')
        and try_cast(operand as decimal(20, 9)) is null
    )
    or (operator in ('equals', 'differs_from') and value_kind = 'timestamp')
    or (operator in ('equals', 'differs_from', 'one_of')) > (operand is not null)

union all

select
    derivation_code,
    family,
    'the family needs other columns or another parameter' as problem
from derivations
where (family in ('distinct_count', 'lapsed_count', 'share_over_limit')) > (value_column is not null)
    or (family in ('largest_age', 'days_late')) > (from_column is not null)
    or (family in ('median', 'quantile')) > (value_column is not null or from_column is not null)
    or (family in ('quantile', 'share_over_limit')) is distinct from (parameter is not null)
    or (family = 'quantile' and parameter not between 0 and 1)
    or min_record_count < 1

union all

select
    max(derivation_code),
    measure_code,
    'two derivations of one measure' as problem
from derivations
group by measure_code
having count(*) > 1
