from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from discovery.collect import Outcome, Patience, collect
from discovery.settings import EntraSettings, GoogleSettings, OktaSettings, Settings
from sample_data.tenant import GoogleCustomer, OktaOrg, Tenant, serving

TOKEN = "canary-token-that-nobody-prints"


class Desk:
    """A home and an inbox beside a served scenario; waits are noted, not waited."""

    def __init__(self, folder: Path, scenario: Any, settings: Settings) -> None:
        self.scenario, self.settings, self.folder = scenario, settings, folder
        self.system = "entra" if settings.entra else "okta" if settings.okta else "google"
        self.waits: list[float] = []

    @property
    def patience(self) -> Patience:
        return Patience(sleep=self.waits.append)

    def collect(self, *groups: str, **said: Any) -> dict[str, Outcome]:
        said.setdefault("patience", self.patience)
        found = collect(self.settings, self.system, groups=groups or ("people",), **said)
        return {one.name: one for one in found}

    def files(self, name: str) -> list[Path]:
        found = self.settings.inbox.glob(f"collected/*/*/{name}_2*.ndjson.zst")
        return sorted(found)

    def read(self, path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        with path.open("rb") as file:
            text = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True).read().decode()
        lines = [json.loads(line) for line in text.splitlines()]
        return lines[0]["@collected"], lines[1:]

    def records(self, name: str) -> list[dict[str, Any]]:
        return [record for path in self.files(name) for record in self.read(path)[1]]

    def ids(self, name: str) -> set[str]:
        return {record["id"] for record in self.records(name)}

    def clear(self) -> None:
        for path in self.settings.inbox.rglob("*"):
            if path.is_file():
                path.unlink()

    def without(self, *lists: str) -> None:
        block = getattr(self.settings, self.system)
        self.settings = replace(self.settings, **{self.system: replace(block, without=lists)})


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setenv("DISCOVERY_ENTRA_TOKEN", TOKEN)
    return Tenant(now=now() - timedelta(days=2))


@pytest.fixture
def desk(tmp_path: Path, tenant: Tenant) -> Iterator[Desk]:
    with serving(tenant) as url:
        settings = Settings(
            home=tmp_path / "home", inbox=tmp_path / "inbox", entra=EntraSettings(tenant.id, "", url, "token")
        )
        yield Desk(tmp_path, tenant, settings)


@pytest.fixture
def okta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("DISCOVERY_OKTA_TOKEN", TOKEN)
    org = OktaOrg(now=now())
    with serving(org) as url:
        yield Desk(
            tmp_path, org, Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", okta=OktaSettings(url))
        )


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("DISCOVERY_GOOGLE_TOKEN", TOKEN)
    customer = GoogleCustomer(now=now())
    with serving(customer) as url:
        own = GoogleSettings(customer.customer, api_url=url, auth="token")
        yield Desk(tmp_path, customer, Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", google=own))
