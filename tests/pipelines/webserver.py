"""A real `dagster-webserver` on a free port of this machine, asked as its own pages ask it: GraphQL over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DONE = {"SUCCESS", "FAILURE", "CANCELED"}

# Runs start at once: the queue that `make dev` puts before them needs the daemon.
INSTANCE = """
telemetry: {enabled: false}
nux: {enabled: false}
run_coordinator: {module: dagster.core.run_coordinator, class: DefaultRunCoordinator}
"""

_METADATA = """
    metadataEntries {
        label
        ... on TextMetadataEntry { text }
        ... on PathMetadataEntry { path }
        ... on MarkdownMetadataEntry { mdStr }
        ... on IntMetadataEntry { intValue }
        ... on JsonMetadataEntry { jsonString }
        ... on TableMetadataEntry { table { records } }
    }
"""
_EVENTS = f"""
query ($run: ID!) {{ logsForRun(runId: $run) {{ ... on EventConnection {{ events {{
    __typename
    ... on MessageEvent {{ message stepKey }}
    ... on DisplayableEvent {{ {_METADATA} }}
    ... on ErrorEvent {{ error {{ message stack causes {{ message }} }} }}
    ... on MaterializationEvent {{ assetKey {{ path }} }}
    ... on AssetCheckEvaluationEvent {{ evaluation {{ checkName success severity {_METADATA} }} }}
}} }} }} }}
"""
_LAUNCH = """
mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message causes { message } }
    ... on RunConfigValidationInvalid { errors { message } }
} }
"""


class Webserver:
    """What its pages can do, as calls."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send one GraphQL request; returns its data."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            answer = json.load(error)  # an answer that is an error of our code comes with the status 500
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def try_launch(self, job: str, config: dict[str, Any] | None = None, assets: tuple[str, ...] = (),
                   checks: tuple[tuple[str, str], ...] | None = None) -> dict[str, Any]:  # fmt: skip
        """Ask for a run; returns the answer, which may be a refusal."""
        selector: dict[str, Any] = selected(jobName=job)
        if assets or checks is not None:
            selector["assetSelection"] = [{"path": asset.split("/")} for asset in assets]
        if checks is not None:
            selector["assetCheckSelection"] = [
                {"assetKey": {"path": asset.split("/")}, "name": name} for asset, name in checks
            ]
        answer: dict[str, Any] = self.ask(
            _LAUNCH, params={"selector": selector, "runConfigData": json.dumps(config or {})}
        )["launchRun"]
        return answer

    def launch(self, job: str, config: dict[str, Any] | None = None, **what: Any) -> str:
        """Start a run; returns its id."""
        answer = self.try_launch(job, config, **what)
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def end_of(self, run_id: str, seconds: float = 180) -> str:
        """Wait for a run to end; returns its state."""
        query = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"
        deadline = time.monotonic() + seconds
        while (status := str(self.ask(query, run=run_id)["runOrError"]["status"])) not in DONE:
            assert time.monotonic() < deadline, f"run {run_id} is still {status}"
            time.sleep(0.3)
        return status

    def events(self, run_id: str, kind: str | None = None) -> list[dict[str, Any]]:
        """Return all events of a run, or those of one type."""
        found = self.ask(_EVENTS, run=run_id)["logsForRun"]["events"]
        return [event for event in found if kind is None or event["__typename"] == kind]

    def runs(self) -> list[dict[str, Any]]:
        """Return the runs that exist, newest first."""
        query = "{ runsOrError { ... on Runs { results { runId jobName status runConfigYaml tags { key value } } } } }"
        found: list[dict[str, Any]] = self.ask(query)["runsOrError"]["results"]
        return found


def selected(**name: str) -> dict[str, Any]:
    """Return a selector of something in our code location."""
    return {"repositoryLocationName": "discovery", "repositoryName": "__repository__", **name}


def shown(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return label → value of metadata entries; tables as lists of rows."""
    found: dict[str, Any] = {}
    for entry in entries:
        values = {key: value for key, value in entry.items() if key != "label"}
        if "table" in values:
            found[entry["label"]] = [json.loads(record) for record in values["table"]["records"]]
        else:
            found[entry["label"]] = next(iter(values.values()), None)
    return found


@contextmanager
def serving(config: Path, home: Path, **environ: str) -> Iterator[Webserver]:
    """Start the webserver over a home, wait until it answers, and end it and its code server afterwards."""
    instance = home / "dagster"
    instance.mkdir(parents=True, exist_ok=True)
    (instance / "dagster.yaml").write_text(INSTANCE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = home.parent / "webserver.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster_webserver", "-w", str(ROOT / "workspace.yaml"), "-h", "127.0.0.1",
             "-p", str(port)],
            cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=environment(config, home, **environ),
        )  # fmt: skip
    server = Webserver(f"http://127.0.0.1:{port}/graphql")
    try:
        for _ in range(300):
            assert process.poll() is None, said.read_text()
            try:
                server.ask("{ version }")
                break
            except OSError:
                time.sleep(0.2)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def environment(config: Path, home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process that works on a home with our code."""
    return {
        **os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "DISCOVERY_CONFIG": str(config),
        "DISCOVERY_HOME": str(home), "DAGSTER_HOME": str(home / "dagster"), **more,
    }  # fmt: skip
