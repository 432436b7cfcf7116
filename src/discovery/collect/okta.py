"""What is collected of an Okta organisation: users, System Log, apps and who is assigned to them, consents.

Pages follow the Link header (developer.okta.com/docs/reference/core-okta-api, Pagination). The list of users leaves out
those that are DEPROVISIONED unless asked for, so both are asked for. The log is asked for in bounded windows, which may
lack events that come late (developer.okta.com, system-log-query): windows overlap, and are whole up to the lag only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from discovery.collect.answer import Answer
from discovery.collect.collection import DIRECTORY, LOGS, PEOPLE, Collection, Log, Outcome
from discovery.collect.page import Page, take_apart
from discovery.collect.retry import Asking

LOG = Log(kept=timedelta(days=90), lag=timedelta(minutes=15), overlap=timedelta(hours=1))
"""Kept 90 days; near real time, delays rare but possible (developer.okta.com/docs/reference/api/system-log)."""
GROUP_OF = {
    "users": PEOPLE,
    "system_log": LOGS,
    "apps": DIRECTORY,
    "app_users": DIRECTORY,
    "grants": DIRECTORY,
}
"""Every list, and with what it is collected."""
_DEPROVISIONED = quote('status eq "DEPROVISIONED"')
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')


def parse(answer: Answer, url: str) -> Page:  # noqa: ARG001 - Okta's links are whole
    """Take a page apart: an array, whose following page the headers name."""
    found = _NEXT.search(answer.headers.get("link", ""))
    return Page(take_apart(answer.body, None).texts, {}, found[1] if found else None)


async def collect_okta(run: Collection, groups: Iterable[str], without: Iterable[str] = (), *,
                       limit: int = 200) -> None:  # fmt: skip
    """Collect what is asked for of an organisation; each list's outcome is in `run.outcomes`."""
    wanted = {name for name, group in GROUP_OF.items() if group in set(groups) and name not in set(without)}
    api = run.api.base_url
    user_ids: list[str] = []
    apps: list[str] = []

    def note(ids: list[str]) -> Any:
        def each(_: Any, page: Page) -> None:
            ids.extend(str(json.loads(text)["id"]) for text in page.texts)

        return each

    async def users(outcome: Outcome, asking: Asking) -> None:
        here = f"{api}/api/v1/users?limit={limit}"
        gone = f"{here}&filter={_DEPROVISIONED}"
        await run.of_parents(outcome, asking, [here, gone], str, lambda _: {}, each=note(user_ids))

    async def log(outcome: Outcome, asking: Asking) -> None:
        def url_of(begin: datetime, end: datetime) -> str:
            return (f"{api}/api/v1/logs?since={begin:%Y-%m-%dT%H:%M:%SZ}&until={end:%Y-%m-%dT%H:%M:%SZ}"
                    "&sortOrder=ASCENDING&limit=1000")  # fmt: skip

        await run.log(outcome, asking, LOG, url_of)

    async def all_apps(outcome: Outcome, asking: Asking) -> None:
        url = f"{api}/api/v1/apps?limit={limit}"
        await run.of_parents(outcome, asking, [url], str, lambda _: {}, each=note(apps))

    if "users" in wanted:
        await run.one("users", users)
    if "system_log" in wanted:
        await run.one("system_log", log)
    if {"apps", "app_users"} & wanted:
        await run.one("apps", all_apps)
    if "app_users" in wanted:
        await run.one("app_users", lambda o, a: run.of_parents(
            o, a, apps, lambda app: f"{api}/api/v1/apps/{app}/users?limit={limit}", lambda app: {"appId": app}
        ))  # fmt: skip
    if "grants" in wanted:

        async def grants(outcome: Outcome, asking: Asking) -> None:
            ids = user_ids or await run.ids(asking, f"{api}/api/v1/users?limit={limit}", "id")
            await run.of_parents(
                outcome,
                asking,
                ids,
                lambda user: f"{api}/api/v1/users/{user}/grants?limit={limit}",
                lambda _: {},
            )

        await run.one("grants", grants)
