{{ inherited_rows('measure_rule') }}
