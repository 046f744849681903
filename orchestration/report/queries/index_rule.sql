-- zh: 各测量项的计分规则
-- en: The rule of every measure

select
    measure_code,
    node_code,
    name_zh as measure_name_zh,
    name_en as measure_name_en,
    measurement_unit,
    rule_family,
    weight,
    floor,
    target,
    rule_text_zh,
    rule_text_en
from marts.dim_measure
where methodology_code = $methodology
order by node_code, measure_code
