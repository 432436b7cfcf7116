"""What stays of an address, for all formats of browsing, and that nothing else stays in the home."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from discovery.settings import SourceHint
from discovery.sources.formats.browser_extension import FORMAT
from discovery.sources.registry import shipped_formats
from discovery.sources.source import Example, Format

PRIVATE = [(fmt, example) for fmt in shipped_formats() if fmt.private for example in fmt.examples]
GUID = "5b2f0b1e-3a8f-4d0c-9e0f-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("fmt", "example"), PRIVATE, ids=[f"{f.name}-{e.shape}-{n}" for n, (f, e) in enumerate(PRIVATE)]
)
def test_no_path_query_or_title_stays(make_bench: Callable[..., Any], fmt: Format, example: Example) -> None:
    marked = example.text.replace("Secret", "hush").replace("/files/", "/files/hush/")
    bench = make_bench(sources=(SourceHint(files="*", **example.hints),) if example.hints else ())
    bench.put(example.file_name, marked)
    bench.read()
    (file,) = bench.files().values()
    assert (file["format"], file["state"]) == (fmt.name, "loaded")
    assert bench.holds("hush") == []
    if bench.records("web_visit"):
        assert bench.holds(bench.records("web_visit")[0]["mention"]), "what is searched for would be found"


def test_the_examples_of_the_document_are_read(bench: Any, pytestconfig: pytest.Config) -> None:
    text = (pytestconfig.rootpath / "docs" / "extension_format.md").read_text(encoding="utf-8")
    lines, table = re.findall(r"^```(?:json|text)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    bench.put("lines", lines)
    bench.put("table", table)
    bench.read()
    for file in bench.files().values():
        assert (file["format"], file["rows_loaded"], file["rows_read"]) == ("browser_extension", 2, 2), file[
            "reason"
        ]
    assert sorted({r["method"] for r in bench.records("web_visit")}) == ["oidc", "password", "visit"]
    documented = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert documented == set(FORMAT.shapes[0].columns)


def test_what_cannot_be_read_says_what_is_expected_and_never_what_was_there(bench: Any) -> None:
    head = "order,id,date,time,title,url,visitCount,typedCount,transition\r\n"
    rows = "1,7,13.hush,9:00:00,hush,https://www.figma.com/hush,3,0,link\r\n"
    rows += "1,8,4/18/2026,hush\x1fhush,hush,https://www.figma.com/hush,3,0,link\r\n"
    bench.put("ann.lee@acme.example/history.csv", head + rows)
    bench.read()
    assert [(q["reason"], q["content"]) for q in bench.quarantine()] == [
        ("date is not understood; expected a day like 2026-04-18, or set date_order", "(browsing: not kept)"),
        ("time is not understood; expected a time such as 14:03:22 or 2:03:22 PM", "(browsing: not kept)"),
    ]
    assert bench.holds("hush") == []


def test_every_format_of_visits_is_private() -> None:
    assert [f.name for f in shipped_formats() if "web_visit" in f.kinds and not f.private] == []


@pytest.mark.parametrize(
    ("url", "mention", "page", "method"),
    [
        ("https://www.figma.com/", "www.figma.com", "public", "visit"),
        ("HTTPS://App.Asana.COM:443/0/1", "app.asana.com", "app", "visit"),
        ("https://user:hush@www.notion.so/login", "www.notion.so", "sign_in", "visit"),
        # Where an identity provider sends the browser on to, however deep it is wrapped.
        ("https://login.microsoftonline.com/x/wsfed?wtrealm=urn:a&wreply=https%3A%2F%2Fapp.box.com%2Fsso%3Fhush",
         "app.box.com", "sign_in", "oidc"),
        ("https://accounts.google.com/v3/signin/identifier?continue=https%3A%2F%2Faccounts.google.com%2Fo%2Foauth2"
         "%3Fredirect_uri%3Dhttps%253A%252F%252Fauth.notion.so%252Fcb", "auth.notion.so", "sign_in", "oidc"),
        # A provider's own page: nothing tells the app.
        ("https://acme.okta.com/app/UserHome?hush", "acme.okta.com", "app", "visit"),
        # A native client: the application id is all that is told.
        (f"https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id={GUID.upper()}"
         "&redirect_uri=http%3A%2F%2Flocalhost%3A8400", GUID, "sign_in", "oidc"),
        # Text that is no id, a broken escape and a redirect to nowhere change nothing.
        ("https://login.microsoftonline.com/authorize?client_id=hush", "login.microsoftonline.com", "sign_in", "visit"),
        ("https://login.microsoftonline.com/authorize?redirect_uri=%E0%A4%A", "login.microsoftonline.com", "sign_in",
         "visit"),
        ("https://accounts.google.com/o/oauth2?redirect_uri=https://10.0.0.1/hush", "accounts.google.com", "sign_in",
         "visit"),
        # Elsewhere a redirect means nothing.
        ("https://news.example/?redirect_uri=https://app.miro.com/hush", "news.example", "public", "visit"),
    ],
)  # fmt: skip
def test_what_stays_of_an_address(bench: Any, url: str, mention: str, page: str, method: str) -> None:
    bench.put(
        "ann.lee@acme.example.csv", f'DateTime,NavigatedToUrl,PageTitle\n2026-04-18T07:12:44Z,"{url}",hush\n'
    )
    bench.read()
    (visit,) = bench.records("web_visit")
    assert (visit["mention"], visit["page"], visit["method"]) == (mention, page, method)
    assert visit["mention_kind"] == ("app_id" if mention == GUID else "domain")
    assert bench.holds("hush") == []
