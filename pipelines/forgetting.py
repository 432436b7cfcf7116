"""What Dagster keeps of a person: runs for them, by their person_id."""

from __future__ import annotations

import dagster as dg

from discovery.settings import Settings


def forget_runs(settings: Settings, person_id: str) -> int:
    """Delete the runs, with their events, that were about a person; returns how many."""
    folder = settings.home / "dagster"
    if not (folder / "dagster.yaml").exists():
        return 0
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        runs = [
            run
            for run in instance.get_runs()
            if run.tags.get("person_id") == person_id or person_id in str(run.run_config)
        ]
        for run in runs:
            instance.delete_run(run.run_id)
    return len(runs)
