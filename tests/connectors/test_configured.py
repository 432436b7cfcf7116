from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from discovery.cli.application import application
from discovery.connectors import configured_apps, configured_connectors, missing_secrets
from discovery.errors import BadSettings
from discovery.offboarding.route import can_act
from discovery.settings import Settings, load_settings


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "discovery.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, environ={})


ALL = """
[connectors.entra]
tenant_id = "t"
client_id = "c"
client_secret = "env:ENTRA"
[connectors.slack]
token = "env:SLACK"
team_id = "T1"
[connectors.google-workspace]
key = "keyring:discovery/google"
subject = "admin@example.com"
[connectors.asana]
token = "env:ASANA"
workspace = "1"
[scim.snipe-it]
base_url = "https://assets.example.com/scim/v2"
token = "env:SNIPE"
"""


def test_what_is_configured_can_be_planned_with_and_no_secret_is_read(tmp_path: Path) -> None:
    made = settings(tmp_path, ALL)
    assert set(configured_connectors(made)) == {
        ("idp", "entra"), ("api", "slack"), ("api", "google-workspace"), ("idp", "google"), ("api", "asana"),
        ("scim", "snipe-it"), ("api", "snipe-it"),
    }  # fmt: skip
    assert configured_apps(made) == ("google-workspace", "slack", "snipe-it")
    can = can_act(made)
    assert can("idp", "entra", "remove_grant")
    assert can("idp", "google", "deactivate")
    assert not can("api", "asana", "delete"), "its look-up is not confirmed"
    assert not can("api", "zoom", "deactivate")
    assert can("api", "google-workspace", "delete") == "final"
    assert can("scim", "snipe-it", "delete") == "final"
    assert can("api", "slack", "delete") is True


def test_secrets_that_are_not_here_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENTRA", "SLACK", "ASANA", "SNIPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLACK", "canary")
    missing = missing_secrets(settings(tmp_path, ALL))
    assert set(missing) == {"entra", "asana", "snipe-it", "google-workspace"}
    assert missing["entra"].startswith("env:ENTRA is empty or not set")
    config = str(tmp_path / "discovery.toml")
    shown = (
        CliRunner()
        .invoke(application, ["doctor", "--config", config, "--home", str(tmp_path / "home")])
        .output
    )
    assert "connectors: asana (api), entra (idp), google (idp), google-workspace (api), slack (api)" in shown
    assert "snipe-it: env:SNIPE is empty or not set" in shown
    assert "canary" not in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[connectors.nothing]\ntoken = "env:A"',
            r"\[connectors.nothing\]: there is no recipe for it; there are asana, .*entra",
        ),
        ('[connectors.slack]\nteam_id = "T1"', r"\[connectors.slack\] has no `token`"),
        ('[connectors.slack]\ntoken = "xoxp-canary"\nteam_id = "T1"', 'expected "env:NAME"'),
        ('[connectors.entra]\ntenant_id = "t"', r"\[connectors.entra\] has no `client_id`"),
        (
            '[connectors.entra]\ntenant = "t"',
            "unknown key tenant; known: tenant_id, client_id, client_secret",
        ),
        ('[scim.x]\nbase_url = "http://x.example"\ntoken = "env:A"', "expected https"),
        ('[scim.x]\nbase_url = "https://x.example"', r"\[scim.x\] has no `token`"),
        (
            '[scim.x]\nbase_url = "https://x.example"\ntoken = "env:A"\ncolour = "red"',
            "unknown key scim.x.colour",
        ),
        ('connectors = "x"', r"expected tables \[connectors.<app>\]"),
        ('[connectors]\nslack = "x"', r"expected a table \[connectors.slack\]"),
        ("[connectors.slack]\ntoken = 1", "token = 1; expected a text"),
    ],
)
def test_wrong_blocks_are_refused_with_their_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadSettings, match=message) as caught:
        configured_connectors(settings(tmp_path, text))
    assert "canary" not in str(caught.value)
