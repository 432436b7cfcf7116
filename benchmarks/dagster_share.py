"""Dagster's share: a night through Dagster against the library alone, on the same inbox.

    python benchmarks/dagster_share.py [--sign-ins 200000] [--rounds 1]

Once for the sample company and once for that many generated sign-ins; each night starts from an empty home in a
process of its own, both ways take turns, best of the rounds. Dagster's time holds what only a run through it
does: the checks (printed), the metadata, and every event written to its SQLite. Its import is printed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2026, 9, 30)
PROMISED_STEP_MS = 100


def generate(folder: Path, sign_ins: int) -> Path:
    """Let the sample's generator write sign-ins; returns the settings file."""
    command = [sys.executable, str(ROOT / "sample_data" / "generate.py"), "--only", "entra_sign_ins"]
    command += ["--sign-ins", str(sign_ins), "--people", "1980", "--output", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    config = folder / "discovery.toml"
    config.write_text('inbox = "inbox"\n', encoding="utf-8")
    return config


def night(way: str, config: Path, home: Path) -> dict[str, Any]:
    """Run a night in a process of its own; returns seconds and the content hash."""
    shutil.rmtree(home, ignore_errors=True)
    result = subprocess.run(
        [sys.executable, __file__, "--child", way, str(config), str(home)], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def through_library(config: Path, home: Path) -> dict[str, Any]:
    """The measured process: all stages, one after the other."""
    started = time.perf_counter()
    from discovery.run import writing
    from discovery.settings import load_settings

    imported = time.perf_counter()
    with writing(load_settings(config, home=home, environ={}), AS_OF) as run:
        content = run.all_stages().content_hash
    return {"import": imported - started, "night": time.perf_counter() - imported, "content_hash": content}


def through_dagster(config: Path, home: Path) -> dict[str, Any]:
    """The measured process: the job `nightly`, as `discovery run` starts it."""
    started = time.perf_counter()
    import dagster as dg

    from discovery.settings import load_settings
    from pipelines.history import instance_folder
    from pipelines.nightly import run_nightly

    imported = time.perf_counter()
    settings = load_settings(config, home=home, environ={})
    result = run_nightly(settings, AS_OF)
    done = time.perf_counter()
    if result.publication is None:
        raise SystemExit(f"nothing was published: {result.errors}")
    with dg.DagsterInstance.from_config(str(instance_folder(settings))) as instance:
        steps = instance.get_run_step_stats(result.run_id)
    checks = sum(
        (step.end_time or 0) - (step.start_time or 0) for step in steps if "checks_of" in step.step_key
    )
    return {"import": imported - started, "night": done - imported, "steps": len(steps), "checks": checks,
            "content_hash": result.publication.content_hash}  # fmt: skip


def bare_dagster(home: Path, steps: int) -> None:
    """The floor: a Dagster job of so many assets that do nothing, recorded as a night is."""
    import dagster as dg

    from discovery.settings import Settings
    from discovery.store import make_private
    from pipelines.history import open_instance

    def nothing(number: int) -> dg.AssetsDefinition:
        @dg.asset(name=f"nothing_{number}")
        def body() -> None: ...

        return body

    assets = [nothing(number) for number in range(steps)]
    definitions = dg.Definitions(assets=assets, jobs=[dg.define_asset_job("bare", assets)])
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with open_instance(Settings(home=make_private(home), inbox=home)) as instance:
        definitions.resolve_job_def("bare").execute_in_process(run_config=quiet, instance=instance)


def compare(name: str, config: Path, folder: Path, rounds: int) -> None:
    """Print both ways and the ratio."""
    library, dagster = [], []
    for _ in range(rounds):
        library.append(night("library", config, folder / "library"))
        dagster.append(night("dagster", config, folder / "dagster"))
    if len({one["content_hash"] for one in (*library, *dagster)}) != 1:
        raise SystemExit(f"{name}: the two ways published different graphs")
    alone, through = (min(runs, key=lambda run: run["night"]) for runs in (library, dagster))
    more = through["night"] - alone["night"]
    print(
        f"{name}: library {alone['night']:.2f} s, through Dagster {through['night']:.2f} s "
        f"({through['steps']} steps; checks {through['checks']:.2f} s), "
        f"ratio {through['night'] / alone['night']:.2f}, {more:.2f} s more; "
        f"{1000 * (more - through['checks']) / through['steps']:.0f} ms a step without what the checks ask "
        f"(promised: at most {PROMISED_STEP_MS}); "
        f"imports {alone['import']:.2f} and {through['import']:.2f} s"
    )


def main() -> None:
    """Compare on the sample and on generated sign-ins."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sign-ins", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        way, config, home = arguments.child
        print(
            json.dumps((through_library if way == "library" else through_dagster)(Path(config), Path(home)))
        )
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compare("sample company", ROOT / "sample_data" / "discovery.toml", folder, arguments.rounds)
        config = generate(folder / "generated", arguments.sign_ins)
        compare(f"{arguments.sign_ins} sign-ins", config, folder, arguments.rounds)


if __name__ == "__main__":
    main()
