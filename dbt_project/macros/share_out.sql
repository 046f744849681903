{#
  The part of a whole `amount` that falls to one of several, by whole-numbered shares that are 0 or more: the running
  total of the shares, rounded down, less that before the share itself. The parts add up to the amount exactly, and each is
  less than one unit away from its exact proportion.
#}
{% macro share_out(amount, share, share_so_far, share_of_all) -%}
    ({{ amount }} * {{ share_so_far }}) // {{ share_of_all }}
    - ({{ amount }} * ({{ share_so_far }} - {{ share }})) // {{ share_of_all }}
{%- endmacro %}
