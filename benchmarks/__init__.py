"""One script per performance claim: `python -m benchmarks.NAME`. Figures hold for the machine they were printed on."""
