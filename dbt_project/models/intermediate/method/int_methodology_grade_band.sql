{{ inherited_rows('grade_band') }}
