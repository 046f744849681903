{{ inherited_rows('node') }}
