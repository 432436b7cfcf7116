"""Another engine's process, started by Dagster Pipes, so that its end and its words stand in the run's record."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import dagster as dg

from discovery.spark import Launch


def by_pipes(context: dg.AssetExecutionContext) -> Launch:
    """Return what runs a command as an external process of this step."""

    def launch(command: Sequence[str]) -> int:
        try:
            with warnings.catch_warnings():
                # Dagster's own session asks its context in a way that it calls deprecated.
                warnings.filterwarnings(
                    "ignore", category=DeprecationWarning, message=".*AssetExecutionContext"
                )
                dg.PipesSubprocessClient().run(context=context, command=list(command))
        except dg.DagsterError:
            return 1  # what it met stands in its result
        return 0

    return launch
