"""The stage matching: mention → app, with the rows that make each decision."""

from __future__ import annotations

import dagster as dg

from pipelines.steps import step_assets


def assets() -> list[dg.AssetsDefinition]:
    """Return one asset per table."""
    return step_assets("matching")
