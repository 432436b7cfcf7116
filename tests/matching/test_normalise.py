from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery.catalog.load import data_rows
from discovery.catalog.naming import fold, host_of, name_key, registrable_domain
from discovery.matching.normalise import normalise, read_line

PIECES = st.sampled_from(
    ["PAYPAL *", "SQ *", "PADDLE.NET* ", "2CO.COM*", "GOOGLE *", "DRI*", "notion", "labs", "Inc.", "www.canva.com",
     "888-799-9666", "T0123ABC", "SAN FRANCISCO CA", "*", " ", "/", "https://", "HTTPS", "é", "ß", "\u202e", "\x00",
     "xxxx", "eb ", "checkcard 12/01 ", "a.b", "co.uk", "😀", "שלום", "0"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PAYPAL *DROPBOX", "dropbox"),
        ("SQ *JOES CAFE", "joes cafe"),
        ("PADDLE.NET* N8N CLOUD1", "n8n"),
        ("paypal dropbox", "dropbox"),
        ("NOTION LABS, INC.", "notion"),
        ("ZOOM.US 888-799-9666", "zoom.us"),
        ("GITHUB, INC. SAN FRANCISCO CA", "github"),
        ("CHECKCARD 1208 GITHUB INC", "github"),
        ("HEROKU HTTPS://HEROKU.COM", "heroku heroku.com"),
        ("Ｆｉｇｍａ", "figma"),
        ("", ""),
        ("***", ""),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(TEXTS)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert name_key(fold(text)) == name_key(text)


@given(TEXTS)
def test_every_text_is_read(text: str) -> None:
    line = read_line(text)
    assert line.text == text
    assert all(line.words)
    assert registrable_domain(host_of(text)) is None or "." in host_of(text)


@pytest.mark.parametrize(
    ("host", "domain"),
    [("acme.slack.com", "slack.com"), ("a.b.co.uk", "b.co.uk"), ("shop.vercel.app", "shop.vercel.app"),
     ("localhost", None), ("10.0.0.1", None), ("app.calimetra.example", "calimetra.example"), ("", None)],
)  # fmt: skip
def test_registrable_domains(host: str, domain: str | None) -> None:
    assert registrable_domain(host) == domain


def test_every_mark_is_seen_before_a_name() -> None:
    marks = [row["prefix"] for row in data_rows("processor.csv", "discovery.matching")]
    texts = [form.format(mark) for mark in marks for form in ("{}*figma", "{} * figma")]
    texts += [f"{mark.replace(' ', '   ')}*figma" for mark in marks]
    assert [text for text in texts if read_line(text).processor is None] == []
