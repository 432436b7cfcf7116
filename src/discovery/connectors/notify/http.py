"""JSON over HTTP for channels: no redirects, no proxies of the environment, and errors in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from discovery.connectors.notify.message import NotDelivered

TIMEOUT_SECONDS = 20
_HINTS = {
    401: "the credentials are refused",
    403: "the credentials may not do this",
    404: "there is no such thing",
    429: "too many requests; it is sent again later",
}


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    content: bytes | None = None,
) -> Any:
    """Return the JSON of an answer, None where it has none. Raises NotDelivered for anything but 2xx.

    A message that may have arrived is not sent again here: `discovery offboard advance` does so later.
    """
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False) as client:
            answer = client.request(
                method, url, headers=dict(headers or {}), auth=auth, params=params, json=json, content=content
            )
    except httpx.HTTPError as error:
        raise NotDelivered(f"{httpx.URL(url).host}: {type(error).__name__}: {error}") from error
    if not answer.is_success:
        hint = _HINTS.get(answer.status_code, answer.reason_phrase)
        said = " ".join(answer.text.split())[:200]
        raise NotDelivered(f"{answer.url.host} answered {answer.status_code}: {hint}. {said}".strip())
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None
