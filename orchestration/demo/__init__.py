"""Demo inputs: inbox files that a run lands like any other.

`county` writes synthetic files for the county assessment, calibrated to the published aggregates of the 2019 report;
`hdi` writes the published observations of the Human Development Index, `census` figures of the census of 2020.
Nothing outside this package knows a target.
"""
