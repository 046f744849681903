-- zh: 综合平均分最高的同级地区的各维度平均分、与本地区的差距
-- en: Dimensions of the region of the same level with the best composite mean, and the region's gap to it

with subject as (

    select region_level, node_code, mean_of_units
    from marts.region_score
    where methodology_code = $methodology
        and region_code = $region

),

best as (

    select region_code
    from marts.region_score
    where methodology_code = $methodology
        and region_level = (select min(region_level) from subject)
        and node_code = 'composite'
        and rank_in_level = 1
    order by region_code <> $region, region_code
    limit 1

)

select
    score.region_code,
    score.region_name_zh,
    score.region_name_en,
    score.node_code,
    score.mean_of_units,
    case when node.min_mark < 0 then null else score.score_rate end as score_rate,
    cast(subject.mean_of_units - score.mean_of_units as decimal(18, 10)) as gap,
    score.region_code <> $region
        and score.node_level = 1
        and gap < 0
        and row_number() over (partition by score.node_level order by gap, score.node_code) = 1 as is_widest
from marts.region_score as score
inner join best
    on score.region_code = best.region_code
inner join subject
    on score.node_code = subject.node_code
left join marts.dim_indicator as node
    on score.methodology_code = node.methodology_code
    and score.node_code = node.node_code
where score.methodology_code = $methodology
    and score.node_level <= 1
order by score.node_code
