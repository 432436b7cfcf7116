from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.processes import TOKEN, scim2_server, scimmy


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIM_TOKEN", TOKEN)


@pytest.fixture(scope="session")
def python_scim() -> Iterator[str]:
    with scim2_server() as url:
        yield url


@pytest.fixture(scope="session")
def node_scim() -> Iterator[str]:
    with scimmy() as url:
        yield url


@pytest.fixture(scope="session")
def careless_scim() -> Iterator[str]:
    with scimmy("ignore-filter") as url:
        yield url
