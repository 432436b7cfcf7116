"""Small exports of the Entra provisioning log, which are the tests of its format. People and apps are invented."""

from __future__ import annotations

from datetime import datetime

from discovery.sources.source import Example

_ANN = "6c2a983b-1351-49bb-a53f-500e68fc4d43"
_APP = "97110972-e6c9-43ab-a854-82e6fb1c7ea9"

LOG_EXAMPLES = (
    Example(
        shape="graph",
        text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/provisioning","value":[
{"id":"75B5b0ec-9fc5-8dd0-e152-63cb644d7e0d","activityDateTime":"2026-09-08T09:41:00Z",\
"tenantId":"1b6b70ac-7e3a-4a0f-9b5c-2d6f0f3c9a11","jobId":"Slack.1b6b70ac.f3","cycleId":"c1","changeId":"h1",\
"provisioningAction":"disable","durationInMilliseconds":374,\
"initiatedBy":{"id":"","displayName":"Azure AD Provisioning Service","initiatorType":"system"},\
"servicePrincipal":{"id":"97110972-e6c9-43ab-a854-82e6fb1c7ea9","displayName":"Slack"},\
"sourceIdentity":{"id":"6c2a983b-1351-49bb-a53f-500e68fc4d43","displayName":"Ann Lee","identityType":"User",\
"details":{"userPrincipalName":"Ann@corp.example"}},\
"targetIdentity":{"id":"U0123","displayName":"","identityType":"User","details":{}},\
"provisioningStatusInfo":{"status":"success","errorInformation":null},\
"modifiedProperties":[{"displayName":"active","oldValue":"\\"True\\"","newValue":"\\"False\\""}],\
"provisioningSteps":[{"name":"EntryImportUpdate","provisioningStepType":"import","status":"success","details":{}},\
{"name":"EntryExportUpdate","provisioningStepType":"export","status":"success","details":{}}]},
{"id":"2","activityDateTime":"2026-09-08T09:42:00Z","tenantId":"1b6b70ac-7e3a-4a0f-9b5c-2d6f0f3c9a11","jobId":"j",\
"provisioningAction":"stageddelete","servicePrincipal":[{"id":"s2","name":"Box"}],\
"sourceIdentity":{"id":"6c2a983b-1351-49bb-a53f-500e68fc4d43","identityType":"User"},"targetIdentity":{},\
"provisioningStatusInfo":{"status":"Success"},"modifiedProperties":[],"provisioningSteps":[]},
{"id":"3","activityDateTime":"2026-09-08T09:43:00Z","tenantId":"1b6b70ac-7e3a-4a0f-9b5c-2d6f0f3c9a11","jobId":"j",\
"action":"Update","servicePrincipal":{"id":"s2","name":"Box"},\
"sourceIdentity":{"id":"g1","identityType":"Group","displayName":"Sales"},"targetIdentity":{},\
"statusInfo":{"status":"skipped","errorCode":"NotEffectivelyEntitled","reason":"not assigned"},\
"modifiedProperties":null,"provisioningSteps":null},
{"id":"4","activityDateTime":"soon","provisioningAction":"update","sourceIdentity":{"id":"x"},\
"targetIdentity":{},"provisioningStatusInfo":{"status":"success"}},
{"id":"5","activityDateTime":"2026-09-08T09:43:00Z","provisioningAction":"vanish","sourceIdentity":{"id":"x"},\
"targetIdentity":{},"provisioningStatusInfo":{"status":"success"}},
{"id":"6","activityDateTime":"2026-09-08T09:43:00Z","provisioningAction":"update","sourceIdentity":{"id":"x"},\
"targetIdentity":{},"provisioningStatusInfo":{"status":"perhaps"}},
{"id":"7","activityDateTime":"2026-09-08T09:43:00Z","provisioningAction":"update","sourceIdentity":{},\
"targetIdentity":{},"provisioningStatusInfo":{"status":"success"}}
]}
""",
        records={
            "provisioning_event": (
                {
                    "event_id": "75b5b0ec-9fc5-8dd0-e152-63cb644d7e0d",
                    "observed_at": datetime(2026, 9, 8, 9, 41),
                    "account_key": _ANN,
                    "account_name": "ann@corp.example",
                    "principal_kind": "user",
                    "client_key": _APP,
                    "mention": "Slack",
                    "job_id": "Slack.1b6b70ac.f3",
                    "action": "disable",
                    "status": "success",
                    "export_status": "success",
                    "sets_active": False,
                    "target_key": "U0123",
                    "initiated_by": "Azure AD Provisioning Service",
                },
                {
                    "event_id": "2",
                    "action": "staged_delete",
                    "status": "success",
                    "client_key": "s2",
                    "mention": "Box",
                    "export_status": None,
                    "sets_active": None,
                },
                {
                    "event_id": "3",
                    "principal_kind": "group",
                    "action": "update",
                    "status": "skipped",
                    "error_code": "NotEffectivelyEntitled",
                    "error_text": "not assigned",
                },
            )
        },
        quarantined=4,
        instance="1b6b70ac-7e3a-4a0f-9b5c-2d6f0f3c9a11",
    ),
    Example(
        shape="azure_monitor",
        text="""\
{"time":"2026-09-08T09:42:10Z","operationName":"Provisioning activity","category":"ProvisioningLogs",\
"tenantId":"1B6B70AC-7e3a-4a0f-9b5c-2d6f0f3c9a11","properties":{"id":"a1","activityDateTime":"2026-09-08T09:41:00Z",\
"jobId":"j","provisioningAction":"Update","sourceIdentity":{"id":"6C2A983B-1351-49bb-a53f-500e68fc4d43",\
"identityType":"User"},"targetIdentity":{"id":"U1"},"servicePrincipal":{"id":"97110972-e6c9-43ab-a854-82e6fb1c7ea9",\
"name":"Slack"},"provisioningStatusInfo":{"status":"Failure","errorInformation":{"errorCode":"Forbidden",\
"reason":"403"}},"modifiedProperties":"[{\\"displayName\\":\\"IsSoftDeleted\\",\\"newValue\\":\\"True\\"}]",\
"provisioningSteps":[{"name":"EntryExportUpdate","type":"Export","status":"Failure"}]}}
{"time":"2026-09-08T09:42:10Z","category":"AuditLogs","tenantId":"1b6b70ac-7e3a-4a0f-9b5c-2d6f0f3c9a11",\
"properties":{"id":"x"}}
""",
        records={
            "provisioning_event": (
                {
                    "event_id": "a1",
                    "account_key": _ANN,
                    "action": "update",
                    "status": "failure",
                    "export_status": "failure",
                    "sets_active": False,
                    "error_code": "Forbidden",
                    "error_text": "403",
                },
            )
        },
        ignored={"other event category": 1},
        instance="1b6b70ac-7e3a-4a0f-9b5c-2d6f0f3c9a11",
    ),
    Example(
        shape="log_analytics",
        text="""\
