{{ config(post_hook=["{{ hold_key_not_null() }}", "{{ comment_node_score_columns() }}"]) }}

{%- set fixed_names = model.columns.keys() | list -%}
{%- set score_columns = node_score_columns(fixed_names) -%}

with unit_scores as (

    select * from {{ ref('fct_unit_score') }}

),

units as (

    select * from {{ ref('dim_unit') }}

),

grades as (

    select * from {{ ref('dim_grade') }}

),

releases as (

    select * from {{ ref('release_info') }}

),

series as (

    select * from {{ ref('stg_series') }}

),

trends as (

    select * from {{ ref('unit_trend') }}
    where node_level = 0

),

node_scores as (

    select series_code, assessment_year, methodology_code, unit_code, node_code, published_score
    from {{ ref('fct_dimension_score') }}

    union all

    select series_code, assessment_year, methodology_code, unit_code, node_code, published_score
    from {{ ref('fct_indicator_score') }}
    where node_level = 2

),

node_columns as (

    select
        series_code,
        assessment_year,
        methodology_code,
        unit_code
        {%- for column in score_columns %},
        max(case when node_code = '{{ column["node_code"] }}' then published_score end) as {{ column['name'] }}
        {%- endfor %}
    from node_scores
    group by series_code, assessment_year, methodology_code, unit_code

)

select
    unit_scores.series_code,
    unit_scores.assessment_year,
    unit_scores.methodology_code,
    unit_scores.unit_code,
    releases.is_primary_methodology,
    releases.data_kind,
    releases.data_kind_zh,
    unit_scores.unit_name_zh,
    unit_scores.unit_name_en,
    units.unit_type,
    units.province_code,
    units.province_name_zh,
    units.province_name_en,
    units.prefecture_code,
    units.prefecture_name_zh,
    units.prefecture_name_en,
    unit_scores.published_score,
    unit_scores.full_mark,
    unit_scores.published_base_score,
    unit_scores.base_full_mark,
    unit_scores.grade,
    grades.name_zh as grade_name_zh,
    grades.name_en as grade_name_en,
    unit_scores.is_ranked,
    unit_scores.rank_overall,
    unit_scores.ranked_unit_count_overall,
    unit_scores.rank_national,
    unit_scores.ranked_unit_count_national,
    unit_scores.rank_in_province,
    unit_scores.ranked_unit_count_in_province,
    unit_scores.rank_in_prefecture,
    unit_scores.ranked_unit_count_in_prefecture,
    unit_scores.coverage,
    unit_scores.veto_count,
    trends.previous_assessment_year,
    {{ published_score('trends.previous_score', 'series.publication_digits') }} as previous_published_score,
    trends.previous_rank_national,
    trends.previous_rank_overall,
    trends.rank_gain
    {%- for column in score_columns %},
    node_columns.{{ column['name'] }}
    {%- endfor %}
from unit_scores
inner join units
    on unit_scores.series_code = units.series_code
    and unit_scores.assessment_year = units.assessment_year
    and unit_scores.unit_code = units.unit_code
inner join releases
    on unit_scores.series_code = releases.series_code
    and unit_scores.assessment_year = releases.assessment_year
    and unit_scores.methodology_code = releases.methodology_code
inner join series
    on unit_scores.series_code = series.series_code
left join grades
    on unit_scores.methodology_code = grades.methodology_code
    and unit_scores.grade = grades.grade
left join trends
    on unit_scores.series_code = trends.series_code
    and unit_scores.assessment_year = trends.assessment_year
    and unit_scores.methodology_code = trends.methodology_code
    and unit_scores.unit_code = trends.unit_code
left join node_columns
    on unit_scores.series_code = node_columns.series_code
    and unit_scores.assessment_year = node_columns.assessment_year
    and unit_scores.methodology_code = node_columns.methodology_code
    and unit_scores.unit_code = node_columns.unit_code
order by
    unit_scores.series_code,
    unit_scores.assessment_year,
    unit_scores.methodology_code,
    unit_scores.unit_code
