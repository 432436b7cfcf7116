"""Taking secrets out of texts before they are kept: what looks like one, and what the environment holds as one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[secret]"
_NAMES = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIALS?)$", re.IGNORECASE)
_SHORTEST = 6
"""Shorter values of the environment are not looked for: they would blank out words."""
_LOOKS = (
    re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r"(?i)\bbasic\s+(?=[a-z]*[0-9+/=])[A-Za-z0-9+/=]{10,}"),  # and not "basic accounting"
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"),  # a JSON web token
    re.compile(r"\b(?:xox[a-z]-|xapp-|gh[pousr]_|github_pat_|glpat-|sk-|ATATT)[A-Za-z0-9_-]{8,}"),
    re.compile(r"(?i)(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # user and password in an address
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
)
_NAMED = re.compile(
    r"(?i)((?:access_?token|refresh_?token|token|client_?secret|secret|password|passwd|api_?key|signature)"
    r"[\"']?\s*[=:]\s*[\"']?)([^\s\"'&,;}]{4,})"
)


def without_secrets(value: Any, environ: Mapping[str, str] | None = None) -> Any:
    """Return a value (text, mapping, list) whose texts hold no secret that is known or recognised.

    Known: values of environment variables named like TOKEN, SECRET, PASSWORD, API_KEY. Recognised: bearer and
    basic credentials, web tokens, well-known prefixes, `name=value` with a telling name, private keys.
    """
    env = os.environ if environ is None else environ
    known = sorted(
        (v for k, v in env.items() if _NAMES.search(k) and len(v) >= _SHORTEST), key=len, reverse=True
    )
    return _clean(value, known)


def _clean(value: Any, known: list[str]) -> Any:
    if isinstance(value, str):
        for secret in known:
            value = value.replace(secret, HIDDEN)
        for look in _LOOKS:
            value = look.sub(HIDDEN, value)
        return _NAMED.sub(rf"\1{HIDDEN}", value)
    if isinstance(value, Mapping):
        return {_clean(str(k), known): _clean(v, known) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item, known) for item in value]
    return value
