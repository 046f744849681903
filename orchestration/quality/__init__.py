"""Great Expectations: suites as code, run on pandas frames; what they find, as data."""
