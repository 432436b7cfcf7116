"""JSON over HTTP for channels, by the same guarded way and in the same words as towards apps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from discovery.connectors.answer import failed, quoted
from discovery.connectors.notify.message import NotDelivered
from discovery.connectors.transport import GuardedTransport, NoAnswer, NotSent, asked_wait, client
from discovery.ledger import without_secrets


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    content: bytes | None = None,
    is_quoted: bool = True,
) -> Any:
    """Return the JSON of an answer, None where it has none. Raises NotDelivered for anything but 2xx.

    The receiver may lie in one's own network. A message that may have arrived is not sent again here, and a busy
    receiver is not waited for: `discovery offboard advance` does so later. `is_quoted`: an error says what the receiver
    said, without secrets that it repeats.
    """
    host = urlsplit(url).hostname or ""
    transport = GuardedTransport([host], is_private_allowed=True, longest_wait=0, sleep=lambda _: None)
    try:
        with client("", [host], transport=transport) as http:
            answer = http.request(
                method, url, headers=dict(headers or {}), auth=auth, params=params, json=json, content=content
            )
    except (NotSent, NoAnswer) as error:
        raise NotDelivered(str(error)) from error
    except httpx2.HTTPError as error:
        raise NotDelivered(f"{host}: {error}") from error
    if not answer.is_success:
        # Cut only once it holds no secret: half of one would not be recognised.
        said = quoted(without_secrets(answer.text)) if is_quoted else ""
        raise NotDelivered(failed(host, answer.status_code, said=said, wait=asked_wait(answer)).detail)
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None