"TimeGenerated [UTC]",Id,JobId,ProvisioningAction,ProvisioningStatusInfo,SourceIdentity,TargetIdentity,\
ServicePrincipal,ProvisioningSteps,ModifiedProperties,AADTenantId,ResultType,ResultSignature
"9/8/2026, 9:41:00.000 AM",l1,j,Delete,"{""Status"":""success"",""status"":""success""}",\
"{""id"":""6c2a983b-1351-49bb-a53f-500e68fc4d43"",""identityType"":""User""}","{""id"":""U1""}",\
"{""id"":""97110972-e6c9-43ab-a854-82e6fb1c7ea9"",""name"":""Slack""}","[]","[]",t1,Success,
"9/8/2026, 9:42:00.000 AM",l2,j,Delete,,"{""id"":""6c2a983b-1351-49bb-a53f-500e68fc4d43""}",,,,,t1,Skipped,Redundant
""",
        records={
            "provisioning_event": (
                {
                    "event_id": "l1",
                    "observed_at": datetime(2026, 9, 8, 9, 41),
                    "action": "delete",
                    "status": "success",
                    "client_key": _APP,
                },
                {"event_id": "l2", "status": "skipped", "error_code": "Redundant"},
            )
        },
        instance="t1",
    ),
    Example(
        shape="log_analytics_json",
        text="""\
[{"TimeGenerated":"2026-09-08T09:41:00Z","Id":"q1","JobId":"j","ProvisioningAction":"Disable",\
"ProvisioningStatusInfo":"{\\"status\\":\\"warning\\"}","AADTenantId":"t1","ResultType":"Warning",\
"SourceIdentity":"{\\"id\\":\\"6c2a983b-1351-49bb-a53f-500e68fc4d43\\"}","ServicePrincipal":"{\\"id\\":\\"s1\\"}"}]
""",
        records={
            "provisioning_event": (
                {"event_id": "q1", "action": "disable", "status": "warning", "account_key": _ANN},
            )
        },
    ),
    Example(
        shape="portal",
        text="""\
Date (UTC),Identity,Action,Source System,Target System,Status,Job ID,Cycle ID,Change ID,Source ID,Target ID,\
Service Principal ID,Service Principal Name,Error code
2026-09-08T09:41:00Z,ann@corp.example,Disable,Microsoft Entra ID,Slack,Success,j,c,h1,\
6c2a983b-1351-49bb-a53f-500e68fc4d43,U1,97110972-e6c9-43ab-a854-82e6fb1c7ea9,Slack,
2026-09-08T09:44:00Z,ann@corp.example,Create,Microsoft Entra ID,Slack,Failure,j,c,h2,\
6c2a983b-1351-49bb-a53f-500e68fc4d43,,97110972-e6c9-43ab-a854-82e6fb1c7ea9,Slack,Conflict
""",
        records={
            "provisioning_event": (
                {
                    "account_key": _ANN,
                    "account_name": "ann@corp.example",
                    "change_id": "h1",
                    "action": "disable",
                    "status": "success",
                    "target_key": "U1",
                    "mention": "Slack",
                },
                {"action": "create", "status": "failure", "error_code": "Conflict"},
            )
        },
    ),
)
