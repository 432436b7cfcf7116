"""Single records as Microsoft Graph returns them; state.py names where each is documented."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
"""The template of custom (non-gallery) apps."""
NEVER = "0001-01-01T00:00:00Z"


def said(at: datetime) -> str:
    """An instant as Graph writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def user(key: str, name: str, domain: str, now: datetime, extra: Mapping[str, Any]) -> dict[str, Any]:
    """A user with the properties that the program asks for."""
    first, _, last = name.partition(".")
    return {
        "id": key, "accountEnabled": True, "displayName": name.replace(".", " ").title(),
        "userPrincipalName": f"{name}@{domain}", "mail": f"{name}@{domain}", "givenName": first.title(),
        "surname": last.title() or None, "userType": "Member", "creationType": None, "employeeId": None,
        "employeeType": None, "employeeHireDate": None, "employeeLeaveDateTime": None, "department": None,
        "jobTitle": None, "otherMails": [], "proxyAddresses": [f"SMTP:{name}@{domain}"],
        "onPremisesSyncEnabled": None, "createdDateTime": said(now), "signInSessionsValidFromDateTime": said(now),
        "assignedLicenses": [], **extra,
    }  # fmt: skip


def app(
    key: str, application: str, name: str, owner: str, sso: str | None, extra: Mapping[str, Any]
) -> dict[str, Any]:
    """A service principal."""
    host = f"https://{''.join(c for c in name.lower() if c.isalnum())}.example"
    return {
        "id": key, "appId": application, "displayName": name, "appDisplayName": name,
        "appOwnerOrganizationId": owner, "applicationTemplateId": GALLERY, "accountEnabled": True,
        "appRoleAssignmentRequired": True, "servicePrincipalType": "Application", "homepage": host,
        "loginUrl": host, "replyUrls": [f"{host}/saml"], "preferredSingleSignOnMode": sso,
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"], "createdDateTime": "2025-01-07T09:00:00Z", **extra,
    }  # fmt: skip


def group(key: str, name: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """A group."""
    return {"id": key, "displayName": name, "groupTypes": [], "securityEnabled": True, "mailEnabled": False,
            "onPremisesSyncEnabled": None, **extra}  # fmt: skip


def assignment(who: Mapping[str, Any], kind: str, resource: Mapping[str, Any], role: str | None,
               now: datetime) -> dict[str, Any]:  # fmt: skip
    """An app role assignment; no role is default access, all zeros."""
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{who['id']}{resource['id']}{role}")), "deletedDateTime": None,
        "appRoleId": role or "00000000-0000-0000-0000-000000000000", "createdDateTime": said(now),
        "principalDisplayName": who["displayName"], "principalId": who["id"], "principalType": kind,
        "resourceDisplayName": resource["displayName"], "resourceId": resource["id"],
    }  # fmt: skip


def licence(user_id: str, sku: str) -> dict[str, Any]:
    """One of a user's licenceDetails."""
    sku_id = str(uuid5(NAMESPACE_URL, f"https://tenant.example/sku/{sku}"))
    return {
        "id": f"{user_id[:8]}-{sku_id}", "skuId": sku_id, "skuPartNumber": sku,
        "servicePlans": [{"servicePlanId": sku_id, "servicePlanName": f"{sku}_PLAN", "appliesTo": "User",
                          "provisioningStatus": "Success"}],
    }  # fmt: skip


def sign_in(key: str, who: Mapping[str, Any], resource: Mapping[str, Any], tenant: str, at: datetime,
            interactive: bool, error: int, extra: Mapping[str, Any]) -> dict[str, Any]:  # fmt: skip
    """A sign-in with the properties of beta; v1.0 leaves some out."""
    return {
        "id": key, "createdDateTime": said(at), "userDisplayName": who["displayName"],
        "userPrincipalName": who["userPrincipalName"], "userId": who["id"], "appId": resource["appId"],
        "appDisplayName": resource["displayName"], "ipAddress": "198.51.100.7",
        "clientAppUsed": "Browser" if interactive else "Mobile Apps and Desktop clients",
        "correlationId": key, "conditionalAccessStatus": "notApplied", "isInteractive": interactive,
        "signInEventTypes": ["interactiveUser" if interactive else "nonInteractiveUser"],
        "servicePrincipalId": "", "resourceDisplayName": "Microsoft Graph", "resourceTenantId": tenant,
        "homeTenantId": tenant, "authenticationProtocol": "saml20", "incomingTokenType": "none",
        "status": {"errorCode": error, "failureReason": "Other." if not error else "Invalid password.",
                   "additionalDetails": None},
        "deviceDetail": {"deviceId": "", "displayName": "", "operatingSystem": "Windows10", "browser": "Edge 140.0",
                         "isCompliant": False, "isManaged": False, "trustType": ""},
        "location": {"city": "London", "state": "England", "countryOrRegion": "GB",
                     "geoCoordinates": {"altitude": None, "latitude": 51.5, "longitude": -0.1}},
        "appliedConditionalAccessPolicies": [], **extra,
    }  # fmt: skip


