"""Python imports it at the start of every process of the tests, for its folder is on their path."""

import loopback_only  # noqa: F401
import warm_start

warm_start.go_on_in_warm_process()
