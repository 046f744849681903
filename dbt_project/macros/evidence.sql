{#
  Evidence becomes measures here. A derivation is a row of measure_derivation, its conditions are rows in a small closed
  vocabulary; these macros write them as SQL, one pass over the records of a kind for all its derivations. What an engine
  says in words of its own stands in engine/<engine>.sql.
#}

{% macro engine_starts() %}{{ adapter.dispatch('engine_starts')() }}{% endmacro %}
{% macro engine_ends() %}{{ adapter.dispatch('engine_ends')() }}{% endmacro %}
{% macro evidence_seed(name) %}{{ return(adapter.dispatch('evidence_seed')(name)) }}{% endmacro %}
{% macro evidence_raw(name) %}{{ return(adapter.dispatch('evidence_raw')(name)) }}{% endmacro %}
{% macro evidence_strategy(strategy) %}{{ return(adapter.dispatch('evidence_strategy')(strategy)) }}{% endmacro %}
{% macro evidence_partitioned_by(columns) %}{{ return(adapter.dispatch('evidence_partitioned_by')(columns)) }}{% endmacro %}
{% macro evidence_takes_whole_kinds(partition_kind) %}
    {{ return(adapter.dispatch('evidence_takes_whole_kinds')(partition_kind)) }}
{% endmacro %}
{% macro evidence_without(relation, year_column, changed, kept) -%}
    {{ adapter.dispatch('evidence_without')(relation, year_column, changed, kept) }}
{%- endmacro %}

{% macro evidence_files(kind) %}{{ adapter.dispatch('evidence_files')(kind) }}{% endmacro %}
{% macro evidence_days(from_time, to_time) %}{{ adapter.dispatch('evidence_days')(from_time, to_time) }}{% endmacro %}
{% macro evidence_key_hash(columns) %}{{ adapter.dispatch('evidence_key_hash')(columns) }}{% endmacro %}
{% macro evidence_anti_join() %}{{ adapter.dispatch('evidence_anti_join')() }}{% endmacro %}
{% macro evidence_fingerprint(text) %}{{ adapter.dispatch('evidence_fingerprint')(text) }}{% endmacro %}
{% macro evidence_whole_quotient(numerator, denominator) -%}
    {{ adapter.dispatch('evidence_whole_quotient')(numerator, denominator) }}
{%- endmacro %}

{# The folder of the evidence in effect. #}
{% macro evidence_store() %}{{ env_var('ZHENGXIN_EVIDENCE_STORE', '') }}{% endmacro %}

{# The rows of a query as mappings; none while dbt only parses. #}
{% macro evidence_rows(query) %}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set answer = run_query(query) -%}
        {%- for row in answer.rows -%}
            {%- do found.append(dict(zip(answer.column_names, row))) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{#
  The partitions with all that their counts follow from. What an assessed year counts changes also where a record of it,
  or of a year before, is delivered anew with a day in another year: these duplicates are part of its state.
#}
{% macro evidence_states(partition_kind) -%}
    {%- if partition_kind != 'assessment_year' %}
    select
        evidence_kind,
        partition_kind,
        partition_year,
        state_hash
    from {{ evidence_raw('evidence_state') }}
    where partition_kind = '{{ partition_kind }}'
    {%- else %}
    select
        states.evidence_kind,
        states.partition_kind,
        states.partition_year,
        concat(
            states.state_hash,
            '-', cast(count(moved.batch_id) as {{ dbt.type_string() }}),
            '-', cast(coalesce(bit_xor({{ evidence_fingerprint("moved.batch_id || ' ' || moved.row_number") }}), 0) as {{ dbt.type_string() }})
        ) as state_hash
    from {{ evidence_raw('evidence_state') }} as states
    left join {{ ref('int_evidence_duplicate') }} as moved
        on states.evidence_kind = moved.evidence_kind
        and states.partition_year >= moved.record_year
        and moved.record_year <> moved.counted_record_year
    where states.partition_kind = 'assessment_year'
    group by states.evidence_kind, states.partition_kind, states.partition_year, states.state_hash
    {%- endif %}
{%- endmacro %}

{#
  Kind and year of the partitions whose records or rules are not those of the last build: all of them in a first one.
  Of records also those with one that did not count because of another in such a partition, or in one that is no more.
#}
{% macro evidence_changed(partition_kind) %}
    {%- set built = adapter.get_relation(this.database, this.schema, 'int_evidence_partition') if execute else none -%}
    {%- set is_by_steps = built is not none and is_incremental() -%}
    {%- set tells_years = is_by_steps and partition_kind == 'record_year'
        and 'counted_record_year' in adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
    {%- set query -%}
        with states as (
            {{ evidence_states(partition_kind) }}
        ),
        unchanged as (
            select * from states
            {% if is_by_steps %}
            where state_hash in (select state_hash from {{ built }} where partition_kind = '{{ partition_kind }}')
            {% else %}
            where false
            {% endif %}
        )
        select evidence_kind, partition_year
        from states
        where state_hash not in (select state_hash from unchanged)
        {% if is_by_steps and evidence_takes_whole_kinds(partition_kind) %}
            or evidence_kind in (
                select evidence_kind
                from states
                where state_hash not in (select state_hash from unchanged)

                union

                select evidence_kind
                from {{ built }}
                where partition_kind = '{{ partition_kind }}'
                    and state_hash not in (select state_hash from unchanged)
            )
        {% elif tells_years %}
            or concat(evidence_kind, ' ', partition_year) in (
                select concat(evidence_kind, ' ', record_year)
                from {{ this }}
                where record_year <> counted_record_year
                    and concat(evidence_kind, ' ', counted_record_year) not in (
                        select concat(evidence_kind, ' ', partition_year) from unchanged
                    )
            )
        {% endif %}
        order by evidence_kind, partition_year
    {%- endset -%}
    {{ return(evidence_rows(query)) }}
{% endmacro %}

{# Takes out of an incremental table what belongs to changed partitions, and to those that are no more. #}
{% macro evidence_without_stale(partition_kind, year_column) %}
    {%- if execute and is_incremental() -%}
        {%- set changed = [] -%}
        {%- for row in evidence_changed(partition_kind) -%}
            {%- do changed.append(row.evidence_kind ~ ' ' ~ row.partition_year) -%}
        {%- endfor -%}
        {%- set kept -%}
            select concat(evidence_kind, ' ', partition_year) as kind_and_year
            from {{ evidence_raw('evidence_state') }}
            where partition_kind = '{{ partition_kind }}'
        {%- endset -%}
        {{ evidence_without(this, year_column, changed, kept) }}
    {%- else -%}
        select 1
    {%- endif -%}
{% endmacro %}

{# A text as SQL. #}
{% macro evidence_literal(text) %}'{{ text | string | replace("'", "''") }}'{% endmacro %}

{# A derivation's part as one condition; `window_end` is the last day of the assessed year. #}
{% macro evidence_condition(conditions) -%}
    {%- set terms = [] -%}
    {%- for row in conditions -%}
        {%- set column, operand = row.column_name, (row.operand or '') | replace("'", "''") -%}
        {%- set is_text = row.value_kind in ('text', 'choice') -%}
        {%- set literal = "'" ~ operand ~ "'" if is_text else operand -%}
        {%- if row.operator == 'is_filled' -%}{%- do terms.append(column ~ ' is not null') -%}
        {%- elif row.operator == 'is_blank' -%}{%- do terms.append(column ~ ' is null') -%}
        {%- elif row.operator == 'equals' -%}{%- do terms.append(column ~ ' = ' ~ literal) -%}
        {%- elif row.operator == 'differs_from' -%}{%- do terms.append(column ~ ' <> ' ~ literal) -%}
        {%- elif row.operator == 'one_of' -%}
            {%- do terms.append(column ~ " in ('" ~ operand.split() | join("', '") ~ "')") -%}
        {%- elif row.operator == 'at_least' -%}{%- do terms.append(column ~ ' >= ' ~ operand) -%}
        {%- elif row.operator == 'at_most' -%}{%- do terms.append(column ~ ' <= ' ~ operand) -%}
        {%- elif row.operator == 'not_after_column' -%}
            {%- do terms.append('cast(' ~ column ~ ' as date) <= cast(' ~ operand ~ ' as date)') -%}
        {%- elif row.operator == 'after_column' -%}
            {%- do terms.append('cast(' ~ column ~ ' as date) > cast(' ~ operand ~ ' as date)') -%}
        {%- elif row.operator == 'by_window_end' -%}
            {%- do terms.append('cast(' ~ column ~ ' as date) <= window_end') -%}
        {%- elif row.operator == 'open_at_window_end' -%}
            {%- do terms.append('(' ~ column ~ ' is null or cast(' ~ column ~ ' as date) > window_end)') -%}
        {%- elif row.operator == 'within_days_of_end' -%}
            {%- do terms.append(evidence_days(column, 'window_end') | trim ~ ' <= ' ~ operand) -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error("measure_derivation_condition: no operator '" ~ row.operator ~ "'") }}
        {%- endif -%}
    {%- endfor -%}
    {{- terms | join(' and ') if terms else 'true' -}}
{%- endmacro %}

{# The day of a time, or the last day of the assessed year where there is none by then. #}
{% macro evidence_by_window_end(column) -%}
    case when cast({{ column }} as date) <= window_end then cast({{ column }} as date) else window_end end
{%- endmacro %}

{# What a derivation measures of one record: a column, or days. What is still open counts up to the end of the year. #}
{% macro evidence_value(derivation) -%}
    {%- if derivation.value_column -%}
        {{ derivation.value_column }}
    {%- elif derivation.family in ('largest_age', 'days_late') -%}
        {{ evidence_days(derivation.from_column, evidence_by_window_end(derivation.to_column or 'window_end')) | trim }}
    {%- elif derivation.from_column -%}
        {{ evidence_days(derivation.from_column, derivation.to_column or 'window_end') | trim }}
    {%- endif -%}
{%- endmacro %}

{#
  The derivations of the seeds, each with its SQL and the series of its measure. `shown` is what a record shows of itself:
  what is measured of it, else by how many days it missed (or kept) its deadline.
#}
{% macro evidence_derivations() %}
    {%- set derivations = evidence_rows(
        "select d.derivation_code, d.version, d.measure_code, m.series_code, d.kind_code, d.family, d.value_column,"
        ~ " d.from_column, d.to_column, cast(d.parameter as " ~ dbt.type_string() ~ ") as parameter, d.time_window, d.min_record_count,"
        ~ " d.channel, d.note_zh, d.note_en, d.origin"
        ~ " from " ~ evidence_seed('measure_derivation') ~ " as d"
        ~ " inner join " ~ evidence_seed('measure') ~ " as m on d.measure_code = m.measure_code"
        ~ " order by d.kind_code, d.time_window, d.derivation_code"
    ) -%}
    {%- set conditions = evidence_rows(
        "select c.derivation_code, c.part, c.column_name, c.operator, c.operand, e.value_kind"
        ~ " from " ~ evidence_seed('measure_derivation_condition') ~ " as c"
        ~ " inner join " ~ evidence_seed('measure_derivation') ~ " as d on c.derivation_code = d.derivation_code"
        ~ " inner join " ~ evidence_seed('evidence_column') ~ " as e"
        ~ " on d.kind_code = e.kind_code and c.column_name = e.column_name"
        ~ " order by c.derivation_code, c.part, c.position"
    ) -%}
    {%- for row in derivations -%}
        {%- set own = conditions | selectattr('derivation_code', 'equalto', row.derivation_code) | list -%}
        {%- set among = evidence_condition(own | selectattr('part', 'equalto', 'among') | list) -%}
        {%- set counted = evidence_condition(own | selectattr('part', 'equalto', 'counted') | list) -%}
        {%- set value = evidence_value(row) | trim -%}
        {%- if row.family == 'share_over_limit' -%}
            {%- set among = among ~ ' and ' ~ value ~ ' is not null' -%}
            {%- set counted = counted ~ ' and ' ~ value ~ ' > ' ~ row.parameter -%}
        {%- endif -%}
        {%- set deadline = own | selectattr('operator', 'equalto', 'not_after_column') | list | first -%}
        {%- if value or not deadline -%}
            {%- set shown = value -%}
        {%- else -%}
            {%- set shown = evidence_days(deadline.operand, evidence_by_window_end(deadline.column_name)) | trim -%}
        {%- endif -%}
        {%- do row.update({
            'alias': 'd' ~ loop.index, 'among': among, 'counted': counted, 'value': value, 'shown': shown,
            'counted_by': 'value' if row.family in ('distinct_count', 'lapsed_count')
                else 'unit' if row.family in ('median', 'quantile') else 'code'
        }) -%}
    {%- endfor -%}
    {{ return(derivations) }}
{% endmacro %}

{#
  The records of a kind that count, each key once, with the assessed year that they are counted for. Where it is one year,
  as in most runs, it stands as a constant, so that its end is not computed of each record.
#}
{% macro evidence_records(kind, window, years) -%}
    {%- for year in (years if window == 'until' or years | length == 1 else [none]) %}
    select
        records.*,
        {{ year or 'records.record_year' }} as assessment_year,
        make_date({{ year or 'records.record_year' }}, 12, 31) as window_end
    from {{ evidence_files(kind) }} as records
    {{ evidence_anti_join() }} (
        select
            row_number,
            batch_id
        from duplicates
        where evidence_kind = '{{ kind }}'
    ) as known
        on records.row_number = known.row_number
        and records.batch_id = known.batch_id
    where records.record_year {{ '<= ' ~ year if window == 'until' else 'in (' ~ years | join(', ') ~ ')' }}
    {{- ' union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The aggregate of a derivation beyond its two counts; NULL where the counts say it all. #}
{% macro evidence_aggregate(derivation) -%}
    {%- set both = '(' ~ derivation.among ~ ') and (' ~ derivation.counted ~ ')' -%}
    {%- set valued = 'case when ' ~ both ~ ' then ' ~ derivation.value ~ ' end' -%}
    {%- if derivation.family in ('median', 'quantile') -%}
        cast(
            percentile_cont({{ '0.5' if derivation.family == 'median' else derivation.parameter }})
            within group (order by cast({{ valued }} as double)) as decimal(20, 6)
        )
    {%- elif derivation.family == 'largest_age' -%}
        cast(max({{ valued }}) as decimal(20, 6))
    {%- elif derivation.family == 'days_late' -%}
        cast(max(case when {{ both }} and {{ derivation.value }} > 0 then {{ derivation.value }} when {{ both }} then 0 end) as decimal(20, 6))
    {%- else -%}
        cast(null as decimal(20, 6))
    {%- endif -%}
{%- endmacro %}

{# A share in percent with six decimals, half up, by whole numbers alone: every engine gives the same. #}
{% macro evidence_percent(counted, among) -%}
    cast(
        cast({{ evidence_whole_quotient(
            '(' ~ counted ~ ' * 200000000 + ' ~ among ~ ')', '(2 * ' ~ among ~ ')'
        ) | trim }} as decimal(12, 0)) * cast('0.000001' as decimal(7, 6))
        as decimal(20, 6)
    )
{%- endmacro %}

{# A value as it can be held against another: what people report is rounded, so that counted shares have two decimals. #}
{% macro as_reported(value) -%}
    round({{ value }}, 2)
{%- endmacro %}

{# Whether the values and states of a cell's candidates differ, as a condition on their group. #}
{% macro candidates_differ(candidates) -%}
    (
        count(distinct coalesce(cast({{ candidates }}.value as varchar), {{ candidates }}.state))
            filter (where {{ candidates }}.source <> 'derivation') > 1
        or count(distinct coalesce(cast({{ as_reported(candidates ~ '.value') }} as varchar), {{ candidates }}.state)) > 1
    )
{%- endmacro %}
