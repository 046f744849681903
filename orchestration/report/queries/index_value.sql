-- zh: 该评估对象各测量项的数值与状态
-- en: The unit's measures: value and status

select
    measure.name_zh as measure_name_zh,
    measure.name_en as measure_name_en,
    score.measure_code,
    score.node_code,
    measure.measurement_unit,
    score.value,
    score.status
from marts.fct_measure_score as score
inner join marts.dim_measure as measure
    on score.methodology_code = measure.methodology_code
    and score.measure_code = measure.measure_code
where score.methodology_code = $methodology
    and score.unit_code = $region
order by score.node_code, score.measure_code
