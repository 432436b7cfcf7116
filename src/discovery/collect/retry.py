"""Asking again: what is asked again, after how long, and when it is given up.

Waits are capped: a server that asks for more patience than that is left alone, and the next run goes on from there.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from discovery.collect.answer import Answer, Api, IncompleteFetch, NoAnswer

BUSY = (429, 503)
BROKEN = (500, 502, 504)
"""Answers that may be another the next time; all else is final."""


@dataclass
class Patience:
    """How often one page is asked for, and how long a list may wait in all.

    attempts: for one page. first, longest: seconds of a wait that the server does not set, doubled each time.
    most_asked: longest wait that a server may ask for. in_all: seconds that one list may wait together.
    sleep: replaced in tests.
    """

    attempts: int = 8
    first: float = 1.0
    longest: float = 60.0
    most_asked: float = 300.0
    in_all: float = 900.0
    sleep: Callable[[float], object] = field(default=asyncio.sleep)


class Asking:
    """Asks an API for pages of one list, with patience; counts what it took."""

    def __init__(self, api: Api, patience: Patience) -> None:
        self.api, self.patience = api, patience
        self.requests = 0
        self.waited = 0.0

    async def get(self, url: str) -> Answer:
        """Return the answer to a page: a good one, or one that asking again would not change.

        Raises IncompleteFetch where patience ends.
        """
        refreshed = False
        said = ""
        for attempt in range(self.patience.attempts):
            self.requests += 1
            asked_for: float | None = None
            try:
                answer = await self.api.get(url)
                if answer.status == 401 and not refreshed:
                    # A token that ended in between: the next request is signed anew.
                    refreshed, said = True, str(answer)
                    continue
                if answer.status not in (*BUSY, *BROKEN):
                    return answer
                said, asked_for = str(answer), seconds_asked(answer)
            except NoAnswer as error:
                said = str(error)
            if attempt + 1 < self.patience.attempts:
                await self._wait(attempt, asked_for, said)
        raise IncompleteFetch(
            f"no whole answer after {self.patience.attempts} attempts, last: {said}. Nothing of this list counts; "
            "the next run goes on from the last whole page"
        )

    async def _wait(self, attempt: int, asked_for: float | None, said: str) -> None:
        own = min(self.patience.first * 2**attempt, self.patience.longest)
        wait = own * (0.5 + random.random() / 2) if asked_for is None else asked_for
        if wait > self.patience.most_asked or self.waited + wait > self.patience.in_all:
            raise IncompleteFetch(
                f"the server is busy ({said}) and would have to be waited for {wait:.0f} s more after "
                f"{self.waited:.0f} s; the next run goes on from the last whole page"
            )
        self.waited += wait
        result = self.patience.sleep(wait)
        if asyncio.iscoroutine(result):
            await result


def seconds_asked(answer: Answer) -> float | None:
    """Return how long a server asks to be left alone: Retry-After (seconds or a date) or Okta's reset time."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    if text:
        try:
            return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
        except (ValueError, TypeError):
            return None
    reset = answer.headers.get("x-rate-limit-reset", "").strip()
    if answer.status == 429 and reset.isdigit():
        return max(float(reset) - datetime.now(UTC).timestamp(), 0.0) + 1.0
    return None
