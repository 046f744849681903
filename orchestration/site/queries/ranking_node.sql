select distinct on (node_code) node_code, name_zh, coalesce(name_en, name_zh) as name_en, full_mark, sort_path
from marts.dim_indicator
where methodology_code = $methodology and node_level = 1
order by node_code
