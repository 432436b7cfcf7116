"""The other engine of these tests: Sail under this interpreter, or real Spark under the one that `make test-spark` names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from discovery.settings import EngineSettings


@pytest.fixture(scope="session")
def spark() -> EngineSettings:
    python = os.environ.get("DISCOVERY_TEST_SPARK")
    if python:
        return EngineSettings("spark", "local[2]", Path(python).absolute())
    return EngineSettings("spark", "sail")
