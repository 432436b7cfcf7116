"""Who acts, as the operating system knows it: no environment variable decides."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

_NO_LOGIN = 4294967295
"""What Linux reports as the login of a process that nobody logged in for."""


def actor() -> str:
    """Return `os:NAME`, and `os:NAME(LOGIN)` where somebody logged in as LOGIN acts under another name."""
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