def job(
    key: str, now: datetime, *, state: str, code: str, quarantine: Mapping[str, Any] | None
) -> dict[str, Any]:
    """A provisioning job."""
    run = {
        "activityIdentifier": key[-12:], "countEntitled": 10, "countEntitledForProvisioning": 10, "countEscrowed": 0,
        "countEscrowedRaw": 0, "countExported": 1, "countExports": 1, "countImported": 0, "countImportedDeltas": 0,
        "countImportedReferenceDeltas": 0, "state": "Succeeded", "error": None, "timeBegan": said(now),
        "timeEnded": said(now),
    }  # fmt: skip
    return {
        "id": key, "templateId": "scim", "schedule": {"expiration": None, "interval": "PT40M", "state": state},
        "status": {
            "countSuccessiveCompleteFailures": 0, "escrowsPruned": False, "code": code, "lastExecution": run,
            "lastSuccessfulExecution": run, "lastSuccessfulExecutionWithExports": None, "quarantine": quarantine,
            "steadyStateFirstAchievedTime": said(now), "steadyStateLastAchievedTime": said(now),
            "troubleshootingUrl": None, "progress": [], "synchronizedEntryCountByType": [],
        },
        "synchronizationJobSettings": [{"name": "QuarantineTooManyDeletesThreshold", "value": "500"}],
    }  # fmt: skip


def schema(job_id: str, actions: str, *, maps_soft_delete: bool) -> dict[str, Any]:
    """The schema of a job: which target object actions are ticked, and whether leaving is mapped."""
    mapped = [{
        "defaultValue": "", "exportMissingReferences": False, "flowBehavior": "FlowWhenChanged", "flowType": "Always",
        "matchingPriority": 1, "targetAttributeName": "userName",
        "source": {"expression": "[userPrincipalName]", "name": "userPrincipalName", "parameters": [], "type": "Attribute"},
    }]  # fmt: skip
    if maps_soft_delete:
        mapped.append({
            "defaultValue": "", "exportMissingReferences": False, "flowBehavior": "FlowWhenChanged", "flowType": "Always",
            "matchingPriority": 0, "targetAttributeName": "active",
            "source": {"expression": 'Switch([IsSoftDeleted], , "False", "True", "True", "False")', "name": "Switch",
                       "parameters": [], "type": "Function"},
        })  # fmt: skip
    return {
        "id": job_id, "version": "v1", "directories": [],
        "synchronizationRules": [{
            "editable": True, "id": job_id[-36:], "name": "USER_OUTBOUND_USER", "priority": 1,
            "sourceDirectoryName": "Azure Active Directory", "targetDirectoryName": "customappsso",
            "objectMappings": [{
                "enabled": True, "flowTypes": actions, "name": "Synchronize Azure Active Directory Users to customappsso",
                "scope": None, "sourceObjectName": "User", "targetObjectName": "User", "attributeMappings": mapped,
            }],
        }],
    }  # fmt: skip


def provisioning(key: str, who: Mapping[str, Any], resource: Mapping[str, Any], job_id: str | None, action: str,
                 status: str, at: datetime, tenant: str, extra: Mapping[str, Any]) -> dict[str, Any]:  # fmt: skip
    """An entry of the provisioning log."""
    return {
        "id": key, "activityDateTime": said(at), "tenantId": tenant, "jobId": job_id, "cycleId": key[:18], "changeId": key,
        "provisioningAction": action, "durationInMilliseconds": 210,
        "provisioningStatusInfo": {"status": status, "errorInformation": None},
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        "servicePrincipal": {"id": resource["id"], "displayName": resource["displayName"]},
        "sourceSystem": {"id": resource["id"], "displayName": "Azure Active Directory", "details": {}},
        "targetSystem": {"id": resource["id"], "displayName": resource["displayName"],
                         "details": {"ApplicationId": resource["appId"], "ServicePrincipalId": resource["id"]}},
        "sourceIdentity": {"id": who["id"], "displayName": who.get("displayName", ""), "identityType": "User",
                           "details": {"id": who["id"], "userPrincipalName": who.get("userPrincipalName", "")}},
        "targetIdentity": {"id": "", "displayName": "", "identityType": "User", "details": {}},
        "provisioningSteps": [{"name": "EntryExport" + action.title(), "provisioningStepType": "export",
                               "status": status, "description": "", "details": {}}],
        "modifiedProperties": [], **extra,
    }  # fmt: skip


def audit(key: str, activity: str, who: Mapping[str, Any], changed: Mapping[str, tuple[Any, Any]],
          at: datetime) -> dict[str, Any]:  # fmt: skip
    """An entry of the directory audit log; old and new values are JSON in a text."""
    return {
        "id": f"Directory_{key}", "category": "UserManagement", "correlationId": key, "result": "success",
        "resultReason": "", "activityDisplayName": activity, "activityDateTime": said(at),
        "loggedByService": "Core Directory", "operationType": "Update",
        "initiatedBy": {"app": None, "user": {"id": key, "displayName": None, "userPrincipalName": "admin@tenant.example",
                                              "ipAddress": ""}},
        "targetResources": [{
            "id": who["id"], "displayName": None, "type": "User", "userPrincipalName": who.get("userPrincipalName"),
            "groupType": None, "modifiedProperties": [
                {"displayName": name, "oldValue": json.dumps(old), "newValue": json.dumps(new)}
                for name, (old, new) in changed.items()
            ],
        }],
        "additionalDetails": [],
    }  # fmt: skip
