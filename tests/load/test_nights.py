"""A few nights of the soak, every other one of them killed first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.load.nights import Company, soak

pytestmark = pytest.mark.long


def test_nights_that_are_killed_and_run_again_lose_nothing(tmp_path: Path) -> None:
    """Usage has every sign-in once, the balance of files is even, and a new home gets the same content hash."""
    assert soak(tmp_path, Company(people=40, grow=3), nights=6, kill_every=2, seed=1) == []
