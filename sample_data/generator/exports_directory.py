"""Entra ID's directory as Graph returns it: users, service principals, grants, assignments."""

from . import company
from .exports_provisioning import GROUP, QUARANTINED, RUNNING
from .exports_sign_ins import GRAPH_RESOURCE, ISO
from .options import OKTA_ORG, TENANT_ID
from .writing import Writer


def write_directory(writer: Writer) -> None:
    """Write users, deleted users, service principals, grants and assignments as Graph returns them."""
    base = "https://graph.microsoft.com/v1.0/$metadata"
    moment = f"strftime(hired_on + INTERVAL 9 HOUR, {ISO})"
    user = f"""
        SELECT object_id AS id, display_name AS "displayName", first_name AS "givenName",
            last_name AS surname,
            upn AS "userPrincipalName", upn AS mail,
            if(slot = {company.PERSONAL_ACCOUNT}, [private_email], []) AS "otherMails",
            list_concat(['SMTP:' || upn], list_concat(if(email <> upn, ['smtp:' || email], []),
                list_concat(if(former_email IS NULL, [], ['smtp:' || former_email]),
                    ['SIP:' || upn]))) AS "proxyAddresses",
            directory_state NOT IN ('disabled', 'soft_deleted') AS "accountEnabled", 'Member' AS "userType",
            NULL AS "creationType", employee_id AS "employeeId", department,
                'Nordwind Instruments' AS "companyName",
            {moment} AS "createdDateTime", NULL::VARCHAR AS "externalUserState", person_no AS sort_no
        FROM person WHERE directory_state <> 'soft_deleted'
        UNION ALL
        SELECT object_id, display_name, NULL, NULL, identifier, mail, [], ['SMTP:' || mail],
            kind <> 'shared', if(kind = 'external', 'Guest', 'Member'), if(kind = 'external', 'Invitation',
                NULL), NULL,
            NULL, NULL, '2023-02-01T09:00:00Z', if(kind = 'external', 'Accepted', NULL), 10000000
                FROM stranger"""
    writer.json(
        "entra/directory/users.json",
        "Entra users",
        f'SELECT * EXCLUDE (sort_no) FROM ({user}) ORDER BY sort_no, "userPrincipalName"',
        prefix=f'{{"@odata.context":"{base}#users","value":',
        suffix="}\n",
    )
    writer.json(
        "entra/directory/deleted_users.json",
        "Entra deleted users",
        f"""SELECT object_id AS id, display_name AS "displayName",
            replace(object_id, '-', '') || upn AS "userPrincipalName",
            upn AS mail, ['SMTP:' || upn] AS "proxyAddresses", true AS "accountEnabled",
                'Member' AS "userType",
            employee_id AS "employeeId", strftime(left_on + INTERVAL '3 days 10 hours',
                {ISO}) AS "deletedDateTime"
        FROM person WHERE directory_state = 'soft_deleted' ORDER BY person_no""",
        prefix=f'{{"@odata.context":"{base}#directoryObjects/microsoft.graph.user","value":',
        suffix="}\n",
    )
    write_applications(writer, base)


