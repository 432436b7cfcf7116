"""The nightly run in Dagster: assets, checks, jobs, schedules and sensors over the library `discovery`."""
