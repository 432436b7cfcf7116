"""The stage graph: who has access to what, how it is known, and what is not known."""

from __future__ import annotations

import dagster as dg

from pipelines.steps import step_assets


def assets() -> list[dg.AssetsDefinition]:
    """Return one asset per table."""
    return step_assets("graph")
