"""`discovery collect` on the fake tenant, as a person calls it: what it prints, what it exits with, what it never prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sample_data.tenant import Tenant, serving
from tests.cli.conftest import Run

TOKEN = "canary-token-that-nobody-prints"


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    monkeypatch.setenv("DISCOVERY_ENTRA_TOKEN", TOKEN)
    tenant = Tenant(now=datetime.now(UTC))
    ann, figma = tenant.add_user("ann"), tenant.add_app("Figma")
    tenant.assign(ann, figma)
    tenant.add_job(figma)
    with serving(tenant) as url:
        Path("discovery.toml").write_text(
            f'domains = ["nordwind.example"]\n[entra]\ntenant = "{tenant.id}"\nauth = "token"\ngraph_url = "{url}"\n'
        )
        yield tenant


def test_it_says_what_came_and_a_run_reads_it(cli: Run, tenant: Tenant) -> None:
    result = cli("collect", "entra", "--what", "people", "--what", "directory")
    assert result.exit_code == 0, result.output
    assert "users" in result.stdout
    assert "`discovery run` reads them" in result.stdout
    again = cli("collect", "entra", "--what", "people", "--json")
    assert again.exit_code == 0, again.output
    found = json.loads(again.stdout)
    assert found["is_fine"] is True
    assert {one["list"]: one["state"] for one in found["lists"]} == {
        "users_changed": "empty",
        "deleted_users": "empty",
    }


def test_what_is_refused_is_exit_1_and_doctor_says_what_is_lost(cli: Run, tenant: Tenant) -> None:
    tenant.tokens[TOKEN] = {
        "User.Read.All",
        "Application.Read.All",
        "GroupMember.Read.All",
        "Directory.Read.All",
    }
    result = cli("collect", "entra", "--what", "directory")
    assert result.exit_code == 1
    assert (
        "needs Synchronization.Read.All; lost without it: whether apps are provisioned at all"
        in result.stdout
    )
    checks = [c for c in json.loads(cli("doctor", "--json").stdout) if c["name"] == "collect entra"]
    (jobs,) = [c for c in checks if "synchronization_jobs" in c["found"]]
    assert jobs["state"] == "wrong"
    assert "lost without it" in jobs["found"]
    assert (
        jobs["remedy"]
        == 'grant Synchronization.Read.All, or leave it out: without = ["synchronization_jobs"]'
    )
    with Path("discovery.toml").open("a") as file:
        file.write(
            'without = ["synchronization_jobs", "synchronization_schemas", "synchronization_templates", "synchronization_settings"]\n'
        )
    assert cli("collect", "entra", "--what", "directory").exit_code == 0
    checks = [c for c in json.loads(cli("doctor", "--json").stdout) if c["name"] == "collect entra"]
    assert {c["state"] for c in checks} == {"ok"}


def test_no_output_and_no_file_holds_a_secret(
    cli: Run, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOVERY_DEBUG", "1")
    tenant.faults.add("expired_token", times=-1)
    failed = cli("collect", "entra", "--what", "people")
    assert failed.exit_code == 1
    tenant.faults.waiting.clear()
    outputs = [
        failed,
        cli("collect", "entra", "--what", "people", "--what", "directory", "--json"),
        cli("doctor"),
    ]
    for result in outputs:
        assert TOKEN not in result.output + str(result.exception)
        assert "canary-never-to-be-printed" not in result.output
    kept = [p for p in Path().rglob("*") if p.is_file() and p.suffix != ".zst"]
    assert kept
    assert not any(TOKEN in p.read_text(errors="replace") for p in kept)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("okta",), 2, "[okta] is not in the settings"),
        (("nowhere",), 2, "'nowhere' is not one of"),
        (("entra", "--what", "everything"), 2, "'everything' is not one of"),
        (("entra", "--since", "yesterday"), 2, "is not a day"),
    ],
)
def test_bad_use_is_exit_2(cli: Run, tenant: Tenant, args: tuple[str, ...], code: int, said: str) -> None:
    result = cli("collect", *args)
    assert result.exit_code == code
    assert said in result.stderr


def test_a_second_collection_is_exit_3(cli: Run, tenant: Tenant) -> None:
    from discovery.collect.watermark import collecting_alone

    with collecting_alone(Path(".discovery").absolute(), "entra", tenant.id):
        result = cli("collect", "entra")
    assert result.exit_code == 3
    assert "is being collected by process" in result.stderr


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ('tenant = "contoso.onmicrosoft.com"', "expected the tenant id, a GUID"),
        ('tenant = "{id}"', "has no `client_id`"),
        ('tenant = "{id}"\nauth = "password"', "expected one of certificate, secret"),
        ('tenant = "{id}"\nclient_secret = "x"', "unknown key entra.client_secret"),
        (
            'tenant = "{id}"\nauth = "token"\nwithout = ["licenses"]',
            "names licenses; expected some of app_role",
        ),
        ('tenant = "{id}"\nauth = "token"\ngraph_url = "http://graph.microsoft.com"', "is not https"),
    ],
)
def test_wrong_settings_are_told(cli: Run, tenant: Tenant, block: str, said: str) -> None:
    Path("discovery.toml").write_text(f"[entra]\n{block.format(id=tenant.id)}\n")
    result = cli("collect", "entra")
    assert result.exit_code == 2
    assert said in result.stderr
