-- zh: 编辑引入的背景资料：本地区当年的政策与做法（引文）
-- en: Context that an editor landed: quotations on policy and practice in the region and year

select section, text, source_name, source_url
from marts.narrative
where place_code = $region
order by item_position
