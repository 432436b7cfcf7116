"""What is collected of an Entra ID tenant, list by list; docs/entra.md tells the set-up and what each permission buys.

Users come whole once a day, with their managers, and in between as the changes that Graph's delta query tells: users
as they are now (`users_changed`) and removals (`removed_users`). Logs come in windows. Groups are those that are
assigned to an app, and the groups in them: who is in such a group only through another has the app's assignment in
nobody's eyes but his own (how-provisioning-works.md), so each group's own members are kept, nested groups as members.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from discovery.collect.answer import Answer, LinkExpired, NotPermitted
from discovery.collect.collection import DIRECTORY, LOGS, PEOPLE, Collection, Log, Outcome
from discovery.collect.output import CollectedFile
from discovery.collect.page import Page, take_apart
from discovery.collect.paging import pages
from discovery.collect.retry import Asking

MICROSOFT = ("f8cdf31e-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47")
"""Tenants that own Microsoft's own apps: nobody provisions those."""
USER = ("id", "accountEnabled", "displayName", "userPrincipalName", "mail", "givenName", "surname", "userType",
        "creationType", "employeeId", "employeeType", "employeeHireDate", "department", "jobTitle", "otherMails",
        "proxyAddresses", "onPremisesSyncEnabled", "createdDateTime", "assignedLicenses")  # fmt: skip
LEAVE = "employeeLeaveDateTime"
"""Needs a permission of its own (User-LifeCycleInfo.Read.All); asked for as long as Graph lets it be asked."""
FULL_EVERY = timedelta(hours=20)
"""After this the next collection of people takes the whole list again: a day's run finds the day's whole roster."""

_MONTH, _HALF_HOUR = timedelta(days=30), timedelta(minutes=30)
LOG = Log(kept=_MONTH, lag=_HALF_HOUR, overlap=timedelta(hours=2))
SMALL_LOG = Log(kept=_MONTH, lag=_HALF_HOUR, overlap=timedelta(hours=2), stretch=_MONTH)
"""Kept 30 days with P1/P2, 7 without (reference-reports-data-retention.md); late by up to half an hour, as third
parties measured (facts of no published agreement); what comes later than that is caught by the overlap."""

GROUP_OF = {
    "users": PEOPLE, "users_changed": PEOPLE, "deleted_users": PEOPLE,
    "sign_ins": LOGS, "sign_ins_non_interactive": LOGS, "provisioning_log": LOGS, "directory_audits": LOGS,
    "service_principals": DIRECTORY, "app_role_assignments": DIRECTORY, "group_members": DIRECTORY,
    "synchronization_jobs": DIRECTORY, "synchronization_schemas": DIRECTORY, "synchronization_templates": DIRECTORY,
    "synchronization_settings": DIRECTORY,
    "oauth2_permission_grants": DIRECTORY, "licences": DIRECTORY,
}  # fmt: skip
"""Every list, and with what it is collected."""


def parse(answer: Answer, url: str) -> Page:  # noqa: ARG001 - Graph's links are whole
    """Take a page of Graph apart; a single object is a page of one."""
    page = take_apart(answer.body, "value")
    if not page.said[""]:
        return Page([answer.body.decode("utf-8").replace("\r", " ").replace("\n", " ")], page.said)
    following = page.said.get("@odata.nextLink")
    return Page(page.texts, page.said, str(following) if following else None)


async def collect_entra(run: Collection, groups: Iterable[str], without: Iterable[str] = (), *, whole: bool = False,
                        top: int = 999) -> None:  # fmt: skip
    """Collect what is asked for of a tenant; each list's outcome is in `run.outcomes`."""
    wanted = {name for name, group in GROUP_OF.items() if group in set(groups) and name not in set(without)}
    tenant = _Tenant(run, wanted, top)
    if {"users", "users_changed"} & wanted:
        await tenant.people(whole=whole)
    if "deleted_users" in wanted:
        await run.one("deleted_users", lambda o, a: tenant.deleted(o, a))
    for name, path, beta_filter in (
        ("sign_ins", "/beta/auditLogs/signIns", "signInEventTypes/any(t: t eq 'interactiveUser')"),
        (
            "sign_ins_non_interactive",
            "/beta/auditLogs/signIns",
            "signInEventTypes/any(t: t eq 'nonInteractiveUser')",
        ),
        ("provisioning_log", "/v1.0/auditLogs/provisioning", None),
        ("directory_audits", "/v1.0/auditLogs/directoryAudits", None),
    ):
        if name in wanted:
            await run.one(name, tenant.log(path, beta_filter))
    if any(GROUP_OF[name] == DIRECTORY for name in wanted):
        await tenant.directory()


