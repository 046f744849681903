"""Tests of landing: contracts, readers, rules, succession, the store, kills and locks, and the raw tables."""
