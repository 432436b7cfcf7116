from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Say what was counted in a test: `tried`, `refused`, `lost`, `wrong`. `tests.faults.table --record` adds it up."""

    def said(**counts: int) -> None:
        for name, number in counts.items():
            record_property(name, number)

    return said