class _Tenant:
    """The lists of one tenant, in one collection."""

    def __init__(self, run: Collection, wanted: set[str], top: int) -> None:
        self.run, self.wanted, self.top = run, wanted, top
        self.apps: list[dict[str, Any]] = []
        self.groups: dict[str, str] = {}
        self.jobs: list[tuple[str, str, str]] = []

    def url(self, path: str, **query: str | int | None) -> str:
        """Return a whole address; query options begin with $."""
        said = "&".join(
            f"${name}={quote(str(value), safe='(),:/')}" for name, value in query.items() if value
        )
        return f"{self.run.api.base_url}{path}" + (f"?{said}" if said else "")

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────

    async def people(self, *, whole: bool) -> None:
        """Collect the users: all of them, or what has changed since the last time."""
        before = self.run.marks.get("users")
        is_old = before.whole_at is None or self.run.now - before.whole_at > FULL_EVERY
        if "users" in self.wanted and (whole or is_old or before.changes is None):
            await self.run.one("users", self.all_users)
            return
        if before.changes is not None:
            outcome = await self.run.one("users_changed", self.changed_users)
            if self.run.marks.get("users").changes is None and "users" in self.wanted:
                # The feed tells no more: everything anew.
                self.run.outcomes.remove(outcome)
                await self.run.one("users", self.all_users)

    async def all_users(self, outcome: Outcome, asking: Asking) -> None:
        """Collect every user; the change feed begins before the list, so that nothing falls in between."""
        select = ",".join((*USER, LEAVE))
        feed = self.run.marks.get("users").changes_begun
        if feed is None or not self.run.is_interrupted("users"):
            try:
                feed = await self._feed(asking, select)
            except NotPermitted:
                select = ",".join(USER)
                feed = await self._feed(asking, select)
                outcome.reason = f"without {LEAVE}: that needs User-LifeCycleInfo.Read.All"
            self.run.marks.set("users", changes_begun=feed)
        expand = "manager($select=id,mail,userPrincipalName)"
        await self.run.snapshot(
            outcome, asking, self.url("/v1.0/users", select=select, expand=expand, top=self.top)
        )
        self.run.marks.set("users", changes=feed, changes_begun=None)

    async def _feed(self, asking: Asking, select: str) -> str | None:
        """Return the link under which changes from now on will be told."""
        url = self.url("/v1.0/users/delta", deltatoken="latest", select=select)
        said = [page async for page in self._pages(asking, url)][-1].said.get("@odata.deltaLink")
        return str(said) if said else None

    async def changed_users(self, outcome: Outcome, asking: Asking) -> None:
        """Collect what the change feed tells; raises LinkExpired where it tells no more."""
        before = self.run.marks.get("users").changes or ""
        head = self.run.head("users_changed", is_complete=False)
        removed = CollectedFile(self.run.folder, self.run.head("removed_users", is_complete=False))

        def keep(page: Page) -> Page:
            removed.add([text for text in page.texts if '"@removed"' in text])
            return Page([text for text in page.texts if '"@removed"' not in text], page.said, page.following)

        try:
            last = await self.run.to_file(outcome, asking, before, head, keep=keep, is_resumed=False)
        except LinkExpired:
            removed.discard()
            self.run.marks.set("users", changes=None)
            raise
        except BaseException:
            removed.discard()
            raise
        self.run.take(outcome, removed)
        following = last.said.get("@odata.deltaLink")
        self.run.marks.set("users", changes=str(following) if following else None)

    async def deleted(self, outcome: Outcome, asking: Asking) -> None:
        """Collect the users in the bin."""
        await self.run.snapshot(outcome, asking, self.url(
            "/v1.0/directory/deletedItems/microsoft.graph.user", top=self.top,
            select=",".join((*(n for n in USER if n != "assignedLicenses"), "deletedDateTime")),
        ))  # fmt: skip

    # ── logs ─────────────────────────────────────────────────────────────────────────────────────────────

    def log(self, path: str, beta_filter: str | None) -> Any:
        """Return what collects a log; sign-ins have another name for their time."""
        field = "createdDateTime" if path.endswith("signIns") else "activityDateTime"

        def url_of(begin: datetime, end: datetime) -> str:
            said = f"{field} ge {_instant(begin)} and {field} lt {_instant(end)}"
            if beta_filter:
                said += f" and {beta_filter}"
            return self.url(path, filter=said, top=1000)

        async def fetch(outcome: Outcome, asking: Asking) -> None:
            await self.run.log(outcome, asking, LOG if beta_filter else SMALL_LOG, url_of)

        return fetch

    # ── the directory ────────────────────────────────────────────────────────────────────────────────────

    async def directory(self) -> None:
        """Collect apps, who has them and why, and how they are provisioned."""
        run = self.run
        await run.one("service_principals", self.service_principals)
        own = [a for a in self.apps if str(a.get("appOwnerOrganizationId", "")).lower() not in MICROSOFT]
        if "app_role_assignments" in self.wanted:
            await run.one("app_role_assignments", lambda o, a: run.of_parents(
                o, a, self.apps, lambda app: self.url(f"/v1.0/servicePrincipals/{app['id']}/appRoleAssignedTo",
                                                      top=self.top),
                lambda _: {}, each=self._note_groups,
            ))  # fmt: skip
        if "group_members" in self.wanted:
            await run.one("group_members", self.group_members)
        if any(name.startswith("synchronization_") for name in self.wanted):
            await run.one("synchronization_jobs", lambda o, a: run.of_parents(
                o, a, [app for app in own if app.get("servicePrincipalType") in (None, "Application")],
                lambda app: self.url(f"/v1.0/servicePrincipals/{app['id']}/synchronization/jobs"),
                lambda app: {"servicePrincipalId": app["id"]}, each=self._note_jobs,
            ))  # fmt: skip
        if "synchronization_schemas" in self.wanted:
            await run.one("synchronization_schemas", lambda o, a: run.of_parents(
                o, a, self.jobs, lambda job: self.url(
                    f"/v1.0/servicePrincipals/{job[0]}/synchronization/jobs/{quote(job[1], safe='')}/schema"),
                lambda job: {"servicePrincipalId": job[0], "jobId": job[1]},
            ))  # fmt: skip
        if "synchronization_templates" in self.wanted:
            await run.one("synchronization_templates", lambda o, a: run.of_parents(
                o, a, sorted({(app, template) for app, _, template in self.jobs if template}), lambda one: self.url(
                    f"/v1.0/servicePrincipals/{one[0]}/synchronization/templates/{quote(one[1], safe='')}/schema"),
                lambda one: {"servicePrincipalId": one[0], "templateId": one[1]},
            ))  # fmt: skip
        if "synchronization_settings" in self.wanted:
            await run.one("synchronization_settings", lambda o, a: run.of_parents(
                o, a, sorted({app for app, _, _ in self.jobs}),
                lambda app: self.url(f"/beta/servicePrincipals/{app}/synchronization/secrets"),
                lambda app: {"servicePrincipalId": app}, keep=_settings,
            ))  # fmt: skip
        if "oauth2_permission_grants" in self.wanted:
            await run.one("oauth2_permission_grants", lambda o, a: self._snapshot(
                o, a, self.url("/v1.0/oauth2PermissionGrants", top=self.top)))  # fmt: skip
        if "licences" in self.wanted:
            await run.one("licences", self.licences)

    async def service_principals(self, outcome: Outcome, asking: Asking) -> None:
        """Collect the apps; what follows asks for the lists of each."""

        def keep(page: Page) -> Page:
            # What the lists of each app need; the whole records of a large tenant would not stay small.
            for text in page.texts:
                app = json.loads(text)
                self.apps.append(
                    {k: app.get(k) for k in ("id", "appOwnerOrganizationId", "servicePrincipalType")}
                )
            return page

        url = self.url("/v1.0/servicePrincipals", top=self.top)
        await self.run.to_file(outcome, asking, url, self.run.head(outcome.name), keep=keep, is_resumed=False)
        self.run.marks.set(outcome.name, whole_at=self.run.now)

    def _note_groups(self, _: Any, page: Page) -> None:
        for text in page.texts:
            one = json.loads(text)
            if str(one.get("principalType", "")).lower() == "group":
                self.groups[str(one["principalId"])] = str(one.get("principalDisplayName") or "")

    def _note_jobs(self, app: Any, page: Page) -> None:
        for one in map(json.loads, page.texts):
            self.jobs.append((app["id"], str(one["id"]), str(one.get("templateId") or "")))

    async def group_members(self, outcome: Outcome, asking: Asking) -> None:
        """Collect the members of the groups that have an app, and of the groups in them, level by level."""
        named, waiting = dict(self.groups), sorted(self.groups)
        select = "id,displayName,userPrincipalName,accountEnabled,securityEnabled,groupTypes"
        file = CollectedFile(self.run.folder, self.run.head(outcome.name))

        def note_nested(_: Any, page: Page) -> None:
            for text in page.texts:
                one = json.loads(text)
                if str(one.get("@odata.type", "")).lower().endswith(".group") and one["id"] not in named:
                    named[one["id"]] = str(one.get("displayName") or "")
                    waiting.append(one["id"])

        try:
            while waiting:
                some, waiting = waiting, []
                await self.run.add_parents(
                    asking, file, some,
                    lambda group: self.url(f"/v1.0/groups/{group}/members", select=select, top=self.top),
                    lambda group: {"groupId": group, "groupDisplayName": named[group]}, each=note_nested,
                )  # fmt: skip
        except BaseException:
            file.discard()
            raise
        self.run.take(outcome, file)
        self.run.marks.set(outcome.name, whole_at=self.run.now)

    async def licences(self, outcome: Outcome, asking: Asking) -> None:
        """Collect the licences of those who have any."""
        holders = []
        url = self.url("/v1.0/users", select="id,assignedLicenses", top=self.top)
        async for page in self._pages(asking, url):
            for text in page.texts:
                user = json.loads(text)
                if user.get("assignedLicenses"):
                    holders.append(str(user["id"]))
        await self.run.of_parents(
            outcome, asking, holders, lambda user: self.url(f"/v1.0/users/{user}/licenseDetails"),
            lambda user: {"userId": user},
        )  # fmt: skip

    async def _snapshot(self, outcome: Outcome, asking: Asking, url: str) -> None:
        await self.run.snapshot(outcome, asking, url)

    def _pages(self, asking: Asking, url: str) -> Any:
        return pages(asking, url, self.run.parse)


def _settings(page: Page) -> Page:
    """Keep what decides who is disabled, and nothing else: the other settings are addresses and secrets."""
    said = {str(one.get("key", "")).lower(): one.get("value") for one in map(json.loads, page.texts)}
    kept = {"skipOutOfScopeDeletions": said.get("skipoutofscopedeletions")}
    try:
        notice = json.loads(said.get("syncnotificationsettings") or "{}")
        kept |= {
            f"deleteThreshold{name}": notice[f"DeleteThreshold{name}"]
            for name in ("Enabled", "Value")
            if f"DeleteThreshold{name}" in notice
        }
    except (ValueError, TypeError):
        pass  # a text of another kind: then the threshold is not known
    return Page([json.dumps(kept)] if any(value is not None for value in kept.values()) else [])


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
