-- What each region of each edition lies in.
select assessment_year, region_code, parent_region_code, name_zh, name_en from marts.dim_region
