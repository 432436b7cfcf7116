"""Of whom no browsing is read, in `[browsing]`: members of departments and directory groups, and single persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from discovery.errors import BadSettings
from discovery.settings.reader import Reader


@dataclass(frozen=True)
class BrowsingOff:
    """departments: as the roster has them. groups: name or id in the directory. persons: e-mail addresses."""

    departments: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()

    @property
    def is_set(self) -> bool:
        """Browsing of anybody is switched off."""
        return bool(self.departments or self.groups or self.persons)


def browsing_off_of(reader: Reader, block: Mapping[str, Any]) -> BrowsingOff:
    """Return what the table says, in lower case. Raises BadSettings."""
    names = {key: _names(reader, block, f"off_{key}") for key in ("departments", "groups", "persons")}
    for person in names["persons"]:
        if "@" not in person:
            raise BadSettings(
                f"{reader.where}: browsing.off_persons holds {person!r}; expected an e-mail address"
            )
    return BrowsingOff(**names)


def _names(reader: Reader, block: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip().lower() for text in reader.texts(block, key) if text.strip()))
