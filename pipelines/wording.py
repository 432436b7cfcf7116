"""What may be told to Dagster, which keeps events and configuration for ever and shows them to everybody."""

from __future__ import annotations

import contextlib
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from discovery.errors import BadSettings, DiscoveryError, StoreDamaged, StoreLocked

_ADDRESS = re.compile(r"[^\s'\"<>(),;:/\\|=]+@[^\s'\"<>(),;:/\\|=]+")
_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_OURS = (BadSettings, StoreLocked, StoreDamaged)


def without_addresses(text: str) -> str:
    """Replace whatever looks like an e-mail address."""
    return _ADDRESS.sub("(address)", text)


def without_personal_data(text: str) -> str:
    """Replace addresses, and quoted values: they come from files."""
    return _QUOTED.sub("(value)", without_addresses(text))


def told(error: BaseException) -> str:
    """Return an error as Dagster may keep it."""
    if isinstance(error, _OURS):
        return without_addresses(str(error))
    said = without_personal_data(str(error))
    return said if isinstance(error, DiscoveryError) else f"{type(error).__name__}: {said}"


@contextlib.contextmanager
def refused_in_words() -> Iterator[None]:
    """As `in_words`, where a Failure means nothing to Dagster: the same condition, in words that it may keep."""
    try:
        yield
    except DiscoveryError as error:
        raise type(error)(told(error)) from None
    except Exception as error:
        raise DiscoveryError(told(error)) from None


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Turn a fault into a Failure without the values that it met; the place in the code stays."""
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:
        places = [
            f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[1:]
        ]
        raise dg.Failure(
            told(error), metadata={"where": " → ".join(places[-6:])}, allow_retries=False
        ) from None
