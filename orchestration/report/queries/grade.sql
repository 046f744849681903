-- zh: 等级的分数区间
-- en: Bands of the grades

select
    grade,
    grade_position,
    name_zh,
    name_en,
    grade_lower_bound,
    grade_upper_bound,
    case when grade_upper_bound is null then 'top' when grade_lower_bound is null then 'bottom' else 'middle' end
        as grade_end
from marts.dim_grade
where methodology_code = $methodology
order by grade_position
