"""A company to leave: twelve apps over all routes, on servers that other people wrote or that documentation was made into."""

from __future__ import annotations

import contextlib
import copy
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2

from discovery.connectors import Connector, configured_connectors
from discovery.offboarding.approve import approve
from discovery.offboarding.case import Case, read_cases, record_plan
from discovery.offboarding.execute import Did, execute
from discovery.offboarding.notify import notifier
from discovery.offboarding.plan import make_plan
from discovery.offboarding.playbook import read_playbooks
from discovery.offboarding.route import can_act
from discovery.offboarding.task import complete_task
from discovery.settings import Settings, load_settings
from discovery.store import Store
from sample_data.tenant import Tenant, serving
from tests.connectors.processes import TOKEN
from tests.connectors.target import Account, App, settings_of
from tests.offboarding.world import ADA, write_world

NOW = datetime(2026, 11, 20, 10)
MAIL = "ada@example.com"
RECIPES = ("slack", "github", "zoom", "webex", "atlassian", "dropbox")
API = {"route": "api", "class": "unmanaged", "sources": ["app_account"], "survives": True}
SCIM = {"route": "scim", "class": "scim_managed", "sources": ["assignment", "sign_in"], "survives": False}
APPS: dict[str, dict[str, Any]] = {
    "notion": SCIM,
    "miro": SCIM,
    **dict.fromkeys(RECIPES, API),
    "salesforce": {"route": "idp", "class": "sso", "sources": ["assignment", "sign_in"], "survives": False},
    "zapier": {"route": "manual", "class": "shadow", "sources": ["grant"], "survives": None},
    "figma": {
        "route": "manual",
        "class": "shadow",
        "sources": ["sign_in"],
        "survives": True,
        "is_admin": True,
    },
    "canva": {
        "route": "manual",
        "class": "shadow",
        "sources": ["charge"],
        "survives": None,
        "is_payer": True,
    },
}


