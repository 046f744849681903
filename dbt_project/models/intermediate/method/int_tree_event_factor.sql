{{ inherited_rows('event_factor') }}
