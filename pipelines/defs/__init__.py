"""One module per stage, and checks, jobs and schedules over all of them.

These modules do without `from __future__ import annotations`: Dagster looks at the annotations of the
functions that it decorates.
"""
