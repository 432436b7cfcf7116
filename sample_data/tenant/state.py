"""The state of an invented Entra tenant, and what happens in it. Records are made as the Graph documentation shows them.

Sources, read 2026-11-25: learn.microsoft.com/graph/api/resources/ user, signin, serviceprincipal, approleassignment,
oauth2permissiongrant, group, licensedetails, provisioningobjectsummary, directoryaudit,
synchronization-synchronizationjob, synchronization-synchronizationschema; graph/delta-query-overview.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.applications import Starlette

from sample_data.tenant import records
from sample_data.tenant.faults import Faults
from sample_data.tenant.pages import Listings

BIN_DAYS = 30
"""Days that a deleted user stays in the bin (MicrosoftDocs/entra-docs, how-provisioning-works.md)."""


def guid(kind: str, name: str) -> str:
    """Return the id of a thing of the scenario: always the same for a name."""
    return str(uuid5(NAMESPACE_URL, f"https://tenant.example/{kind}/{name}"))


class Tenant:
    """People, apps, jobs and logs of one tenant. `now`: its time; None = the machine's."""

    def __init__(self, name: str = "nordwind", *, now: datetime | None = None) -> None:
        self.name = name
        self.domain = f"{name}.example"
        self.id = guid("tenant", name)
        self._now = now
        self.users: dict[str, dict[str, Any]] = {}
        self.deleted: dict[str, dict[str, Any]] = {}
        self.apps: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.members: dict[str, list[str]] = {}
        self.assignments: dict[str, dict[str, Any]] = {}
        self.grants: dict[str, dict[str, Any]] = {}
        self.managers: dict[str, str] = {}
        self.licences: dict[str, list[dict[str, Any]]] = {}
        self.jobs: dict[str, list[dict[str, Any]]] = {}
        self.schemas: dict[tuple[str, str], dict[str, Any]] = {}
        self.templates: dict[tuple[str, str], dict[str, Any]] = {}
        self.secrets: dict[str, list[dict[str, str]]] = {}
        self.sign_ins: Any = []
        self.non_interactive: Any = []
        self.provisioning: list[dict[str, Any]] = []
        self.audits: list[dict[str, Any]] = []
        self.changes: list[str] = []
        self.delta_generation = 1
        self.expired_status = 410
        self.tokens: dict[str, set[str]] = {}
        self.requests: list[tuple[str, str, int]] = []
        self.faults = Faults()
        self.listings = Listings()
        self.largest_page = 999

    def application(self) -> Starlette:
        """Make the application that answers from this state."""
        from sample_data.tenant.graph import application

        return application(self)

    @property
    def now(self) -> datetime:
        """The tenant's time."""
        return self._now or datetime.now(UTC)

    def pass_time(self, **amount: float) -> None:
        """Let time pass: `days=`, `hours=`, `minutes=`. What is due in it happens: the bin is emptied."""
        self._now = self.now + timedelta(**amount)
        for user_id, user in list(self.deleted.items()):
            gone = datetime.fromisoformat(user["deletedDateTime"]) + timedelta(days=BIN_DAYS)
            if gone <= self._now:
                self.purge(user_id, at=gone)

    def expire_deltas(self, status: int = 410) -> None:
        """Make the links of all change feeds invalid, as after seven days without use."""
        self.delta_generation += 1
        self.expired_status = status

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────

    def add_user(self, name: str, **said: Any) -> str:
        """Add a user and return its object id. `said`: properties of the Graph resource, by their own names."""
        user_id = guid("user", name)
        self.users[user_id] = records.user(user_id, name, self.domain, self.now, said)
        self.changes.append(user_id)
        return user_id

    def manage(self, manager: str, *users: str) -> None:
        """Make somebody the manager of users; it is answered where a list is asked for with it."""
        self.managers |= dict.fromkeys(users, manager)

    def add_app(self, name: str, *, sso: str | None = "saml", **said: Any) -> str:
        """Add an app (a service principal) and return its object id."""
        app_id = guid("app", name)
        self.apps[app_id] = records.app(app_id, guid("application", name), name, self.id, sso, said)
        return app_id

    def groups_of(self, principal: str, *, is_transitive: bool) -> list[str]:
        """Return the groups that a user or group is in; `is_transitive`: through other groups as well."""
        found = [group for group, members in self.members.items() if principal in members]
        for group in found if is_transitive else ():  # grows while it is gone through
            found += [g for g in self.groups_of(group, is_transitive=False) if g not in found]
        return found

    def add_group(self, name: str, *members: str, **said: Any) -> str:
        """Add a group with members, users or groups, and return its object id. `groupTypes=["DynamicMembership"]`."""
        group_id = guid("group", name)
        self.groups[group_id] = records.group(group_id, name, said)
        self.members[group_id] = list(members)
        return group_id

    def assign(self, principal: str, app: str, role: str | None = None) -> str:
        """Assign a user or group to an app and return the assignment's id."""
        who = self.users.get(principal) or self.groups[principal]
        kind = "User" if principal in self.users else "Group"
        made = records.assignment(who, kind, self.apps[app], role, self.now)
        self.assignments[made["id"]] = made
        return str(made["id"])

    def unassign(self, principal: str, app: str) -> None:
        """End the assignments of a user or group to an app."""
        for key, one in list(self.assignments.items()):
            if (one["principalId"], one["resourceId"]) == (principal, app):
                del self.assignments[key]

    def grant(self, app: str, scope: str, user: str | None = None) -> str:
        """Consent to an app for a user, or for the whole tenant, and return the grant's id."""
        grant_id = guid("grant", f"{app}{user}")
        self.grants[grant_id] = {
            "clientId": app, "consentType": "Principal" if user else "AllPrincipals", "id": grant_id,
            "principalId": user, "resourceId": guid("app", "Microsoft Graph"), "scope": scope,
        }  # fmt: skip
        return grant_id

    def license(self, user: str, sku: str, *, by_group: str | None = None) -> None:
        """Give a user a licence, directly or through a group."""
        self.licences.setdefault(user, []).append({**records.licence(user, sku), "assignedByGroup": by_group})
        self.users[user].setdefault("assignedLicenses", []).append(
            {"skuId": guid("sku", sku), "disabledPlans": []}
        )

    def add_job(self, app: str, *, actions: str = "Add, Update, Delete", skips_out_of_scope: bool = False,
                maps_soft_delete: bool = True, state: str = "Active", code: str = "Active",
                quarantine: Mapping[str, Any] | None = None) -> str:  # fmt: skip
        """Set up provisioning of users to an app: job, schema, its template's, settings. Returns the job's id."""
        job_id = f"scim.{guid('job', app).replace('-', '')}.{guid('run', app)}"
        job = records.job(job_id, self.now, state=state, code=code, quarantine=quarantine)
        self.jobs.setdefault(app, []).append(job)
        self.schemas[app, job_id] = records.schema(job_id, actions, maps_soft_delete=maps_soft_delete)
        self.templates[app, job["templateId"]] = records.schema(
            job_id, "Add, Update, Delete", maps_soft_delete=True
        )
        self.secrets[app] = [
            {"key": "BaseAddress", "value": "https://scim.example.invalid"},
            {"key": "SecretToken", "value": "canary-never-to-be-printed"},
            {"key": "SkipOutOfScopeDeletions", "value": str(skips_out_of_scope)},
            {
                "key": "SyncNotificationSettings",
                "value": '{"Enabled":true,"Recipients":"canary@example.invalid",'
                '"DeleteThresholdEnabled":true,"DeleteThresholdValue":500}',
            },
        ]
        return job_id

    # ── what is recorded ─────────────────────────────────────────────────────────────────────────────────

    def sign_in(self, user: str, app: str, *, at: datetime | None = None, interactive: bool = True,
                error: int = 0, **said: Any) -> str:  # fmt: skip
        """Record a sign-in and return its id."""
        log = self.sign_ins if interactive else self.non_interactive
        made = records.sign_in(
            guid("sign_in", f"{user}{app}{at}{interactive}{len(log)}"), self.users[user], self.apps[app], self.id,
            at or self.now, interactive, error, said,
        )  # fmt: skip
        log.append(made)
        return str(made["id"])

    def provisioned(self, user: str, app: str, action: str, *, status: str = "success",
                    at: datetime | None = None, **said: Any) -> str:  # fmt: skip
        """Record what the provisioning service did, or did not, and return the entry's id."""
        who = self.users.get(user) or self.deleted.get(user) or {"id": user}
        made = records.provisioning(
            guid("provisioning", f"{user}{app}{action}{at}{len(self.provisioning)}"), who, self.apps[app],
            self.jobs[app][0]["id"] if self.jobs.get(app) else None, action, status, at or self.now, self.id, said,
        )  # fmt: skip
        self.provisioning.append(made)
        return str(made["id"])

    def audit(self, activity: str, user: str, changed: Mapping[str, tuple[Any, Any]] | None = None, *,
              at: datetime | None = None) -> None:  # fmt: skip
        """Record a directory audit entry about a user."""
        who = self.users.get(user) or self.deleted.get(user) or {"id": user}
        key = guid("audit", f"{activity}{user}{len(self.audits)}")
        self.audits.append(records.audit(key, activity, who, changed or {}, at or self.now))

    # ── what happens to people ───────────────────────────────────────────────────────────────────────────

    def update_user(self, user: str, **said: Any) -> None:
        """Change properties of a user; shows in the change feed and the audit log."""
        before = {name: self.users[user].get(name) for name in said}
        self.users[user] |= said
        self.changes.append(user)
        if "accountEnabled" in said:
            enabled = said["accountEnabled"]
            self.audit("Enable account" if enabled else "Disable account", user,
                       {"AccountEnabled": ([before["accountEnabled"]], [enabled])})  # fmt: skip
        else:
            self.audit("Update user", user, {name: (before[name], value) for name, value in said.items()})

    def disable(self, user: str) -> None:
        """Disallow sign-in."""
        self.update_user(user, accountEnabled=False)

    def delete(self, user: str, *, at: datetime | None = None) -> None:
        """Put a user into the bin; the UPN gets the object id in front, as Entra does."""
        gone = self.users.pop(user)
        upn = user.replace("-", "") + gone["userPrincipalName"]
        self.deleted[user] = {
            **gone,
            "userPrincipalName": upn,
            "deletedDateTime": records.said(at or self.now),
        }
        for key, one in list(self.assignments.items()):
            if one["principalId"] == user:
                del self.assignments[key]
        for members in self.members.values():
            if user in members:
                members.remove(user)
        self.changes.append(user)
        self.audit("Delete user", user, at=at)

    def restore(self, user: str) -> None:
        """Take a user out of the bin; memberships and assignments stay gone."""
        back = {key: value for key, value in self.deleted.pop(user).items() if key != "deletedDateTime"}
        back["userPrincipalName"] = back["userPrincipalName"].removeprefix(user.replace("-", ""))
        self.users[user] = back
        self.changes.append(user)
        self.audit("Restore user", user)

    def purge(self, user: str, *, at: datetime | None = None) -> None:
        """Delete a user of the bin for good."""
        self.audit("Hard Delete user", user, at=at)
        del self.deleted[user]
        self.licences.pop(user, None)
        for key, one in list(self.grants.items()):
            if one["principalId"] == user:
                del self.grants[key]
        self.changes.append(user)
