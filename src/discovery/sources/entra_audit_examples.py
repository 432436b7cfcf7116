"""Small exports of the Entra audit log, which are the tests of its format. People and apps are invented."""

from __future__ import annotations

from datetime import datetime

from discovery.sources.source import Example

_ANN = "6c2a983b-1351-49bb-a53f-500e68fc4d43"
_APP = "97110972-e6c9-43ab-a854-82e6fb1c7ea9"

AUDIT_EXAMPLES = (
    Example(
        shape="graph",
        text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits","value":[
{"id":"Directory_A1","category":"UserManagement","result":"success","activityDisplayName":"Disable account",\
"activityDateTime":"2026-09-08T09:00:12.5Z","initiatedBy":{"app":null,"user":{"id":"x","userPrincipalName":"it@corp.example"}},\
"targetResources":[{"id":"6C2A983B-1351-49bb-a53f-500e68fc4d43","type":"User","userPrincipalName":"Ann@corp.example",\
"modifiedProperties":[{"displayName":"AccountEnabled","oldValue":"[true]","newValue":"[false]"}]}]},
{"id":"a2","result":"success","activityDisplayName":"Update user","activityDateTime":"2026-09-08T09:00:12Z",\
"initiatedBy":{},"targetResources":[{"id":"6c2a983b-1351-49bb-a53f-500e68fc4d43","type":"User",\
"modifiedProperties":[{"displayName":"AccountEnabled","oldValue":"[false]","newValue":"[true]"}]}]},
{"id":"a3","result":"success","activityDisplayName":"Update user","activityDateTime":"2026-09-08T09:00:12Z",\
"initiatedBy":{},"targetResources":[{"id":"6c2a983b-1351-49bb-a53f-500e68fc4d43","type":"User",\
"modifiedProperties":[{"displayName":"Department","newValue":"[\\"x\\"]"}]}]},
{"id":"a4","result":"success","activityDisplayName":"Delete user","activityDateTime":"2026-09-09T09:00:00Z",\
"initiatedBy":{"app":{"displayName":"HR sync"}},"targetResources":[{"id":"6c2a983b-1351-49bb-a53f-500e68fc4d43",\
"type":"User","userPrincipalName":"6c2a983b135149bba53f500e68fc4d43ann@corp.example","modifiedProperties":[]}]},
{"id":"a5","result":"failure","activityDisplayName":"Restore user","activityDateTime":"2026-09-09T10:00:00Z",\
"initiatedBy":{},"targetResources":[{"id":"6c2a983b-1351-49bb-a53f-500e68fc4d43","type":"User"}]},
{"id":"a6","result":"success","activityDisplayName":"Remove app role assignment from user",\
"activityDateTime":"2026-09-08T08:00:00Z","initiatedBy":{},"targetResources":[\
{"id":"97110972-e6c9-43ab-a854-82e6fb1c7ea9","displayName":"Slack","type":"ServicePrincipal","modifiedProperties":[\
{"displayName":"User.ObjectID","oldValue":"\\"6c2a983b-1351-49bb-a53f-500e68fc4d43\\"","newValue":null},\
{"displayName":"User.UPN","oldValue":"\\"ann@corp.example\\"","newValue":null}]}]},
{"id":"a7","result":"success","activityDisplayName":"Remove member from group",\
"activityDateTime":"2026-09-08T08:30:00Z","initiatedBy":{},"targetResources":[\
{"id":"6c2a983b-1351-49bb-a53f-500e68fc4d43","type":"User","userPrincipalName":"ann@corp.example","modifiedProperties":[\
{"displayName":"Group.ObjectID","oldValue":"\\"1a14\\"","newValue":null},\
{"displayName":"Group.DisplayName","oldValue":"\\"Engineering\\"","newValue":null}]},{"id":"1a14","type":"Group"}]},
{"id":"a8","result":"success","activityDisplayName":"Update provisioning setting or credentials",\
"activityDateTime":"2025-09-08T08:30:00Z","initiatedBy":{},"targetResources":[{"id":"97110972-e6c9-43ab-a854-82e6fb1c7ea9",\
"displayName":"Slack","type":"ServicePrincipal"}]},
{"id":"a9","result":"success","activityDisplayName":"Hard Delete user","activityDateTime":"yesterday","initiatedBy":{},\
"targetResources":[{"id":"x","type":"User"}]},
{"id":"a10","result":"success","activityDisplayName":"Delete user","activityDateTime":"2026-09-09T09:00:00Z",\
"initiatedBy":{},"targetResources":[]}
]}
""",
        records={
            "directory_event": (
                {
                    "event_id": "directory_a1",
                    "observed_at": datetime(2026, 9, 8, 9, 0, 12, 500000),
                    "account_key": _ANN,
                    "account_name": "ann@corp.example",
                    "change": "disabled",
                    "actor": "it@corp.example",
                },
                {"event_id": "a2", "change": "enabled"},
                {
                    "event_id": "a4",
                    "change": "deleted",
                    "account_name": "ann@corp.example",
                    "actor": "HR sync",
                },
                {
                    "event_id": "a6",
                    "change": "unassigned",
                    "account_key": _ANN,
                    "account_name": "ann@corp.example",
                    "client_key": _APP,
                    "mention": "Slack",
                },
                {
                    "event_id": "a7",
                    "change": "left_group",
                    "account_key": _ANN,
                    "group_key": "1a14",
                    "group_name": "Engineering",
                },
                {"event_id": "a8", "change": "provisioning_setting", "client_key": _APP, "account_key": None},
            )
        },
        ignored={"other activity": 1, "failed change": 1},
        quarantined=2,
    ),
    Example(
        shape="azure_monitor",
        text="""\
{"time":"2026-09-08T09:00:00Z","operationName":"Hard Delete user","category":"AuditLogs","tenantId":"T1",\
"properties":{"id":"m1","activityDateTime":"2026-09-08T08:59:00Z","activityDisplayName":"Hard Delete user",\
"result":"success","initiatedBy":{},"targetResources":[{"id":"6c2a983b-1351-49bb-a53f-500e68fc4d43","type":"User"}]}}
{"time":"2026-09-08T09:00:00Z","category":"RiskyUsers","tenantId":"T1","properties":{"id":"m2"}}
""",
        records={
            "directory_event": (
                {"event_id": "m1", "change": "hard_deleted", "observed_at": datetime(2026, 9, 8, 8, 59)},
            )
        },
        ignored={"other event category": 1},
        instance="t1",
    ),
    Example(
        shape="log_analytics",
        text="""\
