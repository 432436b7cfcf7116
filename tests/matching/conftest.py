from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from discovery.matching import STEPS
from discovery.settings import Settings
from discovery.stage import Night
from discovery.store import Store


class World:
    """An empty warehouse with mentions, and the stage run over it."""

    def __init__(self, store: Store, home: Path) -> None:
        self.store, self.home = store, home
        self.settings = Settings(home=home, inbox=home / "inbox", domains=("acme.example",))

    def mention(self, kind: str, mention: str, name: str | None = None, mcc: str | None = None,
                owner_tenant: str | None = None, sign_in: bool = False, records: int = 1,
                hosts: list[str] | None = None) -> None:  # fmt: skip
        self.store.run(
            "INSERT INTO canonical.mention VALUES ($k, $m, $n, $c, $o, $h, $s, 1, $r, NULL)",
            {
                "k": kind,
                "m": mention,
                "n": name,
                "c": mcc,
                "o": owner_tenant,
                "h": hosts,
                "s": sign_in,
                "r": records,
            },
        )

    def run(self) -> None:
        """Run the stage, but for the labelled set, which stands on no mention."""
        for step in STEPS:
            if step.table != "matching.labelled_match":
                step.build(self.store, Night(self.settings, date(2026, 6, 30)))

    def match(self, kind: str, mention: str) -> dict[str, Any]:
        return self.store.dicts(
            "SELECT * FROM matching.match WHERE kind = $k AND mention = $m", {"k": kind, "m": mention}
        )[0]

    def app(self, app_id: str) -> dict[str, Any]:
        return self.store.dicts("SELECT * FROM matching.app WHERE app_id = $a", {"a": app_id})[0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Store.memory() as store:
        yield World(store, tmp_path)
