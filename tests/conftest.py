"""For all tests: no network but loopback, an open umask, and the published sample company.

`sample_night` is the sample company after one night through Dagster: its settings, what the night said, and the
names of its steps. `sample_published` is its settings alone. Built once for all tests and all workers, and kept in
pytest's cache until program or sample change: only to be read. Who wants to change something takes `sample_copy`,
a home of one's own with the same content (an inbox too, if it is to change: copy `settings.inbox`).
"""

from __future__ import annotations

import gc
import hashlib
import ipaddress
import os
import pickle
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import settings

from discovery.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.nightly import NightResult

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2026, 9, 30)

OF_TESTS = {
    "DISCOVERY_EXTRA_DATA",
    "DISCOVERY_EVERY_POINT",
    "DISCOVERY_FUZZ_SECONDS",
    "DISCOVERY_FUZZ_SEED",
    "DISCOVERY_LOAD",
    "DISCOVERY_SWEEP",
    "DISCOVERY_TEST_SEEDS",
    "DISCOVERY_DAGSTER_POSTGRES",
    "DISCOVERY_TEST_SPARK",
}
for variable in [name for name in os.environ if name.startswith("DISCOVERY_") and name not in OF_TESTS]:
    # Whoever works with the program has set them in this shell, and may run the tests there.
    del os.environ[variable]

# Tests make few cycles, and looking for them among all that Dagster has imported is a tenth of the time of small ones.
gc.set_threshold(20_000, 50, 50)

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session", autouse=True)
def _open_umask() -> Iterator[None]:
    """Nothing is private by the luck of the environment: what must be 0600 has to say so itself."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nightly core opens no network connection; tests may talk to servers on loopback."""

    def guarded(name: str) -> None:
        allowed = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                pytest.fail(f"a network connection to {address[0]}:{address[1]} was attempted")
            return allowed(self, address)

        monkeypatch.setattr(socket.socket, name, connect)

    guarded("connect")
    guarded("connect_ex")


@dataclass(frozen=True)
class SampleNight:
    """The sample company after one night, as of AS_OF."""

    settings: Settings
    night: NightResult
    steps: tuple[str, ...]


@pytest.fixture(scope="session")
def sample_night(pytestconfig: pytest.Config) -> Iterator[SampleNight]:
    """The sample company after one night through Dagster; only to be read.

    Every process of the tests reads the same home, so one that writes there spoils the tests of another:
    whoever did so is told at the end, where the luck of the order would tell it only now and then.
    """
    assert pytestconfig.cache is not None
    kept = pytestconfig.cache.mkdir("sample_night")
    folder = kept / _what_the_sample_stands_on()
    with FileLock(kept / "lock"):
        if not (folder / "night.pickle").exists():
            for older in sorted((p for p in kept.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)[
                :-1
            ]:
                shutil.rmtree(older)
            _run_sample(folder)
        made: SampleNight = pickle.loads((folder / "night.pickle").read_bytes())
    before = times_of(made.settings.home)
    yield made
    after = times_of(made.settings.home)
    written = sorted(
        str(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )
    assert written == [], "the home that all tests share was written to"


def times_of(folder: Path) -> dict[Path, int]:
    """When each file and folder of a home was last written, in nanoseconds.

    Not of Dagster's: SQLite puts files beside a database that it only reads.
    """
    return {
        p: p.stat().st_mtime_ns for p in folder.rglob("*") if "dagster" not in p.relative_to(folder).parts
    }


def _run_sample(folder: Path) -> None:
    from pipelines.nightly import run_nightly

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sample = load_settings(ROOT / "sample_data" / "discovery.toml", home=folder / "home", environ={})
    steps: list[str] = []
    night = run_nightly(sample, AS_OF, on_step=steps.append)
    # Dagster takes an interrupt for a failed step and goes on: such a night is not to be kept for later tests.
    assert night.publication is not None, night.errors
    whole = folder / "night.tmp"
    whole.write_bytes(pickle.dumps(SampleNight(sample, night, tuple(steps))))
    whole.replace(folder / "night.pickle")


def _what_the_sample_stands_on() -> str:
    """Hash program, sample and pins by content, and the files of the inbox by their times, as a run does."""
    digest = hashlib.sha256(str(ROOT).encode())
    for top in ("src/discovery", "pipelines", "sample_data", "constraints.txt"):
        for path in sorted([*(ROOT / top).rglob("*"), ROOT / top]):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(
                    f"\0{path}\0{path.stat().st_mtime_ns if top == 'sample_data' else ''}\0".encode()
                )
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def sample_published(sample_night: SampleNight) -> Settings:
    """The settings of the sample company's home after one night; only to be read."""
    return sample_night.settings


@pytest.fixture
def sample_copy(sample_night: SampleNight, tmp_path: Path) -> Settings:
    """A copy of the sample company's home, to change at will; the inbox is the sample's own."""
    shutil.copytree(sample_night.settings.home, tmp_path / "home")
    return replace(sample_night.settings, home=tmp_path / "home")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def benchmark_module(name: str) -> ModuleType:
    """Load a program of benchmarks/, which is no package."""
    spec = spec_from_file_location(f"benchmark_{name}", ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
