"""Tenants for scenarios of leaving: one app with a provisioning job, and a person, Ann, who leaves in one way or another.

Each scene is a tenant of its own in one warehouse, so that many scenes cost one run of the real steps. The clock of
the tests: the end of 30 September 2026; lists are of 28 September; the provisioning log reaches from August to 23:00.
"""

from __future__ import annotations

from typing import Any

from discovery.graph import STEPS as GRAPH
from tests.canonical.world import World, at, on

ROLE = "role-user"
_GRAPH = ("client_app", "departure", "deprovisioning_scope", "deprovisioning_fact", "deprovisioning_rule", "deprovisioning_log",
          "deprovisioning")  # fmt: skip


def build_deprovisioning(world: World) -> None:
    """Run the stage canonical, and of the graph the steps that the table needs."""
    world.canonical()
    for step in GRAPH:
        if step.table.removeprefix("graph.") in _GRAPH:
            step.build(world.store, world.night)


class Scene:
    """One tenant. Methods say what its exports hold and return the scene, so that a story reads in one line."""

    def __init__(self, world: World, name: str, app: str = "") -> None:
        self.world, self.name = world, name
        self.app = app or f"{name}-app"
        self.label = f"{self.app} of {name}"
        self.client = f"sp-{name}"
        world.app(self.app, self.label, kind="label", approval="approved")
        world.file(f"jobs-{name}")
        self.reaches("08-01 00:00").reaches("09-30 23:00")

    def _record(self, kind: str, **row: Any) -> Scene:
        self.world.record(kind, system="entra", **{"instance": self.name, **row})
        return self

    def key(self, who: str) -> str:
        return f"{who}-{self.name}"

    def email(self, who: str = "ann") -> str:
        return f"{who}.{self.name}@acme.test"

    # What the lists say ------------------------------------------------------------------------------------------

    def job(self, **row: Any) -> Scene:
        """A job made from a gallery template, running every 40 minutes."""
        return self._record("provisioning_job", **{
            "part": "job", "client_key": self.client, "job_id": f"job-{self.name}", "template": "slackOutDelta",
            "schedule": "active", "status": "active", "interval_minutes": 40, "event_id": f"job:{self.name}",
            "file_id": f"jobs-{self.name}", **row})  # fmt: skip

    def mappings(self, **row: Any) -> Scene:
        """All three object actions ticked and IsSoftDeleted mapped."""
        return self._record("provisioning_job", **{
            "part": "schema", "client_key": self.client, "job_id": f"job-{self.name}", "does_create": True,
            "does_update": True, "does_delete": True, "maps_soft_delete": True, "maps_enabled": False,
            "active_attribute": "active", "matches_on": ["userName"], "event_id": f"schema:{self.name}", **row})  # fmt: skip

    def provisioned(self, **row: Any) -> Scene:
        return self.job(**row).mappings()

    def registered(self, template: str | None, sso: str | None = None) -> Scene:
        """The app itself, from the list of apps, and another that came from the gallery."""
        self._record("app_registration", app_key="sp-other", mention_kind="label", mention="Other", template="other",
                     event_id=f"other-{self.name}")  # fmt: skip
        return self._record("app_registration", app_key=self.client, mention_kind="label", mention=self.label,
                            template=template, sso_mode=sso, event_id=self.client)  # fmt: skip

    def setting(self, **row: Any) -> Scene:
        return self._record(
            "provisioning_job", part="setting", client_key=self.client, event_id=f"setting:{self.name}", **row
        )

    def other_apps_job(self) -> Scene:
        """The list of jobs is whole and has another app's only."""
        return self.job(client_key="sp-other", job_id="job-other", event_id=f"job:other:{self.name}")

    def member(self, who: str = "ann", **row: Any) -> Scene:
        return self._record("directory_account", **{
            "account_key": self.key(who), "account_name": self.email(who), "email": self.email(who), "status": "active",
            "account_kind": "human", **row})  # fmt: skip

    def assigned(self, who: str = "ann", role: str | None = ROLE, **row: Any) -> Scene:
        return self._record("assignment", account_key=self.key(who), principal_kind="user", client_key=self.client,
                            mention_kind="label", mention=self.label, role=role, **row)  # fmt: skip

    def group_assigned(self, group: str = "sales", role: str | None = ROLE) -> Scene:
        return self._record("assignment", principal_kind="group", group_key=f"{group}-{self.name}", group_name=group.title(),
                            client_key=self.client, mention_kind="label", mention=self.label, role=role)  # fmt: skip

    def in_group(self, group: str = "sales", who: str = "ann") -> Scene:
        return self._record("membership", account_key=self.key(who), group_key=f"{group}-{self.name}",
                            group_name=group.title(), principal_kind="user")  # fmt: skip

    def nested(self, inner: str, outer: str) -> Scene:
        return self._record("membership", member_group_key=f"{inner}-{self.name}", group_key=f"{outer}-{self.name}",
                            principal_kind="group")  # fmt: skip

    def deleted(
        self, when: str = "09-10 09:00", who: str = "ann", *, was_enabled: bool | None = True
    ) -> Scene:
        """The account lies in the recycle bin."""
        return self.member(who, status="soft_deleted", deleted_at=at(when), was_enabled=was_enabled)

    # What the logs say -------------------------------------------------------------------------------------------

    def audit(self, change: str, when: str, who: str = "ann", **row: Any) -> Scene:
        return self._record(
            "directory_event", account_key=self.key(who), change=change, observed_at=at(when), **row
        )

    def unassigned(self, when: str, who: str = "ann") -> Scene:
        return self.audit(
            "unassigned", when, who, client_key=self.client, mention_kind="label", mention=self.label
        )

    def log(self, when: str, action: str, status: str = "success", who: str = "ann", **row: Any) -> Scene:
        return self._record("provisioning_event", **{
            "account_key": self.key(who), "client_key": self.client, "observed_at": at(when), "action": action,
            "status": status, "principal_kind": "user", "job_id": f"job-{self.name}", "mention_kind": "label",
            "mention": self.label, "export_status": status if status in ("success", "failure") else None, **row})  # fmt: skip

    def reaches(self, when: str) -> Scene:
        """An entry of somebody else's app, so that the log is known to reach here."""
        return self.log(
            when, "update", who="nobody", client_key="sp-other", job_id="job-other", mention="Other"
        )

    # What comes of it --------------------------------------------------------------------------------------------

    def row(self, event: str, who: str = "ann") -> dict[str, Any]:
        rows = self.rows(who)
        assert event in rows, f"{self.name}: no row {event} among {sorted(rows)}"
        return rows[event]

    def rows(self, who: str = "ann") -> dict[str, dict[str, Any]]:
        found = self.world.store.dicts(
            "SELECT d.* FROM graph.deprovisioning AS d JOIN canonical.person AS p USING (person_id) "
            "WHERE p.email = $email AND d.app_id = $app",
            {"email": self.email(who), "app": self.app},
        )
        return {str(r["event"]): r for r in found}


__all__ = ["Scene", "World", "at", "build_deprovisioning", "on"]
