"""What happens downstream when somebody leaves, one story at a time.

Each story names the public sentence it comes from. `patch` and `delete` are what the table deprovisioning says of the
two events: expected, observed, state. `says` are words that its reasons must hold; `at` and `due` the forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.graph.tenant import Scene, at, on

HOW = "MicrosoftDocs/entra-docs, app-provisioning/how-provisioning-works.md"
QUARANTINE = "MicrosoftDocs/entra-docs, app-provisioning/application-provisioning-quarantine-status.md"
ACCIDENT = "MicrosoftDocs/entra-docs, app-provisioning/accidental-deletions.md"
SKIP = "MicrosoftDocs/entra-docs, app-provisioning/skip-out-of-scope-deletions.md"
KNOWN = "MicrosoftDocs/entra-docs, app-provisioning/known-issues.md"
WEBEX = "MicrosoftDocs/entra-docs, saas-apps/cisco-webex-provisioning-tutorial.md"
LOG = "learn.microsoft.com/graph/api/resources/provisioningobjectsummary"
PURGE = "github.com/MicrosoftDocs/azure-docs/issues/30269 (a purge from the recycle bin that sent nothing)"
SILENT = "github.com/MicrosoftDocs/azure-docs/issues/22948 (skipped, NotEffectivelyEntitled)"
Three = tuple[str, str, str]


@dataclass(frozen=True)
class Story:
    """One way of leaving and what comes of it."""

    name: str
    title: str
    source: str
    arrange: Callable[[Scene], object]
    patch: Three
    delete: Three
    says: tuple[str, ...] = ()
    at: dict[str, str] = field(default_factory=dict)
    app: str = ""


NEVER: Three = ("no", "none", "never")
NOT_YET: Three = ("yes", "none", "not_started")

STORIES = (
    Story(
        "disabled", "Disabled: the app is told in the next cycle, about 40 minutes later", f"{HOW}: incremental cycles, 8",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00")
        .log("09-10 09:31", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET,
        ("the account was disabled on 2026-09-10 09:00 UTC", "disable success at 2026-09-10 09:31 UTC", "not deleted"),
        {"patch_inactive": "2026-09-10 09:40"},
    ),
    Story(
        "update_inactive", "Disabled: an update that sets active to false is the same thing", f"{HOW}: disable a user",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00")
        .log("09-10 09:31", "update", sets_active=False),
        ("yes", "delivered", "delivered"), NOT_YET,
    ),
    Story(
        "just_disabled", "Disabled minutes ago: awaited, not failed", f"{HOW}: how long provisioning takes",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-30 22:50"),
        ("yes", "none", "awaiting"), NOT_YET, (), {"patch_inactive": "2026-09-30 23:30"},
    ),
    Story(
        "nothing_came", "Disabled, and the log has nothing though it reaches far enough: failed", f"{HOW}: errors and retries",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00"),
        ("yes", "none", "failed"), NOT_YET, ("has no such entry",),
    ),
    Story(
        "no_log_then", "Disabled before the log begins: not known, not failed", "Entra keeps the log for 30 days",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "07-10 09:00"),
        ("yes", "none", "awaiting"), NOT_YET, ("whether it arrived is not known",),
    ),
    Story(
        "disabled_by_list", "Disabled, when is not known: by the day of the list", "roster without audit log",
        lambda s: s.provisioned().member(status="disabled").assigned().log("09-12 09:31", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET, ("by 2026-09-28",),
    ),
    Story(
        "classic", "The classic case: deleted without being disabled; no DELETE for 30 days, and nothing before it",
        f"{HOW}: 30 days after they're soft-deleted; practitioners report that the soft delete itself sends nothing",
        lambda s: s.provisioned().deleted().assigned().log("08-03 08:00", "create").log("08-20 08:00", "update"),
        ("either", "none", "never"), ("yes", "none", "awaiting"),
        ("documents disagree", "0 of 1 times", "for good on 2026-10-10"), {"delete": "2026-10-10 09:40"},
    ),
    Story(
        "classic_sent", "The classic case in a tenant whose soft delete does send active: false",
        f"{HOW}: soft-deleted in the source system, the service disables the user",
        lambda s: s.provisioned().deleted().assigned().log("09-10 09:28", "disable"),
        ("either", "delivered", "delivered"), ("yes", "none", "awaiting"), ("1 of 1 times",),
    ),
    Story(
        "classic_today", "The classic case an hour ago: the log has not decided yet", f"{HOW}: incremental cycles",
        lambda s: s.provisioned().deleted("09-30 22:30").assigned(),
        ("either", "none", "awaiting"), ("yes", "none", "awaiting"), (), {"delete": "2026-10-30 23:10"},
    ),
    Story(
        "right_way", "Disabled first, then deleted: PATCH at once, DELETE after 30 days", f"{HOW}: incremental cycles, 8 and 9",
        lambda s: s.provisioned().deleted("09-11 09:00", was_enabled=False).assigned().audit("disabled", "09-10 09:00")
        .log("09-10 09:31", "disable"),
        ("yes", "delivered", "delivered"), ("yes", "none", "awaiting"), (), {"delete": "2026-10-11 09:40"},
    ),
    Story(
        "thirty_days", "Deleted for more than 30 days: the DELETE came", f"{HOW}: incremental cycles, 9",
        lambda s: s.provisioned().deleted("08-20 09:00", was_enabled=False).assigned().audit("disabled", "08-20 08:00")
        .log("08-20 08:20", "disable").log("09-19 09:30", "delete"),
        ("yes", "delivered", "delivered"), ("yes", "delivered", "delivered"), ("delete success",),
        {"delete": "2026-09-19 09:40"},
    ),
    Story(
        "delete_missing", "Deleted for more than 30 days, and no DELETE came", f"{HOW}: incremental cycles, 9",
        lambda s: s.provisioned().deleted("08-20 09:00", was_enabled=False).assigned().audit("disabled", "08-20 08:00")
        .log("08-20 08:20", "disable"),
        ("yes", "delivered", "delivered"), ("yes", "none", "failed"), ("has no such entry",),
    ),
    Story(
        "purged", "Emptied from the recycle bin early: the DELETE comes then, not after 30 days",
        f"{HOW}: manually delete a user permanently, which sends a delete request",
        lambda s: s.provisioned().deleted("09-10 09:00", was_enabled=False).assigned().audit("disabled", "09-10 08:00")
        .audit("hard_deleted", "09-12 10:00").log("09-10 08:20", "disable").log("09-12 10:25", "delete"),
        ("yes", "delivered", "delivered"), ("either", "delivered", "delivered"), ("recycle bin early",),
        {"delete": "2026-09-12 10:40"},
    ),
    Story(
        "purged_silently", "Emptied from the recycle bin early, and nothing was sent", PURGE,
        lambda s: s.provisioned().deleted("09-10 09:00", was_enabled=False).assigned().audit("disabled", "09-10 08:00")
        .audit("hard_deleted", "09-12 10:00").log("09-10 08:20", "disable"),
        ("yes", "delivered", "delivered"), ("either", "none", "never"), ("reports say that nothing came",),
    ),
    Story(
        "unassigned", "Unassigned: PATCH, and no DELETE ever", f"{HOW}: known limitations, unassigned from an app",
        lambda s: s.provisioned().member().assigned().unassigned("09-28 09:00").log("09-28 09:22", "disable"),
        ("yes", "delivered", "delivered"), NEVER, ("never sends DELETE",), {"patch_inactive": "2026-09-28 09:40"},
    ),
    Story(
        "unassigned_deleted", "Unassigned first, then deleted: the DELETE is forfeited", f"{HOW}: known limitations",
        lambda s: s.provisioned().deleted("09-29 09:00").assigned(snapshot_on=on("09-27")).unassigned("09-28 09:00")
        .log("09-28 09:22", "disable"),
        ("yes", "delivered", "delivered"), NEVER, ("never sends DELETE",),
    ),
    Story(
        "disabled_unassigned", "Disabled first, then unassigned: the PATCH was sent for the disable, the DELETE is forfeited",
        f"{HOW}: known limitations",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-27 09:00")
        .unassigned("09-28 09:00").log("09-27 09:22", "disable"),
        ("yes", "delivered", "delivered"), NEVER, ("the account was disabled on 2026-09-27",),
    ),
    Story(
        "left_group", "Taken out of the assigned group: out of scope, as if unassigned", f"{HOW}: incremental cycles, 7",
        lambda s: s.provisioned().member().group_assigned().in_group()
        .audit("left_group", "09-29 09:00", group_key=f"sales-{s.name}").log("09-29 09:22", "disable"),
        ("yes", "delivered", "delivered"), NEVER, ("by the group Sales",),
    ),
    Story(
        "filtered_out", "Out of scope by a filter: nobody unassigned anything, the log shows the disable",
        f"{HOW}: goes from in scope to out of scope",
        lambda s: s.job().mappings(has_scope_filter=True).member().assigned().log("09-15 10:00", "disable"),
        ("yes", "delivered", "delivered"), NEVER, ("went out of scope",),
    ),
    Story(
        "skip_deletions", "Out of scope with SkipOutOfScopeDeletions: left alone", SKIP,
        lambda s: s.provisioned().setting(skips_out_of_scope=True).member().assigned().unassigned("09-28 09:00"),
        NEVER, NEVER, ("SkipOutOfScopeDeletions",),
    ),
    Story(
        "skip_but_disabled", "SkipOutOfScopeDeletions does not keep a disabled account from being disabled", SKIP,
        lambda s: s.provisioned().setting(skips_out_of_scope=True).member(status="disabled").assigned()
        .audit("disabled", "09-10 09:00").log("09-10 09:30", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET,
    ),
    Story(
        "update_off", "Update unticked: no PATCH; the DELETE still comes", f"{HOW}: target object actions",
        lambda s: s.job().mappings(does_update=False).deleted().assigned().audit("disabled", "09-10 08:00"),
        NEVER, ("yes", "none", "awaiting"), ("Update is not ticked",),
    ),
    Story(
        "delete_off", "Delete unticked: PATCH, and the account stays in the app for ever", f"{HOW}: ensure that Delete isn't selected",
        lambda s: s.job().mappings(does_delete=False).deleted("09-10 09:00", was_enabled=False).assigned()
        .audit("disabled", "09-10 08:00").log("09-10 08:30", "disable"),
        ("yes", "delivered", "delivered"), NEVER, ("Delete is not ticked",),
    ),
    Story(
        "unmapped", "IsSoftDeleted unmapped: disabling sends nothing", f"{HOW}: remove isSoftDeleted from the attribute mappings",
        lambda s: s.job().mappings(maps_soft_delete=False).member(status="disabled").assigned().audit("disabled", "09-10 09:00"),
        NEVER, NOT_YET, ("IsSoftDeleted is not mapped",),
    ),
    Story(
        "enabled_mapped", "Only accountEnabled mapped: disabling is sent, unassigning is not", f"{HOW}: such as accountEnabled",
        lambda s: s.job().mappings(maps_soft_delete=False, maps_enabled=True).member().assigned().unassigned("09-28 09:00"),
        NEVER, NEVER, ("only accountEnabled is mapped",),
    ),
    Story(
        "nested", "In a group inside the assigned group: never in scope", f"{KNOWN}: nested groups",
        lambda s: s.provisioned().member(status="disabled").group_assigned("all").nested("interns", "all").in_group("interns")
        .audit("disabled", "09-10 09:00"),
        NEVER, NEVER, ("nested members", "by the group All"),
    ),
    Story(
        "default_access", "Assigned with Default Access: never in scope", f"{WEBEX}: users with the Default Access role are excluded",
        lambda s: s.provisioned().member(status="disabled").assigned(role=None).audit("disabled", "09-10 09:00"),
        NEVER, NEVER, ("Default Access",),
    ),
    Story(
        "default_but_logged", "Default Access, yet the log shows the service acting: the log is believed", LOG,
        lambda s: s.provisioned().member(status="disabled").assigned(role=None).log("08-03 08:00", "create")
        .audit("disabled", "09-10 09:00").log("09-10 09:30", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET,
    ),
    Story(
        "no_job", "An app without a job: nothing is ever sent", f"{HOW}: what is provisioned",
        lambda s: s.other_apps_job().member(status="disabled").assigned().audit("disabled", "09-10 09:00"),
        NEVER, NEVER, ("no provisioning job: nothing is ever sent",),
    ),
    Story(
        "oidc", "An OIDC registration of one's own: it cannot be provisioned", f"{KNOWN}: app registrations have no automatic provisioning",
        lambda s: s.other_apps_job().registered(None, "oidc").member(status="disabled").assigned().audit("disabled", "09-10 09:00"),
        NEVER, NEVER, ("no provisioning job: it is an app registration of one's own (OIDC)",),
    ),
    Story(
        "by_group", "In scope by an assigned group, as a direct member", f"{HOW}: assignments",
        lambda s: s.provisioned().member(status="disabled").group_assigned().in_group().audit("disabled", "09-10 09:00")
        .log("09-10 09:30", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET, ("by the group Sales",),
    ),
    Story(
        "everybody", "In scope because the job syncs all users", f"{KNOWN}: sync all users and groups",
        lambda s: s.provisioned().setting(syncs_all=True).member(status="disabled").audit("disabled", "09-10 09:00")
        .log("09-10 09:30", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET,
    ),
    Story(
        "quarantine", "The job is in quarantine: once a day, so late, not never", f"{QUARANTINE}: gradually reduced to once per day",
        lambda s: s.job(status="quarantine", quarantine_began_at=at("09-20 08:00"), quarantine_next_at=at("10-01 08:00"))
        .mappings().member(status="disabled").assigned().audit("disabled", "09-28 09:00"),
        ("yes", "none", "awaiting"), NOT_YET, ("once a day",), {"patch_inactive": "2026-10-01 08:00"},
    ),
    Story(
        "quarantine_over", "Four weeks of quarantine: stopped; held until somebody starts it", f"{QUARANTINE}: more than four weeks",
        lambda s: s.job(status="quarantine", quarantine_began_at=at("08-20 08:00")).mappings().member(status="disabled")
        .assigned().audit("disabled", "09-10 09:00"),
        ("yes", "none", "held"), NOT_YET, ("four weeks",),
    ),
    Story(
        "paused", "The job is paused: it waits", f"{HOW}: the service is manually stopped",
        lambda s: s.job(schedule="paused", status="paused").mappings().member(status="disabled").assigned()
        .audit("disabled", "09-10 09:00"),
        ("yes", "none", "awaiting"), NOT_YET, ("waits until somebody starts it",),
    ),
    Story(
        "staged", "Held by the prevention of accidental deletions: a stagedDelete is no success", ACCIDENT,
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00")
        .log("09-10 09:30", "staged_delete", export_status=None),
        ("yes", "held", "held"), NOT_YET, ("accidental deletions",),
    ),
    Story(
        "skipped", "Skipped: no call was made, so nothing was delivered", SILENT,
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00")
        .log("09-10 09:30", "disable", "skipped", error_code="NotEffectivelyEntitled"),
        ("yes", "skipped", "never"), NOT_YET, ("no call was made", "NotEffectivelyEntitled"),
    ),
    Story(
        "failure", "Failure: the app refused it", f"{LOG}: provisioningStatusInfo",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00")
        .log("09-10 09:30", "disable", "failure", error_code="Forbidden"),
        ("yes", "failed", "failed"), NOT_YET, ("Forbidden", "did not arrive"),
    ),
    Story(
        "failed_export", "Success in the header, failure in the export step: not delivered", f"{LOG}: provisioningSteps",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00")
        .log("09-10 09:30", "disable", export_status="failure"),
        ("yes", "failed", "failed"), NOT_YET,
    ),
    Story(
        "retried", "Failed first, then delivered: delivered, and late", f"{HOW}: errors and retries",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00")
        .log("09-10 09:30", "disable", "failure").log("09-11 09:30", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET,
    ),
    Story(
        "restored", "Restored from the recycle bin: nobody leaves, earlier entries say nothing of the next leaving",
        f"{HOW}: from soft-deleted to active, the service activates the user in the target app",
        lambda s: s.provisioned().member().assigned().audit("deleted", "09-10 09:00").audit("restored", "09-12 09:00")
        .log("09-10 09:30", "disable").log("09-12 09:30", "update", sets_active=True),
        NOT_YET, NOT_YET,
    ),
    Story(
        "disabled_again", "Disabled, enabled and disabled again: only what came after counts", f"{HOW}: incremental cycles",
        lambda s: s.provisioned().member(status="disabled").assigned().audit("disabled", "09-10 09:00")
        .audit("enabled", "09-12 09:00").audit("disabled", "09-20 09:00").log("09-10 09:30", "disable")
        .log("09-12 09:30", "update", sets_active=True),
        ("yes", "none", "failed"), NOT_YET,
    ),
    Story(
        "staying", "Nobody leaves: a forecast", f"{HOW}: deprovisioning",
        lambda s: s.provisioned().member().assigned(),
        NOT_YET, NOT_YET,
    ),
    Story(
        "unread_mappings", "The mappings were not read: Entra's defaults, said to be assumed", f"{HOW}: target object actions",
        lambda s: s.job().member(status="disabled").assigned().audit("disabled", "09-10 09:00").log("09-10 09:30", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET, ("assumed:",),
    ),
    Story(
        "webex", "Webex, set up by the gallery wizard: the app itself deletes an inactive account after 7 days",
        "help.webex.com/article/0qse04; zluri.com/eye-on-identity/scim-deprovisioning-not-working-entra-id",
        lambda s: s.job(template="webexOutDelta").mappings(matches_on=["externalId"]).member(status="disabled").assigned()
        .audit("disabled", "09-10 09:00").log("09-10 09:30", "disable"),
        ("yes", "delivered", "delivered"), NOT_YET, (), {"app_purge": "2026-09-17 09:30"}, app="webex",
    ),
)  # fmt: skip
