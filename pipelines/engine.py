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
                warnings.simplefilter(
                    "ignore"
                )  # Dagster's own session uses what Dagster calls deprecated or preview
                dg.PipesSubprocessClient().run(context=context, command=list(command))
        except Exception:  # of a type that Dagster does not export
            return 1  # what it met stands in its result
        return 0

    return launch
