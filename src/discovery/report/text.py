"""Text for people's eyes: nothing in it that a terminal or a page would obey, values as people read them."""

from __future__ import annotations

import datetime
import unicodedata
from decimal import Decimal
from typing import Any

_OBEYED = frozenset({"Cc", "Cf", "Cn", "Cs", "Co", "Zl", "Zp"})


def safe(text: str) -> str:
    """Return text with control and direction characters made visible, as Python escapes them."""
    if text.isprintable() and text.isascii():
        return text
    return "".join(_escaped(ch) if unicodedata.category(ch) in _OBEYED else ch for ch in text)


def _escaped(ch: str) -> str:
    if ch in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[ch]
    code = ord(ch)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def shown(value: Any) -> str:
    """Return a value as people read it in a table."""
    if value is None:
        return ""
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    return str(value)
