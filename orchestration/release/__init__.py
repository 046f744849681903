"""Releases: what was published of an edition, frozen, checked, compared and rebuilt. No Dagster here."""
