"""Who acts: as the operating system knows it, or as an identity provider said of whoever signed in."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from discovery.errors import BadUse

SIGNED_IN = "oidc:"
_NO_LOGIN = 4294967295
"""What Linux reports as the login of a process that nobody logged in for."""
_said: list[str] = []
"""The name under which somebody signed in, if anybody did."""


def actor() -> str:
    """Return `os:NAME`, and `os:NAME(LOGIN)` where somebody logged in as LOGIN acts under another name.

    `oidc:NAME(os:…)` for who signed in at the identity provider.
    """
    return f"{SIGNED_IN}{_said[0]}({_by_system()})" if _said else _by_system()


def user() -> str:
    """Return the name alone of who acts."""
    return _said[0] if _said else _name(os.getuid())


def act_as(name: str) -> str:
    """Act under a name that an identity provider has said, to the end of the process; returns it as it is written."""
    plain = name.strip().lower()
    if not plain.isprintable() or set(plain) & set("() "):
        raise BadUse(f"{name!r} is no name to act under: expected an e-mail address or user name")
    _said[:] = [plain]
    return plain


def _by_system() -> str:
    name = _name(os.getuid())
    try:
        login = int(Path("/proc/self/loginuid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return f"os:{name}"
    return f"os:{name}" if login in (_NO_LOGIN, os.getuid()) else f"os:{name}({_name(login)})"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