"TimeGenerated [UTC]",OperationName,Result,InitiatedBy,TargetResources,Id,AADTenantId
"9/8/2026, 9:00:00.000 AM",Restore user,success,"{}","[{""id"":""6c2a983b-1351-49bb-a53f-500e68fc4d43"",\
""type"":""User""}]",c1,t1
"9/8/2026, 9:00:00.000 AM",Add member to role,success,"{}","[]",c2,t1
""",
        records={"directory_event": ({"event_id": "c1", "change": "restored", "account_key": _ANN},)},
        ignored={"other activity": 1},
        instance="t1",
    ),
    Example(
        shape="log_analytics_json",
        text="""\
[{"TimeGenerated":"2026-09-08T09:00:00Z","OperationName":"Add app role assignment to group","Result":"success",\
"Id":"j1","InitiatedBy":"{}","TargetResources":"[{\\"id\\":\\"s1\\",\\"type\\":\\"ServicePrincipal\\",\\"displayName\\":\\"Box\\"},\
{\\"id\\":\\"g1\\",\\"type\\":\\"Group\\",\\"displayName\\":\\"Sales\\"}]"},
{"TimeGenerated":"2026-09-08T09:00:00Z","OperationName":"Remove app role assignment from group","Result":"success",\
"Id":"j2","InitiatedBy":"{}","TargetResources":"[{\\"id\\":\\"s1\\",\\"type\\":\\"ServicePrincipal\\"}]"}]
""",
        records={
            "directory_event": (
                {
                    "change": "group_assigned",
                    "client_key": "s1",
                    "mention": "Box",
                    "group_key": "g1",
                    "group_name": "Sales",
                },
            )
        },
        quarantined=1,
    ),
    Example(
        shape="portal",
        text="""\
Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,ActorType,ActorDisplayName,ActorObjectId,\
ActorUserPrincipalName,Target1Type,Target1DisplayName,Target1ObjectId,Target1UserPrincipalName,\
Target1ModifiedProperty1Name,Target1ModifiedProperty1OldValue,Target1ModifiedProperty1NewValue,Target2Type,\
Target2DisplayName,Target2ObjectId
2026-09-08T09:00:00.123Z,c,Core Directory,UserManagement,Enable account,success,,User,IT,x,it@corp.example,User,\
Ann Lee,6c2a983b-1351-49bb-a53f-500e68fc4d43,ann@corp.example,AccountEnabled,[false],[true],,,
""",
        records={
            "directory_event": (
                {
                    "change": "enabled",
                    "account_key": _ANN,
                    "account_name": "ann@corp.example",
                    "actor": "it@corp.example",
                },
            )
        },
    ),
)
