"""Deprovisioning of a large tenant: 100,000 users, 200 provisioning jobs, and what ten times the users cost.

    python benchmarks/deprovisioning_scale.py [--users 100000] [--jobs 200] [--folder DIR]

The tables of the stage canonical are made by SQL: each user has eight direct assignments and is in one of 40 assigned
groups, 5 % have left (disabled, a third of them deleted), and the provisioning log holds three entries a user. Prints
the processor time of each step of the table `deprovisioning` and of `readiness`, for a tenth of the users and for all
of them, and how much more than ten times the tenth all of them take: the target is at most 1.5.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from discovery.graph import STEPS  # noqa: E402 - the path first
from discovery.settings import Settings  # noqa: E402
from discovery.stage import Night  # noqa: E402
from discovery.store import Store  # noqa: E402

AS_OF = date(2026, 9, 30)
TARGET = 1.5
MEASURED = ("client_app", "departure", "deprovisioning_scope", "deprovisioning_fact", "deprovisioning_rule",
            "deprovisioning_log", "deprovisioning", "provisioning_step", "readiness")  # fmt: skip
OWN = "'entra' AS system, 'main' AS instance, 'file' AS file_id"

FILL = {
    "canonical.person": """
        SELECT 'p' || i AS person_id, 'person' || i || '@acme.test' AS email, 'active' AS status
        FROM range($users) AS t(i)""",
    "canonical.account": """
        SELECT 'a' || i AS account_id, 'p' || i AS person_id, 'entra' AS system, 'main' AS instance,
            'o' || i AS identifier,
            'human' AS kind
        FROM range($users) AS t(i)""",
    "canonical.directory_account": f"""
        SELECT {OWN}, 'u' || i AS event_id, 'o' || i AS identifier, 'o' || i AS account_key,
            CASE WHEN i % 20 <> 0 THEN 'active' WHEN i % 60 = 0 THEN 'soft_deleted' ELSE 'disabled' END AS status,
            CASE WHEN i % 60 = 0 THEN TIMESTAMP '2026-09-12 10:00' END AS deleted_at, i % 60 <> 0 AS was_enabled,
            DATE '2026-09-29' AS snapshot_on
        FROM range($users) AS t(i)""",
    "canonical.directory_event": f"""
        SELECT {OWN}, 'd' || i AS event_id, 'o' || i AS identifier, 'disabled' AS change,
            TIMESTAMP '2026-09-10 09:00' + to_minutes(i % 1440) AS observed_at
        FROM range($users) AS t(i) WHERE i % 20 = 0""",
    "canonical.app_registration": f"""
        SELECT {OWN}, 'r' || j AS event_id, 'c' || j AS app_key, 'app_id' AS mention_kind, 'm' || j AS mention,
            'a-template' AS template
        FROM range($jobs) AS t(j)""",
    "matching.match": """
        SELECT 'app_id' AS kind, 'm' || j AS mention, 'app-' || j AS app_id, 'accept' AS decision
        FROM range($jobs) AS t(j)""",
    "canonical.list_day": """
        SELECT 'provisioning_job' AS kind, 'entra' AS system, 'main' AS instance, '' AS mention,
            DATE '2026-09-29' AS day,
            true AS is_complete, true AS is_believed""",
    "canonical.provisioning_job": f"""
        SELECT {OWN}, 'j' || j AS event_id, 'job' AS part, 'c' || j AS client_key, 'job' || j AS job_id,
            CASE WHEN j % 3 = 0 THEN 'customappsso' ELSE 'slackOutDelta' END AS template, 'active' AS schedule,
            CASE WHEN j % 25 = 0 THEN 'quarantine' ELSE 'active' END AS status, 40 AS interval_minutes,
            TIMESTAMP '2026-09-20' AS quarantine_began_at, true AS does_create, true AS does_update,
                j % 10 <> 0 AS does_delete,
            j % 15 <> 0 AS maps_soft_delete, false AS maps_enabled, ['userName'] AS matches_on,
            DATE '2026-09-29' AS snapshot_on
        FROM range($jobs) AS t(j)""",
    "canonical.assignment": f"""
        SELECT {OWN}, 's' || i || '-' || k AS event_id, 'o' || i AS identifier, 'user' AS principal_kind,
            'c' || ((i * 7 + k * 23) % $jobs) AS client_key, 'app_id' AS mention_kind,
            'm' || ((i * 7 + k * 23) % $jobs) AS mention, 'role' AS role, DATE '2026-09-29' AS snapshot_on
        FROM range($users) AS t(i), range(8) AS n(k)
        UNION ALL BY NAME
        SELECT {OWN}, 'g' || g AS event_id, 'group' AS principal_kind, 'g' || g AS group_key,
            'Group ' || g AS group_name,
            'c' || (g * 5 % $jobs) AS client_key, 'app_id' AS mention_kind, 'm' || (g * 5 % $jobs) AS mention,
                'role' AS role,
            DATE '2026-09-29' AS snapshot_on
        FROM range(40) AS t(g)""",
    "canonical.membership": f"""
        SELECT {OWN}, 'b' || i AS event_id, 'o' || i AS identifier, 'user' AS principal_kind,
            'g' || (i % 40) AS group_key,
            DATE '2026-09-29' AS snapshot_on
        FROM range($users) AS t(i)""",
    "canonical.provisioning_event": f"""
        SELECT {OWN}, 'e' || i || '-' || k AS event_id, 'o' || i AS identifier, 'user' AS principal_kind,
            'c' || ((i * 7 + k * 23) % $jobs) AS client_key, 'app_id' AS mention_kind,
            'm' || ((i * 7 + k * 23) % $jobs) AS mention,
                CASE WHEN i % 20 = 0 THEN 'disable' ELSE 'update' END AS action,
            CASE WHEN i % 500 = 0 THEN 'failure' ELSE 'success' END AS status,
            TIMESTAMP '2026-09-10 09:30' + to_minutes((i * 3 + k) % 27000) AS observed_at
        FROM range($users) AS t(i), range(3) AS n(k)""",
}  # fmt: skip


def seconds() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(folder: Path, users: int, jobs: int) -> dict[str, float]:
    """Return the processor seconds of each step, for so many users; says how many rows came of it."""
    home = folder / str(users)
    home.mkdir(mode=0o700)
    settings = Settings(home=home, inbox=home / "inbox", memory_limit="4GB")
    night, taken = Night(settings, AS_OF), {}
    with Store(home / "warehouse.duckdb", memory_limit=settings.memory_limit) as store:
        store.create_tables()
        for table, sql in FILL.items():
            binds = {name: value for name, value in (("users", users), ("jobs", jobs)) if f"${name}" in sql}
            store.run(f"INSERT INTO {table} BY NAME {sql}", binds)
        for step in STEPS:
            name = step.table.removeprefix("graph.")
            if name in MEASURED:
                begun = seconds()
                step.build(store, night)
                taken[name] = seconds() - begun
        rows, states = store.count("graph.deprovisioning"), dict(store.rows(
            "SELECT state, count(*) FROM graph.deprovisioning GROUP BY ALL ORDER BY ALL"
        ))  # fmt: skip
    said = ", ".join(f"{state} {count:,}" for state, count in states.items())
    print(f"{users:,} users, {jobs} jobs: {rows:,} rows ({said})", flush=True)
    return taken


def main() -> None:
    """Measure a tenth and all, print, fail above the target."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where to work; default a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        tenth = measured(Path(scratch), given.users // 10, given.jobs)
        whole = measured(Path(scratch), given.users, given.jobs)
    for name in MEASURED:
        print(f"  {name:22} {tenth[name]:7.2f} s {whole[name]:7.2f} s")
    few, many = sum(tenth.values()), sum(whole.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'all':22} {few:7.2f} s {many:7.2f} s of processor; {peak:,.0f} MB at most")
    ratio = many / (10 * few)
    print(f"ten times the users take {ratio:.2f} × ten times the time; target: at most {TARGET} ×")
    if ratio > TARGET:
        sys.exit(1)


if __name__ == "__main__":
    main()
