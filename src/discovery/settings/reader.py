"""Takes values out of parsed TOML and refuses what is not as expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from discovery.errors import BadSettings


class Reader:
    """Takes values out of parsed TOML and names the key in every refusal."""

    def __init__(self, where: str, data: dict[str, Any]) -> None:
        self.where = where
        self.data = data

    def refuse_unknown(self, known: set[str], block: Mapping[str, Any], prefix: str) -> None:
        """Raise BadSettings for a key of `block` that is not known; `prefix` says where it stands."""
        for key in block:
            if key not in known:
                raise BadSettings(
                    f"{self.where}: unknown key {prefix}{key}; known: {', '.join(sorted(known))}"
                )

    def typed(self, block: Mapping[str, Any], key: str, kind: type, default: Any, expected: str) -> Any:
        """Return the value of `key` if it is of `kind`; raises BadSettings with what was expected."""
        value = block.get(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadSettings(f"{self.where}: {key} = {value!r}; expected {expected}")
        return value

    def text(self, block: Mapping[str, Any], key: str, default: str) -> str:
        """Return a text."""
        return str(self.typed(block, key, str, default, "a text"))

    def number(self, block: Mapping[str, Any], key: str, default: int) -> int:
        """Return a whole number."""
        return int(self.typed(block, key, int, default, "a whole number"))

    def at_least(self, block: Mapping[str, Any], key: str, default: int, least: int) -> int:
        """Return a whole number that is not below `least`."""
        number = self.number(block, key, default)
        if number < least:
            raise BadSettings(f"{self.where}: {key} = {number}; expected {least} or more")
        return number

    def share(self, block: Mapping[str, Any], key: str, default: float) -> float:
        """Return a number between 0 and 1."""
        value = block.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise BadSettings(f"{self.where}: {key} = {value!r}; expected a number from 0 to 1")
        return float(value)

    def flag(self, block: Mapping[str, Any], key: str, *, default: bool) -> bool:
        """Return true or false."""
        return bool(self.typed(block, key, bool, default, "true or false"))

    def texts(self, block: Mapping[str, Any], key: str) -> list[str]:
        """Return a list of texts."""
        values = self.typed(block, key, list, [], "a list of texts")
        for value in values:
            if not isinstance(value, str):
                raise BadSettings(f"{self.where}: {key} holds {value!r}; expected texts only")
        return list(values)

    def section(self, key: str, known: set[str]) -> dict[str, Any]:
        """Return the table `[key]`, which holds known keys only."""
        block: dict[str, Any] = self.typed(self.data, key, dict, {}, f"a table [{key}]")
        self.refuse_unknown(known, block, f"{key}.")
        return block

    def blocks(self, key: str) -> list[dict[str, Any]]:
        """Return the `[[key]]` blocks."""
        blocks = self.typed(self.data, key, list, [], f"one or more [[{key}]] blocks")
        return [b for b in blocks if isinstance(b, dict)]

    def text_map(self, key: str) -> dict[str, str]:
        """Return the table `[key]` of texts."""
        block = self.typed(self.data, key, dict, {}, f"a table [{key}]")
        return {str(k): self.text(block, k, "") for k in block}

    def int_map(self, key: str) -> dict[str, int]:
        """Return the table `[key]` of whole numbers."""
        block = self.typed(self.data, key, dict, {}, f"a table [{key}]")
        return {str(k): self.number(block, k, 0) for k in block}

    def zone(self, block: Mapping[str, Any], key: str, default: str = "UTC") -> str:
        """Return the name of a time zone that exists here."""
        name = self.text(block, key, default)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadSettings(
                f"{self.where}: {key} = {name!r}; expected a zone name such as Europe/London"
            ) from error
        return name

    def address(self, block: Mapping[str, Any], key: str) -> str:
        """Return the address of a service: https, or http on this machine."""
        text = self.text(block, key, "")
        try:
            parts = urlsplit(text)
            is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
            is_good = parts.scheme == "https" or (parts.scheme == "http" and is_here)
            is_good = is_good and bool(parts.hostname) and parts.username is None
        except ValueError:
            is_good = False
        if not is_good:
            raise BadSettings(
                f"{self.where}: {key} = {text!r}; expected https://HOST/… without user or password in it "
                "(http only for this machine)"
            )
        return text
