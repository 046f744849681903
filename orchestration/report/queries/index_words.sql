-- zh: 指数系列的名称、评估对象的称呼
-- en: The words of the series: its name, and what its units are called

select
    series_name_zh,
    series_name_en,
    unit_noun_zh,
    unit_noun_en
from marts.dim_methodology
where methodology_code = $methodology
