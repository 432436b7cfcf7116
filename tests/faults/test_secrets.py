"""Every secret is a canary, and every server answers with what it was sent: no output and no file holds one."""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import zstandard
from click.testing import CliRunner, Result

from discovery.cli.application import application
from discovery.settings import Settings
from discovery.store import Store
from tests.cli.conftest import LEAVER
from tests.conftest import ROOT
from tests.connectors.receiver import Call, receiving
from tests.offboarding.conftest import mail_server

_NAMED = re.compile(r"DISCOVERY_[A-Z_]+(?:TOKEN|SECRET|PASSWORD)")
SENT = {"OF_ENTRA", "OF_SLACK", *(f"DISCOVERY_{name}" for name in (
    "ENTRA_TOKEN", "OKTA_TOKEN", "GOOGLE_TOKEN", "SLACK_TOKEN", "JIRA_TOKEN", "SERVICENOW_PASSWORD", "SMTP_PASSWORD",
))}  # fmt: skip
"""Those that reach a server here, and come back from it."""
TENANT = "97110972-e6c9-43ab-a854-82e6fb1c7ea9"


def secrets() -> dict[str, str]:
    """Every variable of the environment that the program takes a secret from, and those that the settings name."""
    names = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in _NAMED.findall(path.read_text(encoding="utf-8"))
    }
    names |= {"OF_ENTRA", "OF_SLACK"}
    return {name: f"cnry{number}Z{name[-5:]}q7Xv9" for number, name in enumerate(sorted(names))}


def forms(secret: str) -> set[bytes]:
    """How a secret may stand somewhere: as it is, in an address, within base64 at any of three offsets."""
    found = {secret.encode(), quote(secret, safe="").encode(), secret.encode("utf-16-le")}
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + secret.encode())
        found.add(whole[(0, 2, 3)[offset] : len(whole) - 4])
    return found


def echo(call: Call) -> tuple[int, Any]:
    """Refuse, and quote all that came: a server that shows what it was sent in its errors."""
    said = f"{call.headers} {call.path} {call.body.decode(errors='replace')}"
    status = (400, 401, 403, 404)[len(call.path) % 4]
    return status, {
        "error": {"code": said, "message": said, "errors": [{"message": said}]}, "errorSummary": said, "errorCode": said,
        "errorMessages": [said], "detail": said, "ok": False,
    }  # fmt: skip


def settings_text(url: str, mail_port: int) -> str:
    return f"""
inbox = "inbox"
domains = ["nordwind.example"]
[entra]
tenant = "{TENANT}"
auth = "token"
graph_url = "{url}"
[okta]
url = "{url}"
[google]
customer = "C0example"
auth = "token"
api_url = "{url}"
[offboarding]
fallback_owner = "olga@example.com"
[mail]
host = "127.0.0.1"
port = {mail_port}
sender = "offboarding@example.com"
user = "mailer"
[notify.slack]
channel = "C-it"
api_url = "{url}"
[notify.jira]
url = "{url}"
project = "IT"
user = "bot@example.com"
[notify.servicenow]
url = "{url}"
user = "bot"
[notify.webhook]
url = "{url}"
[connectors.entra]
tenant_id = "{TENANT}"
client_id = "c"
client_secret = "env:OF_ENTRA"
base_url = "{url}/v1.0"
[connectors.slack]
token = "env:OF_SLACK"
team_id = "T1"
base_url = "{url}"
"""


COMMANDS = (
    ("collect", "entra"), ("collect", "entra", "--json"), ("collect", "okta"), ("collect", "google"), ("doctor",), ("doctor", "--json"),
    ("run", "--as-of", "2026-09-30", "--strict"), ("offboard", "plan", LEAVER, "--as-published", "--accept-old", "all", "--reason", "a test"),
    ("offboard", "approve", LEAVER), ("offboard", "execute", LEAVER), ("offboard", "execute", LEAVER, "--send"),
    ("offboard", "execute", LEAVER, "--send", "--json"), ("offboard", "status", LEAVER, "--json"), ("offboard", "verify", LEAVER),
    ("offboard", "advance", "--send"), ("task", "list", "--json"), ("task", "remind"), ("ledger", "verify"),
)  # fmt: skip


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all that lies in a folder: bytes, and what is packed in them; of databases also every row as text."""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        yield str(path), raw
        if raw.startswith(b"\x1f\x8b"):
            yield str(path), gzip.decompress(raw)
        elif raw.startswith(b"\x28\xb5\x2f\xfd"):
            yield str(path), zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True).read()
        elif path.suffix == ".duckdb":
            with Store(path, read_only=True) as store:
                for schema, name in store.rows(
                    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
                ):
                    for (text,) in store.rows(f'SELECT CAST(t AS VARCHAR) FROM "{schema}"."{name}" AS t'):
                        yield f"{path}: {name}", str(text).encode()


def ask(*args: str) -> Result:
    return CliRunner().invoke(application, list(args))


@pytest.mark.long
def test_a_secret_is_in_no_output_and_no_file(
    sample_copy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = secrets()
    assert len(known) > 10
    for name, value in known.items():
        # It says who works here, and is refused as a whole where it is no token.
        if name != "DISCOVERY_ID_TOKEN":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("DISCOVERY_DEBUG", "1")
    monkeypatch.setenv("DISCOVERY_HOME", str(sample_copy.home))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "amex.csv").write_text(
        "Date,Description,Card Member,Account #,Amount\n2026-09-13,FIGMA,A B,-7,1.50\n"
    )
    mailed: list[str] = []
    with receiving(echo) as server, mail_server(quoting=mailed) as box:
        (tmp_path / "discovery.toml").write_text(settings_text(server.url, box.port), encoding="utf-8")
        answers = [(args, ask(*args)) for args in COMMANDS]
        arrived = b"".join(str(c.headers).encode() + c.body for c in server.calls) + "".join(mailed).encode()
    sent = {name for name, value in known.items() if any(form in arrived for form in forms(value))}
    assert sent >= SENT
    everything = [(" ".join(args), f"{a.output} {a.exception!r}".encode()) for args, a in answers]
    everything += list(contents(tmp_path))
    holding = {
        name: sorted(
            {where for where, content in everything if any(form in content for form in forms(value))}
        )
        for name, value in known.items()
    }
    assert {name: places for name, places in holding.items() if places} == {}
