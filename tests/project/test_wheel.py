from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

_OURS = ("DISCOVERY_", "DAGSTER_", "PYTHON")


@dataclass(frozen=True)
class Installed:
    """A fresh environment that holds the wheel; dependencies come from the one that runs the tests."""

    wheel: Path
    folder: Path

    def run(self, program: str, *arguments: str) -> str:
        """Run one of its programs, away from the checkout and its settings; return what it printed."""
        done = subprocess.run(
            [self.folder / "venv" / "bin" / program, *arguments],
            cwd=self.folder, capture_output=True, text=True, check=False,
            env={k: v for k, v in os.environ.items() if not k.startswith(_OURS)},
        )  # fmt: skip
        assert done.returncode == 0, f"{program} {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("elsewhere")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=root, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    subprocess.run(
        [uv, "pip", "install", "--offline", "--no-deps", "--quiet", "--python", python, wheel], check=True
    )
    (site_packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Installed(wheel, folder)


def test_the_wheel_holds_every_file_of_both_packages(installed: Installed, project_files: list[Path]) -> None:
    held = set(zipfile.ZipFile(installed.wheel).namelist())
    expected = {
        file.relative_to("src").as_posix() if file.parts[0] == "src" else file.as_posix()
        for file in project_files
        if file.parts[0] in ("src", "pipelines")
    }
    assert {name for name in expected if name.endswith(".sql")}
    assert expected - held == set()
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == {"discovery", "pipelines"}


def test_the_wheel_carries_licence_and_notice(installed: Installed) -> None:
    held = zipfile.ZipFile(installed.wheel).namelist()
    assert {Path(name).name for name in held if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_both_packages_are_imported_from_the_wheel(installed: Installed) -> None:
    printed = installed.run(
        "python", "-c", "import discovery, pipelines; print(discovery.__file__, pipelines.__file__)"
    )
    assert all(path.startswith(str(installed.folder)) for path in printed.split())


def test_the_command_line_starts(installed: Installed) -> None:
    assert "run" in installed.run("discovery", "--help")


@pytest.mark.long
def test_a_run_publishes_a_graph(installed: Installed) -> None:
    inbox = installed.folder / "inbox"
    inbox.mkdir()
    (inbox / "notes.csv").write_text("colour,shape\nred,round\n", encoding="utf-8")
    home = installed.folder / "home"
    printed = installed.run(
        "discovery", "run", "--inbox", str(inbox), "--home", str(home), "--as-of", "2026-09-30"
    )
    assert "notes.csv" in printed
    assert (home / "access_graph.duckdb").stat().st_mode & 0o777 == 0o600
