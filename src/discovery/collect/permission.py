"""The permissions that collecting needs: of each list the least one, what it buys, and what is lost without it.

Application permissions of Microsoft Graph; scopes of Okta and Google. Each with the page that says so; "not confirmed"
where no page was read that does. docs/entra.md prints this table, and a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Permission:
    """One list: the call, the least permission (others that will do), what is lost without, where that is written.

    licence: what the tenant has to have besides. is_optional: collecting is in order without it.
    """

    list: str
    call: str
    least: str
    lost: str
    source: str
    others: tuple[str, ...] = ()
    licence: str | None = None
    is_optional: bool = False


_DOCS = "learn.microsoft.com/graph/api/"

ENTRA: tuple[Permission, ...] = (
    Permission("users", "GET /users, /users/delta", "User.Read.All",
               "who there is, who was disabled, when: nothing can be scoped", _DOCS + "user-delta",
               ("Directory.Read.All",)),
    Permission("users_changed", "GET /users/delta", "User.Read.All",
               "departures are seen at night only, not within a quarter of an hour", _DOCS + "user-delta",
               ("Directory.Read.All",)),
    Permission("deleted_users", "GET /directory/deletedItems/microsoft.graph.user", "User.Read.All",
               "when a user was deleted, and so when the DELETE to apps is due", _DOCS + "directory-deleteditems-list",
               ("Directory.Read.All",)),
    Permission("sign_ins", "GET /beta/auditLogs/signIns (interactive)", "AuditLog.Read.All",
               "which apps people sign in to; use after a departure", _DOCS + "signin-list", licence="Entra ID P1"),
    Permission("sign_ins_non_interactive", "GET /beta/auditLogs/signIns (non-interactive)", "AuditLog.Read.All",
               "apps that renew their access in the background, tokens that go on after a departure",
               _DOCS + "signin-list", licence="Entra ID P1"),
    Permission("provisioning_log", "GET /auditLogs/provisioning", "AuditLog.Read.All",
               "what was sent to each app when somebody left: no forecast is graded, no delivery proven",
               _DOCS + "provisioningobjectsummary-list (copies differ: some ask for Directory.Read.All too)",
               ("ProvisioningLog.Read.All",), licence="Entra ID P1"),
    Permission("directory_audits", "GET /auditLogs/directoryAudits", "AuditLog.Read.All",
               "who disabled, deleted, restored or unassigned whom, and when", _DOCS + "directoryaudit-list"),
    Permission("service_principals", "GET /servicePrincipals", "Application.Read.All",
               "the apps of the tenant: which are provisioned, which ask for an assignment",
               _DOCS + "serviceprincipal-list", ("Directory.Read.All",)),
    Permission("app_role_assignments", "GET /servicePrincipals/{id}/appRoleAssignedTo", "Application.Read.All",
               "who is assigned to which app, directly or by group", _DOCS + "serviceprincipal-list-approleassignedto",
               ("Directory.Read.All",)),
    Permission("group_members", "GET /groups/{id}/members", "GroupMember.Read.All",
               "who has an app through a group, and who only through a group in a group (who gets nothing)",
               _DOCS + "group-list-members", ("Group.Read.All", "Directory.Read.All")),
    Permission("synchronization_jobs", "GET /servicePrincipals/{id}/synchronization/jobs", "Synchronization.Read.All",
               "whether apps are provisioned at all, paused or in quarantine",
               _DOCS + "synchronization-synchronization-list-jobs"),
    Permission("synchronization_schemas", "GET /servicePrincipals/{id}/synchronization/jobs/{id}/schema",
               "Synchronization.Read.All", "whether Update and Delete are ticked and leaving is mapped",
               _DOCS + "synchronization-synchronizationschema-get"),
    Permission("synchronization_templates", "GET /servicePrincipals/{id}/synchronization/templates/{id}/schema",
               "Synchronization.Read.All", "what a job's mappings differ in from what its template brings",
               _DOCS + "synchronization-synchronizationschema-get", is_optional=True),
    Permission("synchronization_settings", "GET /servicePrincipals/{id}/synchronization/secrets",
               "Synchronization.ReadWrite.All",
               "whether who goes out of scope is disabled (SkipOutOfScopeDeletions), and whether many deletions are "
               "held; both stay unknown",
               "MicrosoftDocs/entra-docs skip-out-of-scope-deletions.md (the permission of the GET is not confirmed)",
               is_optional=True),
    Permission("oauth2_permission_grants", "GET /oauth2PermissionGrants", "Directory.Read.All",
               "consents of people to apps", _DOCS + "oauth2permissiongrant-list",
               ("DelegatedPermissionGrant.Read.All",)),
    Permission("licences", "GET /users/{id}/licenseDetails", "LicenseAssignment.Read.All",
               "which licences a leaver frees", _DOCS + "user-list-licensedetails",
               ("User.Read.All", "Directory.Read.All")),
)  # fmt: skip

OKTA: tuple[Permission, ...] = (
    Permission("users", "GET /api/v1/users", "okta.users.read", "who there is, and who was deactivated",
               "developer.okta.com/docs/api/openapi/okta-management: User, List all users"),
    Permission("system_log", "GET /api/v1/logs", "okta.logs.read",
               "which apps people sign in to; who was assigned or unassigned",
               "developer.okta.com/docs/reference/api/system-log"),
    Permission("apps", "GET /api/v1/apps", "okta.apps.read", "the apps of the organisation",
               "developer.okta.com/docs/api/openapi/okta-management: Application, List all applications"),
    Permission("app_users", "GET /api/v1/apps/{id}/users", "okta.apps.read", "who is assigned to which app",
               "developer.okta.com/docs/api/openapi/okta-management: ApplicationUsers"),
    Permission("grants", "GET /api/v1/users/{id}/grants", "okta.users.read", "consents of people to OAuth clients",
               "developer.okta.com/docs/api/openapi/okta-management: UserGrant", is_optional=True),
)  # fmt: skip

_SCOPE = "https://www.googleapis.com/auth/admin."
_REPORTS = _SCOPE + "reports.audit.readonly"
_GOOGLE = "developers.google.com/admin-sdk/"
GOOGLE: tuple[Permission, ...] = (
    Permission("users", "GET /admin/directory/v1/users", _SCOPE + "directory.user.readonly",
               "who there is, and who was suspended", _GOOGLE + "directory/v1/guides/manage-users"),
    Permission("deleted_users", "GET /admin/directory/v1/users?showDeleted=true", _SCOPE + "directory.user.readonly",
               "who was deleted in the last 20 days", _GOOGLE + "directory/reference/rest/v1/users/list"),
    Permission("login", "GET /admin/reports/v1/activity/users/all/applications/login", _REPORTS,
               "sign-ins to Google itself", _GOOGLE + "reports/v1/guides/manage-audit-login"),
    Permission("saml", "GET /admin/reports/v1/activity/users/all/applications/saml", _REPORTS,
               "sign-ins to apps by SAML", _GOOGLE + "reports/reference/rest/v1/activities/list"),
    Permission("token", "GET /admin/reports/v1/activity/users/all/applications/token", _REPORTS,
               "consents given and revoked", _GOOGLE + "reports/v1/guides/manage-audit-tokens"),
    Permission("oauth_tokens", "GET /admin/directory/v1/users/{key}/tokens", _SCOPE + "directory.user.security",
               "which apps hold a consent now", _GOOGLE + "directory/reference/rest/v1/tokens/list"),
)  # fmt: skip

BY_SYSTEM = {"entra": ENTRA, "okta": OKTA, "google": GOOGLE}


def permission_of(system: str, list_name: str) -> Permission | None:
    """Return what a list needs."""
    return next((one for one in BY_SYSTEM.get(system, ()) if one.list == list_name), None)
