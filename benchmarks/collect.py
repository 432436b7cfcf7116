"""How long `discovery collect entra` takes against plain httpx with json.loads, and how much memory.

    .venv/bin/python benchmarks/collect.py [--users 100000] [--sign-ins 1000000] [--rounds 1]

A fake tenant in a process of its own serves users and sign-ins; each way of reading is a process of its own too, so
that its memory is its own. Plain: the same pages in the same windows one after the other, each parsed with json.loads
for its link and written as it came. The target: at most 1.5 times the plain time, and memory that does not grow. The
clock tells it on a machine that does nothing else; on a busy one the processor time beside it does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = 1.5


def plain(url: str, out: Path, now: datetime) -> int:
    """Read the same pages with httpx, parse each, write it."""
    import httpx

    from discovery.collect.entra import LEAVE, USER

    select = ",".join((*USER, LEAVE))
    begin = now - timedelta(days=30)
    urls = [f"{url}/v1.0/users?$select={select}&$expand=manager($select=id,mail,userPrincipalName)&$top=999"]
    while begin < now:
        end = min(begin + timedelta(days=1), now)
        window = (
            f"createdDateTime ge {begin:%Y-%m-%dT%H:%M:%SZ} and createdDateTime lt {end:%Y-%m-%dT%H:%M:%SZ}"
        )
        urls.append(f"{url}/beta/auditLogs/signIns?$filter={window} and signInEventTypes/any(t: t eq 'interactiveUser')"
                    "&$top=1000")  # fmt: skip
        begin = end
    records = 0
    headers = {"Authorization": "Bearer x"}
    with httpx.Client(headers=headers, trust_env=False, timeout=60) as client, out.open("wb") as file:
        for first in urls:
            following: str | None = first
            while following:
                body = client.get(following).content
                page = json.loads(body)
                records += len(page["value"])
                file.write(body + b"\n")
                following = page.get("@odata.nextLink")
    return records


def collected(url: str, out: Path, tenant: str) -> int:
    """Read them with the collector."""
    from discovery.collect import collect
    from discovery.settings import EntraSettings, Settings

    os.environ["DISCOVERY_ENTRA_TOKEN"] = "x"
    own = EntraSettings(tenant, "", url, "token",
                        without=("users_changed", "deleted_users", "sign_ins_non_interactive", "provisioning_log",
                                 "directory_audits"))  # fmt: skip
    settings = Settings(home=out / "home", inbox=out / "inbox", entra=own)
    outcomes = collect(settings, "entra", groups=("people", "logs"))
    assert all(one.is_fine for one in outcomes), outcomes
    return sum(one.records for one in outcomes)


def measured(way: str, url: str, tenant: str) -> tuple[float, float, int, float]:
    """Return seconds, MB at most, records and processor seconds of one way, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run(
            [sys.executable, __file__, "--way", way, "--url", url, "--tenant", tenant, "--out", folder],
            capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    said = json.loads(process.stdout)
    return said["seconds"], said["megabytes"], said["records"], said["processor"]


def one_way(way: str, url: str, tenant: str, out: Path) -> None:
    """Read in this process and print what it took, without the loading of libraries."""
    if way == "collect":
        import msgraph.generated.models.o_data_errors.o_data_error
        import msgraph.graph_service_client  # noqa: F401 - the SDK loads in seconds, once per process
    begin, busy = time.perf_counter(), time.process_time()
    now = datetime.now(UTC).replace(microsecond=0)
    records = plain(url, out / "pages", now) if way == "plain" else collected(url, out, tenant)
    print(json.dumps({
        "seconds": time.perf_counter() - begin, "processor": time.process_time() - busy, "records": records,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))  # fmt: skip


def main() -> None:
    """Serve, measure both ways in turn, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--sign-ins", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    for name in ("way", "url", "tenant", "out"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.way:
        one_way(chosen.way, chosen.url, chosen.tenant, Path(chosen.out))
        return
    server = subprocess.Popen(
        [sys.executable, "-m", "sample_data.tenant", "--port", "0", "--users", str(chosen.users),
         "--sign-ins", str(chosen.sign_ins)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        url, _, tenant = server.stdout.readline().split()
        taken: dict[str, list[tuple[float, float, int, float]]] = {"plain": [], "collect": []}
        for _ in range(chosen.rounds):
            for way, found in taken.items():
                found.append(measured(way, url, tenant))
    finally:
        server.terminate()
    best = {way: min(found) for way, found in taken.items()}
    for way, (seconds, megabytes, records, processor) in best.items():
        print(
            f"{way:8} {records:>9,} records in {seconds:6.1f} s ({records / seconds:,.0f}/s), "
            f"{processor:.1f} s of processor, {megabytes:4.0f} MB at most"
        )
    ratio = best["collect"][0] / best["plain"][0]
    busy = min(one[3] for one in taken["collect"]) / min(one[3] for one in taken["plain"])
    print(
        f"collect takes {ratio:.2f} × the plain time, {busy:.2f} × its processor time; target: at most {TARGET} ×"
    )
    if best["collect"][2] != best["plain"][2] or ratio > TARGET:
        sys.exit(1)


if __name__ == "__main__":
    main()
