"""How two spellings of a name are seen to be one: folded text, its tokens, and the key without blanks."""

from __future__ import annotations

import re
import unicodedata
from copy import copy
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

LONGEST = 600
"""Longer texts are cut: no name on a statement or in an identity provider comes near."""

_TOKEN = re.compile(r"\w+")
_BLANKS = re.compile(r"\s+")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})+\Z")


def fold(text: str) -> str:
    """Return the text in compatibility form, lower case, without accents and control characters.

    Folding twice gives the same as folding once.
    """
    text = text[:LONGEST]
    if text.isascii() and text.isprintable():
        return _BLANKS.sub(" ", text.lower()).strip()
    for _ in range(4):
        before = text
        text = unicodedata.normalize("NFKD", text).casefold()
        text = "".join(_visible(char) for char in text)
        if text == before:
            break
    return _BLANKS.sub(" ", text).strip()[:LONGEST].strip()


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Mn":
        return ""
    return " " if category[0] in "CZ" else char


def tokens_of(folded: str) -> list[str]:
    """Return the words of a folded text: letters and digits of any script."""
    return _TOKEN.findall(folded.replace("'", "").replace("’", "").replace("_", " "))


@lru_cache(maxsize=1 << 16)
def name_key(text: str) -> str:
    """Return the key under which spellings of a name meet: `GitHub, Inc.` → `githubinc`."""
    return "".join(tokens_of(fold(text)))


@cache
def _suffixes() -> PublicSuffixList:
    known = copy(_any_suffixes())
    known.accept_unknown = False
    return known


@cache
def _any_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def is_host(text: str) -> bool:
    """Return whether the text has the form of a host name with at least one dot; `10.0.0.1` has not."""
    return bool(_HOST.match(text)) and not text.replace(".", "").isdigit()


def registrable_domain(host: str) -> str | None:
    """Return the registrable domain of a host, private suffixes respected; None for an address or one label.

    `acme.slack.com` → `slack.com`; `shop.vercel.app` stays whole, for its owner is not Vercel. Suffixes that
    the list does not know count as one label.
    """
    return _any_suffixes().privatesuffix(host) if is_host(host) else None


def has_known_suffix(host: str) -> bool:
    """Return whether the host ends in a suffix of the public suffix list and has a label before it."""
    return is_host(host) and _suffixes().privatesuffix(host) is not None


def host_of(text: str) -> str:
    """Return the host of an address or host name, lower case, without scheme, path, port, user and dots."""
    host = text.strip().lower()
    host = host.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].rsplit("@", 1)[-1]
    return host.split(":", 1)[0].strip(".")
