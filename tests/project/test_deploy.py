"""What docs/deploy.md hands out: units that systemd takes, a container file that fits, Dagster's history in Postgres."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

SYSTEMD = shutil.which("systemd-analyze")
PROGRAMS = ("discovery", "dagster-daemon", "dagster-webserver")


@pytest.fixture(scope="module")
def deploy(root: Path) -> Path:
    return root / "deploy"


def test_the_guide_names_every_file(root: Path, deploy: Path) -> None:
    guide = (root / "docs" / "deploy.md").read_text(encoding="utf-8")
    names = [path.name for path in deploy.rglob("*") if path.is_file()]
    assert len(names) > 8
    assert [name for name in names if name not in guide] == []


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_units(deploy: Path, tmp_path: Path) -> None:
    place = tmp_path / "environment"
    programs = place / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in PROGRAMS:
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    units = tmp_path / "units"
    units.mkdir()
    for unit in (deploy / "systemd").iterdir():
        text = unit.read_text(encoding="utf-8").replace("/srv/discovery/%i", str(place))
        (units / unit.name).write_text(re.sub(r"(?m)^(User|Group)=.*\n", "", text))
        (units / unit.name).chmod(0o644)
    done = subprocess.run(
        [str(SYSTEMD), "verify", "--man=no", *sorted(map(str, units.iterdir()))],
        capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if str(units) in line or "discovery" in line]
    assert said == []
    assert done.returncode == 0, done.stderr


def test_the_night_has_no_network_and_no_secret_and_all_units_are_confined(deploy: Path) -> None:
    units = {path.name: path.read_text(encoding="utf-8") for path in (deploy / "systemd").glob("*.service")}
    night = units["discovery@.service"]
    assert "PrivateNetwork=yes" in night
    assert "EnvironmentFile" not in night
    for name, text in units.items():
        if "User=discovery" in text:
            for line in ("UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict"):
                assert f"\n{line}\n" in text, name


def test_the_container_file_copies_what_there_is_and_runs_as_nobody_special(root: Path, deploy: Path) -> None:
    lines = (deploy / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert {"src", "pipelines", "constraints.txt"} <= set(copied)
    assert [name for name in copied if not (root / name).exists()] == []
    assert [line for line in lines if line.startswith("USER ")] == ["USER discovery"]
    # The wheel's own needs: what pyproject.toml names as files has to be there when it is built.
    assert {"pyproject.toml", "README.md", "LICENSE", "NOTICE"} <= set(copied)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A Postgres server of one's own that listens on a socket in `folder` alone; yields the address of its database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        pytest.skip("Postgres is not installed")
    programs = found[-1].parent
    # It refuses to run as root; where the tests do, its own user runs it.
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if become:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c shared_buffers=16MB"

    def call(program: str, *arguments: str) -> None:
        subprocess.run([*become, programs / program, *arguments], check=True, capture_output=True, cwd=folder)

    call("initdb", "--pgdata", str(data), "--username", "discovery", "--auth", "trust", "--no-sync")
    call(
        "pg_ctl", "--pgdata", str(data), "--options", options, "--log", str(folder / "log"), "--wait", "start"
    )
    try:
        call("createdb", "--host", str(folder), "--username", "discovery", "dagster")
        yield f"postgresql+psycopg2://discovery@/dagster?host={folder}"
    finally:
        call("pg_ctl", "--pgdata", str(data), "--mode", "immediate", "--wait", "stop")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket, open to the server's user."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_dagster_keeps_its_history_in_postgres(
    deploy: Path, short_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.asset
    def one() -> int:
        return 1

    home = tmp_path / "dagster"
    home.mkdir()
    shutil.copy(deploy / "dagster-postgres.yaml", home / "dagster.yaml")
    with postgres(short_folder) as address:
        monkeypatch.setenv("DISCOVERY_DAGSTER_POSTGRES", address)
        with dg.DagsterInstance.from_config(str(home)) as instance:
            done = dg.materialize([one], instance=instance)
            assert done.success
        with dg.DagsterInstance.from_config(str(home)) as again:
            assert [run.run_id for run in again.get_runs()] == [done.run_id]
    assert not list(home.rglob("*.db")), "nothing of the history lies in the home"


def test_both_instance_files_differ_in_the_storage_only(root: Path, deploy: Path) -> None:
    ours = yaml.safe_load((root / "pipelines" / "dagster.yaml").read_text(encoding="utf-8"))
    theirs = yaml.safe_load((deploy / "dagster-postgres.yaml").read_text(encoding="utf-8"))
    assert {**theirs, "storage": None} == {**ours, "storage": None}
