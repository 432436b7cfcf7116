"""What is collected of a Google Workspace customer: users, deleted users, activities, and consents that are held.

Pages follow nextPageToken. Activities come late by minutes, some by hours (support.google.com/a/answer/7061566), and
not in order: windows overlap by a day and are whole up to the lag only. Tokens are listed user by user; there is no
list of all (developers.google.com/admin-sdk/directory/reference/rest/v1/tokens).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from discovery.collect.answer import Answer
from discovery.collect.collection import DIRECTORY, LOGS, PEOPLE, Collection, Log, Outcome
from discovery.collect.page import Page, take_apart
from discovery.collect.retry import Asking

LOG = Log(
    kept=timedelta(days=180), lag=timedelta(hours=6), overlap=timedelta(days=1), stretch=timedelta(days=7)
)
"""Kept 180 days (developers.google.com/admin-sdk/reports/v1/guides/manage-audit-tokens)."""
APPLICATIONS = ("login", "saml", "token")
GROUP_OF = {
    "users": PEOPLE, "deleted_users": PEOPLE, **dict.fromkeys(APPLICATIONS, LOGS), "oauth_tokens": DIRECTORY,
}  # fmt: skip
"""Every list, and with what it is collected."""


def parse(answer: Answer, url: str) -> Page:
    """Take a page apart; a list without entries leaves its key out. What follows is the same address with a token."""
    key = "users" if "/directory/v1/users?" in url else "items"
    page = take_apart(answer.body, key)
    token = page.said.get("nextPageToken")
    if not token:
        return Page(page.texts, page.said)
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query) if k != "pageToken"]
    return Page(
        page.texts, page.said, parts._replace(query=urlencode([*query, ("pageToken", str(token))])).geturl()
    )


async def collect_google(run: Collection, groups: Iterable[str], without: Iterable[str] = (), *,
                         most: int = 500) -> None:  # fmt: skip
    """Collect what is asked for of a customer; each list's outcome is in `run.outcomes`."""
    wanted = {name for name, group in GROUP_OF.items() if group in set(groups) and name not in set(without)}
    api = run.api.base_url
    keys: list[str] = []
    all_users = f"{api}/admin/directory/v1/users?customer=my_customer&maxResults={most}&projection=full"

    def note(_: Any, page: Page) -> None:
        keys.extend(str(json.loads(text)["id"]) for text in page.texts)

    async def users(outcome: Outcome, asking: Asking) -> None:
        await run.of_parents(outcome, asking, [all_users], str, lambda _: {}, each=note)

    async def deleted(outcome: Outcome, asking: Asking) -> None:
        await run.snapshot(outcome, asking, all_users + "&showDeleted=true")

    def log(application: str) -> Any:
        def url_of(begin: datetime, end: datetime) -> str:
            window = f"startTime={begin:%Y-%m-%dT%H:%M:%SZ}&endTime={end:%Y-%m-%dT%H:%M:%SZ}"
            path = f"/admin/reports/v1/activity/users/all/applications/{application}"
            return f"{api}{path}?{window}&maxResults=1000"

        async def fetch(outcome: Outcome, asking: Asking) -> None:
            await run.log(outcome, asking, LOG, url_of)

        return fetch

    async def tokens(outcome: Outcome, asking: Asking) -> None:
        ids = keys or await run.ids(asking, all_users, "id")
        await run.of_parents(
            outcome,
            asking,
            ids,
            lambda user: f"{api}/admin/directory/v1/users/{quote(user)}/tokens",
            lambda _: {},
        )

    if "users" in wanted:
        await run.one("users", users)
    if "deleted_users" in wanted:
        await run.one("deleted_users", deleted)
    for application in APPLICATIONS:
        if application in wanted:
            await run.one(application, log(application))
    if "oauth_tokens" in wanted:
        await run.one("oauth_tokens", tokens)
