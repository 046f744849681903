-- Fails with each interval that does not hold its own median, or goes beyond the best and the worst rank drawn.
select
    scenario_code,
    assessment_year,
    methodology_code,
    scope_kind,
    unit_code,
    best_rank,
    lower_rank,
    median_rank,
    upper_rank,
    worst_rank
from {{ ref('rank_interval') }}
where not (
    best_rank <= lower_rank
    and lower_rank <= median_rank
    and median_rank <= upper_rank
    and upper_rank <= worst_rank
    and worst_rank <= ranked_unit_count
)
