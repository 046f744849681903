{{ inherited_rows('event_topic') }}