def write_applications(writer: Writer, base: str) -> None:
    """Service principals with the grants and assignments that refer to their object ids."""
    writer.json(
        "entra/directory/servicePrincipals.json",
        "Entra service principals",
        f"""SELECT principal_id AS id, app_id AS "appId", client_name AS "displayName",
            client_name AS "appDisplayName",
            CASE WHEN is_microsoft THEN 'f8cdef31-a31e-4b4a-93e4-5f571e91255a' WHEN is_assigned
                THEN '{TENANT_ID}'
                ELSE guid('owner' || client_name) END AS "appOwnerOrganizationId",
            true AS "accountEnabled", is_assigned AS "appRoleAssignmentRequired",
            'Application' AS "servicePrincipalType", '2024-05-14T08:00:00Z' AS "createdDateTime",
            CASE WHEN is_microsoft THEN NULL WHEN app = 'Calimetra' THEN 'https://app.calimetra.example'
                WHEN is_consented THEN 'https://' || domain END AS homepage,
            CASE WHEN app = 'Nordwind Calibration Portal'
                THEN ['https://calibration.nordwind.example/saml/acs']
                WHEN app = 'Calimetra' THEN ['https://app.calimetra.example/auth/callback']
                WHEN is_consented THEN ['https://' || domain || '/auth/microsoft/callback']
                    ELSE [] END AS "replyUrls",
            if(is_microsoft, [], ['WindowsAzureActiveDirectoryIntegratedApp']) AS tags,
            if(is_assigned, 'saml', NULL) AS "preferredSingleSignOnMode",
            if(is_microsoft, 'Microsoft Services', NULL) AS "publisherName"
        FROM entra_client JOIN app USING (app)
        UNION ALL SELECT guid('service principal graph'), '{GRAPH_RESOURCE}', 'Microsoft Graph',
            'Microsoft Graph',
            'f8cdef31-a31e-4b4a-93e4-5f571e91255a', true, false, 'Application', '2022-01-10T08:00:00Z',
                NULL, [], [], NULL,
            'Microsoft Services'
        UNION ALL SELECT guid('service principal okta'), guid('okta federation'), '{OKTA_ORG}',
            '{OKTA_ORG}', '{TENANT_ID}', true,
            false, 'Application', '2025-03-03T08:00:00Z', NULL, [], ['HideApp'], NULL, NULL
        ORDER BY 3, 1""",
        prefix=f'{{"@odata.context":"{base}#servicePrincipals","value":',
        suffix="}\n",
    )
    writer.json(
        "entra/directory/oauth2PermissionGrants.json",
        "Entra consent grants",
        """SELECT grant_id AS id, principal_id AS "clientId", 'Principal' AS "consentType",
            object_id AS "principalId",
            guid('service principal graph') AS "resourceId", ' ' || scope AS scope
        FROM app_grant JOIN person USING (person_no)
        UNION ALL SELECT upper(md5('all' || client_name)[1:22]) || 'QABAAAA', principal_id,
            'AllPrincipals', NULL,
            guid('service principal graph'), 'User.Read openid profile' FROM entra_client
                WHERE client_name IN ('Slack', 'Zoom', 'Calimetra')
        ORDER BY 1""",
        prefix=f'{{"@odata.context":"{base}#oauth2PermissionGrants","value":',
        suffix="}\n",
    )
    writer.json(
        "entra/directory/appRoleAssignedTo.json",
        "Entra app role assignments",
        f"""SELECT assignment_id AS id, NULL AS "deletedDateTime",
            if(client_name IN {(*RUNNING, QUARANTINED)}, guid('role user' || client_name),
                '00000000-0000-0000-0000-000000000000') AS "appRoleId",
            strftime(created_on, '%Y-%m-%d') || 'T10:31:53.5164841Z' AS "createdDateTime",
            display_name AS "principalDisplayName", object_id AS "principalId", 'User' AS "principalType",
            client_name AS "resourceDisplayName", principal_id AS "resourceId"
        FROM assignment JOIN person USING (person_no)
        UNION ALL SELECT guid('assignment all staff'), NULL, '00000000-0000-0000-0000-000000000000',
            '2024-06-03T08:12:40.1180932Z', 'sg-all-staff', guid('group all staff'), 'Group', client_name,
                principal_id
        FROM entra_client WHERE client_name = 'Zoom'
        UNION ALL SELECT guid('assignment calibration'), NULL, guid('role user' || client_name),
            '2025-02-03T08:12:40.1180932Z', '{GROUP}', guid('group calibration'), 'Group', client_name,
                principal_id
        FROM entra_client WHERE client_name = '{QUARANTINED}' ORDER BY 8, 5, 1""",
        prefix=f'{{"@odata.context":"{base}#appRoleAssignments","value":',
        suffix="}\n",
    )
