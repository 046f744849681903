{{ inherited_rows('warning_rule') }}
