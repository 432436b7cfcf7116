"""Every shape of every format, followed behind the first stage: to a person, a registration, a payment or a trace.

One example of each shape lies in one inbox, each as an instance of its own; they are read together, once.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from discovery.canonical import STEPS as CANONICAL
from discovery.canonical.usage import build_usage
from discovery.graph import STEPS as GRAPH
from discovery.settings import SourceHint
from discovery.sources.inbox import scan
from discovery.sources.ingest import ingest_system
from discovery.sources.registry import shipped_formats
from discovery.sources.source import Example, Format
from discovery.stage import Night
from tests.sources.conftest import Bench

AS_OF = date(2027, 1, 1)
REACHED = {
    "a person's entry in a roster": "SELECT file_id FROM canonical.directory_account",
    "an app that is registered": "SELECT file_id FROM canonical.app_registration",
    # A ledger or a bank account names nobody who paid: the payment and its merchant stand alone.
    "a payment": "SELECT c.file_id FROM canonical.charge AS c JOIN canonical.mention AS m "
    "ON m.kind = 'merchant' AND m.mention = c.merchant WHERE c.identifier IS NULL",
    "a trace of an account": "SELECT first_file_id FROM graph.trace UNION SELECT last_file_id FROM graph.trace",
    "an app that the whole organization consented to": "SELECT g.file_id FROM canonical.grant AS g "
    "JOIN canonical.mention AS m ON (m.kind, m.mention) = (g.mention_kind, g.mention) WHERE g.consent = 'tenant'",
    **{
        f"{what} of a person": f"SELECT t.file_id FROM canonical.{table} AS t "
        "JOIN canonical.account AS a USING (system, instance, identifier) WHERE a.person_id IS NOT NULL"
        for what, table in (
            ("a consent", "grant"),
            ("a group", "membership"),
            ("a licence", "licence"),
            ("a change in the directory", "directory_event"),
            ("an action of provisioning", "provisioning_event"),
        )
    },
    **{
        f"{what} of a known app": f"SELECT t.file_id FROM canonical.{table} AS t JOIN canonical.app_registration AS r "
        "ON (r.system, r.instance, r.app_key) = (t.system, t.instance, t.client_key)"
        for what, table in (("a job", "provisioning_job"), ("a change in the directory", "directory_event"))
    },
    # Settings of an app are no row of their own: they stand in the row of its job.
    "settings of a job": "SELECT l.file_id FROM lake.provisioning_job AS l JOIN canonical.provisioning_job AS j "
    "USING (system, instance, client_key) WHERE l.part = 'setting' "
    "AND coalesce(l.skips_out_of_scope = j.skips_out_of_scope, l.syncs_all = j.syncs_all)",
}


def _entra_users(*ids: str) -> str:
    return "".join(
        f'{{"id":"{i}","userPrincipalName":"{i}@acme.example","mail":"{i}@acme.example","displayName":"{i}",'
        '"accountEnabled":true,"userType":"Member","assignedLicenses":[]}\n'
        for i in ids
    )


def _entra_apps(*ids: str) -> str:
    return "".join(
        f'{{"id":"{i}","appId":"a-{i}","displayName":"Slack","servicePrincipalType":"Application"}}\n'
        for i in ids
    )


# Where there are rosters of a personnel department, these say who is a person.
PEOPLE = "Employee ID,Work Email,Full Name,Employment Status\n" + "".join(
    f"{number},{who}@acme.example,{who},Active\n"
    for number, who in enumerate(("6c2a983b-1351-49bb-a53f-500e68fc4d43", "okta", "slack"), 9001)
)
ANN, SLACK = "6c2a983b-1351-49bb-a53f-500e68fc4d43", "97110972-e6c9-43ab-a854-82e6fb1c7ea9"
OKTA_USER = (
    '{"id":"00u1ann","status":"ACTIVE","profile":{"login":"okta@acme.example","email":"okta@acme.example"}}\n'
)
# What some exports say is about people and apps that other exports of the same system name: the files that lie beside
# them, and what their records then have to reach. The others stand alone.
BESIDE: dict[str, tuple[tuple[str, ...], str]] = {
    "entra_deleted_users": ((), "a person's entry in a roster"),
    "entra_directory_audit": ((_entra_users(ANN),), "a change in the directory of a person"),
    "entra_directory_audit-log_analytics_json": ((_entra_apps("s1"),), "a change in the directory of a known app"),
    "entra_group_members": ((_entra_users(ANN),), "a group of a person"),
    "entra_licences": ((_entra_users(ANN),), "a licence of a person"),
    "entra_provisioning_jobs": ((_entra_apps(SLACK),), "a job of a known app"),
    "entra_provisioning_log": ((_entra_users(ANN),), "an action of provisioning of a person"),
    "entra_provisioning_schemas": ((_entra_apps("s1"),), "a job of a known app"),
    "entra_provisioning_settings": (
        ('{"servicePrincipalId":"s1","id":"j1","templateId":"x","schedule":{"state":"Active"},'
         '"status":{"code":"Active"}}\n',),
        "settings of a job",
    ),
    "entra_removed_users": (
        (_entra_users("0c6a5b01-4b1c-4d0b-9c0a-3d0f1d5b7a11"),), "a person's entry in a roster"),
    "github_app_installations": ((), "an app that the whole organization consented to"),
    "okta_grants": ((OKTA_USER,), "a consent of a person"),
    "slack_integration_logs": (
        ("username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname,expiration-timestamp\n"
         "ann,slack@acme.example,Member,1,1,0,U1001,Ann Lee,ann,\n",),
        "a consent of a person",
    ),
}  # fmt: skip


def _cases() -> dict[str, tuple[Format, Example]]:
    found: dict[str, tuple[Format, Example]] = {}
    for fmt in shipped_formats():
        for example in fmt.examples:
            if example.records:
                found.setdefault(f"{fmt.name}-{example.shape}", (fmt, example))
    return found


CASES = _cases()


def _beside(case: str) -> tuple[tuple[str, ...], str | None]:
    return BESIDE.get(case) or BESIDE.get(case.partition("-")[0]) or ((), None)


def _name(case: str, example: Example) -> str:
    return f"{case}/ada@acme.example/{example.file_name}"


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """State, format and shape of each case's file, and what its records reached."""
    hints = [SourceHint(files="people.csv", instance="people")]
    hints += [
        SourceHint(files=f"{case}/*", **{**example.hints, "instance": case})
        for case, (_, example) in CASES.items()
    ]
    bench = Bench(tmp_path_factory.mktemp("reach"), sources=tuple(hints))
    bench.night = Night(bench.settings, AS_OF)
    for case, (_, example) in CASES.items():
        bench.put(_name(case, example), example.text)
        for number, text in enumerate(_beside(case)[0]):
            bench.put(f"{case}/beside{number}", text)
    bench.put("people.csv", PEOPLE)
    scan(bench.store, bench.settings, AS_OF)
    for system in sorted({fmt.system for fmt, _ in CASES.values()}):
        assert ingest_system(bench.store, bench.night, system).error is None
    build_usage(bench.store, bench.night)
    for step in (*CANONICAL[1:], next(s for s in GRAPH if s.table == "graph.trace")):
        step.build(bench.store, bench.night)
    reached: dict[str, set[str]] = {}
    for what, sql in REACHED.items():
        for (file_id,) in bench.store.rows(sql):
            reached.setdefault(str(file_id), set()).add(what)
    files: dict[str, list[dict[str, Any]]] = {}
    for row in bench.store.dicts("FROM sources.source_file"):
        files.setdefault(str(row["file_name"]).split("/", 1)[0], []).append(row)
    assert bench.unbalanced() == []
    bench.store.close()
    return files, reached


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_records_of_each_shape_reach_what_they_are_for(read: Any, case: str) -> None:
    files, reached = read
    fmt, example = CASES[case]
    loaded = [f for f in files[case] if f["rows_loaded"] and "/beside" not in f["file_name"]]
    assert loaded, [(f["state"], f["reason"]) for f in files[case]]
    assert {(f["format"], f["shape"]) for f in loaded} == {(fmt.name, example.shape)}
    what = _beside(case)[1]
    for file in loaded:
        assert reached.get(file["file_id"]), "reaches nothing"
        assert what is None or what in reached[file["file_id"]]
