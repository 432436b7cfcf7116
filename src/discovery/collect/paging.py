"""From page to page of one list, to its end: an empty page goes on, no link leads elsewhere or in a circle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from urllib.parse import urlsplit

from discovery.collect.answer import Answer, IncompleteFetch, LinkExpired, NotPermitted
from discovery.collect.page import Page
from discovery.collect.retry import Asking

Parse = Callable[[Answer, str], Page]
"""Makes a page of an answer to an address; the page says which address follows."""
_EXPIRED = (
    "syncstatenotfound",
    "resyncrequired",
    "expiredtoken",
    "directory_expiredpagetoken",
    "syncstateinvalid",
)
"""Codes of links that the API does not know any more (graph/delta-query-overview, read 2026-11-25)."""


async def pages(asking: Asking, url: str, parse: Parse) -> AsyncGenerator[Page, None]:
    """Yield the pages of a list, the next one being asked for while the reader works on this one.

    Raises NotPermitted (403), LinkExpired (410 and the like), IncompleteFetch for everything else that ends the list
    before its end.
    """
    refuse_elsewhere(url, asking.api.base_url)
    seen = {url}
    waiting = asyncio.create_task(asking.get(url))
    try:
        while True:
            page = parse(fine(await waiting), url)
            if page.following is not None:
                url = page.following
                refuse_elsewhere(url, asking.api.base_url)
                if url in seen:
                    raise IncompleteFetch(
                        "a next link came a second time: the list would never end. Nothing of it counts; try later"
                    )
                seen.add(url)
                waiting = asyncio.create_task(asking.get(url))
            yield page
            if page.following is None:
                return
    finally:
        waiting.cancel()


def fine(answer: Answer) -> Answer:
    """Return a good answer; raise what another one means."""
    if answer.is_fine:
        return answer
    if answer.status == 410 or answer.code.lower() in _EXPIRED:
        raise LinkExpired(str(answer))
    if answer.status == 403:
        raise NotPermitted(str(answer))
    if answer.status == 401:
        raise IncompleteFetch(f"the sign-in is not accepted: {answer}", status=401)
    raise IncompleteFetch(f"the answer is {answer}", status=answer.status)


def refuse_elsewhere(url: str, base_url: str) -> None:
    """Refuse a link to another host, which would get the token. Raises IncompleteFetch."""
    link, base = urlsplit(url), urlsplit(base_url)
    if (link.scheme, link.netloc) != (base.scheme, base.netloc):
        raise IncompleteFetch(
            f"a link leads to {link.scheme}://{link.netloc}, not to {base.netloc}: it is not followed, because the "
            "sign-in would go with it"
        )
