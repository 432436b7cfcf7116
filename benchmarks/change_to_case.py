"""How long it takes from a change in Entra ID to a case, without the waits of the schedules.

    .venv/bin/python benchmarks/change_to_case.py [--users 500]

A fake tenant on loopback is collected and published once; somebody is disabled; then the jobs of the schedules run one
after the other as the daemon would start them: collect_people, nightly, and what opens a case for a departure.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discovery.collect import collect
from discovery.connectors import configured_connectors
from discovery.offboarding.advance import advance
from discovery.offboarding.notify import notifier
from discovery.offboarding.route import can_act
from discovery.settings import EntraSettings, Settings
from discovery.store import Store
from pipelines.nightly import run_nightly
from sample_data.tenant import Tenant, demo, serving

WAITS = {
    "people are collected": 15 * 60,
    "the inbox has stopped changing": 2 * 60,
    "departures are looked for": 5 * 60,
}
"""The longest wait of each schedule, with its default, in seconds."""


def tenant_of(users: int) -> Tenant:
    """Return the demo's tenant with more people."""
    tenant = demo(None)
    for number in range(users):
        tenant.add_user(f"more{number}.x", department="Sales")
    # A tenant that lives provisions somebody every day: no case is opened on a log whose newest entry is old.
    tenant.provisioned(next(iter(tenant.users)), next(iter(tenant.jobs)), "update", at=datetime.now(UTC))
    return tenant


def cases(settings: Settings) -> list[Any]:
    """Open cases for departures, as the schedule does."""
    with Store(settings.published, read_only=True) as store:
        return advance(
            settings, store, datetime.now(UTC).replace(tzinfo=None), connectors=configured_connectors(settings),
            can_act=can_act(settings), notify=notifier(settings), is_sent=True,
        )  # fmt: skip


def main() -> None:
    """Change something, run what follows, print what each took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=500)
    chosen = parser.parse_args()
    os.environ["DISCOVERY_ENTRA_TOKEN"] = "x"
    os.umask(0o077)
    tenant = tenant_of(chosen.users)
    ann = next(iter(tenant.users))
    with serving(tenant) as url, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home / "home", inbox=home / "inbox", domains=(tenant.domain,),
                            entra=EntraSettings(tenant.id, "", url, "token"))  # fmt: skip
        collect(settings, "entra")
        today = datetime.now(UTC).date()
        run_nightly(settings, today)
        cases(settings)
        tenant.disable(ann)
        opened: list[Any] = []
        steps: dict[str, Callable[[], Any]] = {
            "collect people": lambda: collect(settings, "entra", groups=["people"]),
            "night": lambda: run_nightly(settings, today),
            "open the case": lambda: opened.extend(cases(settings)),
        }
        total = 0.0
        for name, step in steps.items():
            begin = time.perf_counter()
            step()
            taken = time.perf_counter() - begin
            total += taken
            print(f"{name:16} {taken:6.1f} s")
        found = [one for one in opened if one.case_id and one.what.startswith("opened")]
        assert found, f"no case was opened: {opened}"
        longest = total + sum(WAITS.values())
        print(f"{'together':16} {total:6.1f} s from the change to the case, with {len(tenant.users)} people")
        print(
            f"ratio: {total / longest:.3f} of the longest time from the change to the case is the program's own work"
        )
        print(f"with the schedules' longest waits ({', '.join(f'{k} {v // 60} min' for k, v in WAITS.items())}): "
              f"{longest / 60:.0f} min at most")  # fmt: skip


if __name__ == "__main__":
    main()