class Company:
    """The servers, the settings file that leads to them, and the home with a published file."""

    def __init__(
        self, folder: Path, scim: dict[str, str], graph: Tenant, graph_url: str, smtp_port: int
    ) -> None:
        self.scim, self.graph = scim, graph
        self.apps = {app_id: App(app_id) for app_id in RECIPES}
        self.ada = graph.add_user("ada", mail=MAIL, userPrincipalName=MAIL)
        self.clients = {}
        for name in ("salesforce", "zapier"):
            key = graph.add_app(name.title())
            self.clients[name] = graph.apps[key]["appId"]
            if name == "salesforce":
                graph.assign(self.ada, key)
            else:
                graph.grant(key, "Files.Read", self.ada)
        graph.license(self.ada, "E5")
        self.fresh = {
            name: copy.deepcopy(getattr(graph, name))
            for name in ("users", "deleted", "assignments", "grants", "licences")
        }
        self.reset()
        config = folder / "discovery.toml"
        config.write_text(self._settings(graph_url, smtp_port), encoding="utf-8")
        write_world(folder / "home", apps=APPS)
        self.settings: Settings = load_settings(config, environ={})
        with Store(self.settings.published) as store:
            store.run(
                "UPDATE account SET identifier = $key WHERE account_id = 'entra-ada'", {"key": self.ada}
            )
            for app, client in self.clients.items():
                store.run("INSERT INTO match (mention, kind, app_id, decision) VALUES ($client, 'client_id', $app, 'accept')",
                          {"client": client, "app": app})  # fmt: skip

    def _settings(self, graph_url: str, smtp_port: int) -> str:
        lines = ['home = "home"', "[offboarding]", 'fallback_owner = "it@example.com"', "[mail]", 'host = "127.0.0.1"',
                 f"port = {smtp_port}", 'sender = "offboarding@example.com"', "[connectors.entra]",
                 f'tenant_id = "t"\nclient_id = "c"\nclient_secret = "env:GRAPH_TOKEN"\nbase_url = "{graph_url}/v1.0"']  # fmt: skip
        for app_id, url in self.scim.items():
            lines += [f"[scim.{app_id}]", f'base_url = "{url}"', 'token = "env:SCIM_TOKEN"']
        for app in self.apps.values():
            said = settings_of(app.recipe, app.base_url)
            values = {"base_url": said.base_url, **said.values}
            lines += [f"[connectors.{app.app_id}]", *(f'{key} = "{value}"' for key, value in values.items())]
        return "\n".join(lines) + "\n"

    def reset(self) -> None:
        """Make everything as it was before anybody left."""
        for app_id, app in self.apps.items():
            app.accounts[:] = [
                Account(f"{app_id}-1", MAIL, f"{app_id}-1", tokens=[f"{app_id}-t1", f"{app_id}-t2"])
            ]
            app.effects.clear()
        for name, rows in self.fresh.items():
            kept = getattr(self.graph, name)
            kept.clear()
            kept.update(copy.deepcopy(rows)) if isinstance(kept, dict) else kept.extend(copy.deepcopy(rows))
        self.graph.users[self.ada]["signInSessionsValidFromDateTime"] = "2020-01-01T00:00:00Z"
        self.graph.requests.clear()
        for url in self.scim.values():
            for key in [one["id"] for one in self.scim_users(url)]:
                httpx2.delete(f"{url}/Users/{key}", headers=self._scim())
            user = {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": MAIL,
                "active": True,
            }
            httpx2.post(f"{url}/Users", json=user, headers=self._scim()).raise_for_status()

    @staticmethod
    def _scim() -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}

    def scim_users(self, url: str) -> list[dict[str, Any]]:
        return [
            one
            for one in httpx2.get(f"{url}/Users", headers=self._scim()).json().get("Resources", [])
            if one["userName"] == MAIL
        ]

    def connectors(self) -> dict[tuple[str, str], Connector]:
        return dict(configured_connectors(self.settings))

    def plan(self) -> Case:
        with Store(self.settings.published, read_only=True) as store:
            plan = make_plan(store, self.settings, read_playbooks(None), ADA, can_act=can_act(self.settings))  # fmt: skip
        return record_plan(self.settings.home, plan)

    def attest_all(self) -> None:
        """Complete every open task, in the name of its owner."""
        for task in [one for one in self.case().tasks.values() if one.state == "open"]:
            complete_task(
                self.settings, task.task_id, by=task.owner_email or "it@example.com", statement="it is done"
            )

    def approve(self, case: Case) -> None:
        with Store(self.settings.published, read_only=True) as store:
            approve(self.settings, store, case)

    def execute(self, case: Case, now: datetime = NOW, *, settings: Settings | None = None) -> list[Did]:
        used = settings or self.settings
        with Store(used.published, read_only=True) as store:
            return execute(
                used, store, [case.case_id], self.connectors(), now=now, is_sent=True, notify=notifier(used)
            )

    def case(self) -> Case:
        (case,) = read_cases(self.settings.home).values()
        return case

    def states(self) -> dict[str, str]:
        return {step_id: one.state for step_id, one in self.case().steps.items()}

    def effects(self) -> Counter[str]:
        """What was changed, and how often."""
        done = [f"{app_id} {effect}" for app_id, app in self.apps.items() for effect in app.effects]
        graph = [f"entra {method} {path.rsplit('/', 1)[-1] if method == 'POST' else path}" for method, path, status in self.graph.requests
                 if method != "GET" and status < 300 and not path.endswith("checkMemberGroups")]  # fmt: skip
        return Counter([*done, *graph])

    def writes(self) -> list[Any]:
        """Every request that would change something, whatever came of it."""
        return [w for app in self.apps.values() for w in app.server.writes()] + [
            r for r in self.graph.requests if r[0] != "GET"
        ]

    def close(self) -> None:
        for app in self.apps.values():
            app.close()


@contextlib.contextmanager
def company(folder: Path, scim: dict[str, str], smtp_port: int) -> Iterator[Company]:
    graph = Tenant("example")
    with serving(graph) as url:
        made = Company(folder, scim, graph, url, smtp_port)
        try:
            yield made
        finally:
            made.close()
