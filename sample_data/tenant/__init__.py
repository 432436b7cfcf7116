"""A fake tenant: servers on loopback that answer as Microsoft Graph, Okta and Google do, from a scenario with state.

What a client asks for is answered as the cited documentation says; what it changes is changed, shows in the next
answers, in the change feed and in the audit log. Nothing of the program is imported here.

In a test:

    from sample_data.tenant import Tenant, serving

    tenant = Tenant("nordwind", now=datetime(2026, 9, 30, 8, tzinfo=UTC))
    ann = tenant.add_user("ann", department="Sales")                    # returns the object id, a GUID
    figma = tenant.add_app("Figma", sso="saml")
    tenant.assign(ann, figma)
    tenant.add_job(figma)                                               # a provisioning job with its schema
    tenant.sign_in(ann, figma, at=tenant.now - timedelta(hours=3))
    with serving(tenant) as url:                                        # http://127.0.0.1:PORT
        ...                                                             # Graph lies at f"{url}/v1.0" and f"{url}/beta"

By hand, with the scenario of the demo, which holds one leaver in every state:

    python -m sample_data.tenant --port 8765
    python -m sample_data.tenant --users 100000 --sign-ins 1000000      # for the benchmark

Scenario: `add_user add_app add_group add_member assign add_job grant license sign_in` and what happens to people:
`update_user disable delete restore purge unassign`, `pass_time` (with a fixed `now`). `provisioned` writes an entry of
the provisioning log. Everything they make can be changed in place: `tenant.users[ann]["accountEnabled"]`.

Acts that the server takes (graph_acts.py): PATCH /users/{id}; POST /users/{id}/revokeSignInSessions; DELETE /users/{id}
and its permanent deletion; POST /directory/deletedItems/{id}/restore; DELETE of appRoleAssignments (from the user or the
app), oauth2PermissionGrants and /groups/{id}/members/{id}/$ref; POST /users/{id}/assignLicense. Accounts synchronised
from on premises, dynamic groups and licences that come by group refuse, as Graph does. `tenant.requests` keeps
(method, path, status) of every request.

Tokens: any bearer token may do anything, unless `tenant.tokens` names them with the permissions of each:
`tenant.tokens["reader"] = {"User.Read.All"}`; what a permission does not allow is answered with 403 as Graph words it.

Faults: `tenant.faults.add("throttled", path="/users*", times=2, retry_after="1")`; kinds in faults.py: throttled,
unavailable, error, gateway, reset, hang, expired_token, denied, empty_page, short_page, repeated_link, foreign_link,
repeated_records; `tenant.expire_deltas()` makes the links of all change feeds invalid.

Okta and Google: `OktaOrg` (okta.py) and `GoogleCustomer` (google.py), served by the same `serving`, with the same faults.
"""

from sample_data.tenant.faults import Faults
from sample_data.tenant.google import GoogleCustomer
from sample_data.tenant.okta import OktaOrg
from sample_data.tenant.scenario import demo
from sample_data.tenant.server import serving
from sample_data.tenant.state import Tenant, guid

__all__ = ["Faults", "GoogleCustomer", "OktaOrg", "Tenant", "demo", "guid", "serving"]
