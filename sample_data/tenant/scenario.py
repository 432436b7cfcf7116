"""The scenario of the demo: a small company in which one leaver is in every state that Entra knows."""

from datetime import UTC, datetime, timedelta

from sample_data.tenant.state import Tenant

NOW = datetime(2026, 9, 30, 8, tzinfo=UTC)


def demo(now: datetime | None = NOW) -> Tenant:
    """Make the tenant: ten people, five apps, three of them provisioned, six leavers."""
    tenant = Tenant(now=(now or datetime.now(UTC)) - timedelta(days=20))
    people = {
        name: tenant.add_user(name, department=department, employeeId=f"E{number:03}")
        for number, (name, department) in enumerate(
            (("ann.reed", "Sales"), ("bea.kim", "Sales"), ("cem.oz", "Finance"), ("dan.wu", "Engineering"),
             ("eva.lund", "Engineering"), ("fay.cole", "Marketing"), ("gil.mora", "Marketing"), ("hal.roy", "Finance"),
             ("ida.falk", "Engineering"), ("jon.berg", "Sales")), 1)
    }  # fmt: skip
    figma, slack, webex = (tenant.add_app(name) for name in ("Figma", "Slack", "Cisco Webex"))
    notion = tenant.add_app("Notion", sso="oidc")
    graph = tenant.add_app(
        "Microsoft Graph", sso=None, appOwnerOrganizationId="f8cdf31e-a31e-4b4a-93e4-5f571e91255a"
    )
    design = tenant.add_group("Design", people["fay.cole"], people["gil.mora"])
    everyone = tenant.add_group(
        "Everyone", design, *(people[n] for n in ("ann.reed", "bea.kim", "cem.oz", "dan.wu"))
    )
    tenant.assign(everyone, slack)
    tenant.assign(design, figma)
    for name in ("ann.reed", "bea.kim", "eva.lund", "hal.roy"):
        tenant.assign(people[name], webex)
    for app in (figma, slack, webex):
        tenant.add_job(app, skips_out_of_scope=app == slack, actions="Add, Update" if app == figma else
                       "Add, Update, Delete")  # fmt: skip
    tenant.grant(notion, "User.Read offline_access Mail.Read", people["dan.wu"])
    tenant.grant(graph, "User.Read.All")
    for name in ("ann.reed", "bea.kim", "cem.oz"):
        tenant.license(people[name], "SPE_E3")
    for day in range(18):
        at = tenant.now + timedelta(days=day, hours=1)
        for number, name in enumerate(people):
            tenant.sign_in(people[name], (slack, figma, webex, notion)[(day + number) % 4], at=at)
            tenant.sign_in(people[name], slack, at=at + timedelta(hours=2), interactive=False)
    tenant.pass_time(days=10)
    tenant.disable(people["bea.kim"])
    tenant.pass_time(minutes=40)
    tenant.provisioned(people["bea.kim"], webex, "disable")
    tenant.delete(people["eva.lund"])
    tenant.delete(people["hal.roy"])
    tenant.pass_time(days=2)
    tenant.purge(people["hal.roy"])
    tenant.provisioned(people["hal.roy"], webex, "delete", status="skipped")
    tenant.delete(people["ida.falk"])
    tenant.restore(people["ida.falk"])
    tenant.unassign(people["ann.reed"], webex)
    tenant.update_user(people["jon.berg"], employeeLeaveDateTime="2026-09-29T00:00:00Z")
    tenant.pass_time(days=8, minutes=-40)
    return tenant
