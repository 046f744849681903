-- zh: 地图上各区域的综合得分及其分档（档距取整，至多六档）
-- en: The composite of each area of a map and its band (bands of equal round width, six at most)

with areas as (

    select
        score.parent_region_code as map_code,
        score.region_code as area_code,
        score.region_name_zh as name_zh,
        score.region_name_en as name_en,
        score.mean_of_units as score
    from marts.region_score as score
    inner join marts.dim_indicator as node
        on score.methodology_code = node.methodology_code
        and score.node_code = node.node_code
        and node.node_level = 0
    where score.methodology_code = $methodology
        and score.assessment_year = $year
        and score.parent_region_code in (select region_code from marts.dim_region where region_level = 'nation')

    union all

    select maps.map_code, score.unit_code, score.unit_name_zh, score.unit_name_en, score.score
    from marts.fct_unit_score as score
    inner join (
        select unit_code, province_code as map_code
        from marts.dim_unit
        where is_included
            and assessment_year = $year

        union

        select unit_code, prefecture_code
        from marts.dim_unit
        where is_included
            and prefecture_code is not null
            and assessment_year = $year
    ) as maps
        on score.unit_code = maps.unit_code
    where score.methodology_code = $methodology
        and score.assessment_year = $year

),

steps as (

    select extents.map_code, extents.lowest, extents.highest, min(widths.step) as step
    from (
        select map_code, min(score) as lowest, max(score) as highest from areas group by map_code
    ) as extents
    inner join (values (cast(0.5 as decimal(4, 1))), (1), (2), (5), (10), (20), (50)) as widths (step)
        on floor(extents.highest / widths.step) - floor(extents.lowest / widths.step) < 6
    group by extents.map_code, extents.lowest, extents.highest

)

select
    areas.map_code,
    areas.area_code,
    areas.name_zh,
    areas.name_en,
    areas.score,
    steps.step,
    cast(floor(steps.highest / steps.step) as integer) as top_step,
    cast(floor(steps.highest / steps.step) - floor(steps.lowest / steps.step) + 1 as integer) as band_count,
    cast(floor(steps.highest / steps.step) - floor(areas.score / steps.step) as integer) as band,
    count(areas.score) over (partition by areas.map_code) as scored_area_count,
    steps.lowest,
    steps.highest
from areas
inner join steps
    on areas.map_code = steps.map_code
where areas.map_code = coalesce($region, areas.map_code)
order by areas.map_code, areas.area_code
