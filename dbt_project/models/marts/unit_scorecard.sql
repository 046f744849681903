{{ config(post_hook=["{{ hold_key_not_null() }}", "{{ comment_node_score_columns() }}"]) }}

-- Whoever averages this table averages one method.
select *
from {{ ref('unit_scorecard_all') }}
where is_primary_methodology
order by series_code, assessment_year, unit_code
