"""Every table of the web view: by the name of its SELECT in `sql/`, with the columns that are shown."""

from __future__ import annotations

from discovery.web.ledger_rows import case_rows, entry_rows, fact_rows, open_rows, task_rows
from discovery.web.listing import Column, Listing

C = Column
_PERSON = C("name", "person", "person")
_APP = C("app_name", "app", "app")
_SURVIVES = C("survives_idp_disable", "survives", "survives")
_LAST = C("last_seen_on", "last seen", "day")
_AMOUNT = C("amount", "12 months", "money")
_SOURCES = C("sources", "sources", "chips")

_ALL = (
    Listing("people", "People", (
        _PERSON, C("email", "address"), C("department", "department"), C("status", "status", "badge"), C("left_on", "last day", "day"),
        C("app_count", "apps", "count"), C("shadow_count", "shadow", "count"), C("survives_count", "survive", "count"),
        C("unknown_count", "not known", "count"), C("manual_count", "by hand", "count"),
    ), ("status",), "Nobody. A roster (HR or identity provider) says who the people are."),
    Listing("leavers", "Leavers with something left to end", (
        _PERSON, C("status", "status", "badge"), C("left_on", "last day", "day"), C("app_count", "apps", "count"),
        C("survives_count", "survive", "count"), C("unknown_count", "not known", "count"),
    ), (), "Nobody who has left has anything left to end."),
    Listing("sources", "What was read", (
        C("system", "system"), C("instance", "instance"), C("kinds", "kinds", "chips"), C("file_count", "files", "count"),
        C("rows_loaded", "records", "count"), C("rows_quarantined", "quarantined", "count"), C("newest_on", "up to", "day"),
        C("age_days", "days old", "count"), C("is_failed", "failed", "alarm"), C("reason", "why"),
    ), (), "Nothing was read yet: put exports into the inbox and run `discovery run`."),
    Listing("found", "How fresh each source is, and what it found alone", (
        C("source", "source", "badge"), C("system", "system"), C("instance", "instance"), C("last_at", "up to (UTC)", "instant"),
        C("age_days", "days old", "count"), C("retention_days", "days kept there", "count"),
        C("app_count", "apps", "count"), C("app_alone_count", "no other shows", "count"),
        C("access_count", "accesses", "count"), C("access_alone_count", "no other shows", "count"),
    ), (), "No source delivered a record up to the day of the run."),
    Listing("coverage", "What all of them miss, at least", (
        C("subject", "of", "badge"), C("observed_count", "found", "count"), C("once_count", "by one family", "count"),
        C("twice_count", "by two", "count"), C("estimate", "there are at least", "score"), C("lower_bound", "from (95 %)", "score"),
        C("upper_bound", "to", "score"), C("reason", "in words"),
    ), (), "Nothing can be said."),
    Listing("blind_spots", "What is not seen, of anybody", (
        C("source", "source"), C("reason", "why"), C("from_at", "from", "instant"), C("to_at", "to", "instant"),
    ), (), "No blind spot is known."),
    Listing("shadow_apps", "Shadow apps", (
        C("name", "app", "app"), C("approval", "approval", "badge"), C("person_count", "people", "count"),
        C("leaver_count", "of them left", "count"), _AMOUNT, _SOURCES, _LAST,
    ), ("by",), "None: every app in use is approved."),
    Listing("apps", "Apps in use", (
        C("name", "app", "app"), C("category", "category"), C("class", "class", "badge"), C("approval", "approval", "badge"),
        C("person_count", "people", "count"), C("active_person_count", "active", "count"), C("leaver_count", "left", "count"),
        _AMOUNT, C("owner_email", "owner"), _SOURCES, _LAST,
    ), ("class",), "No app was seen in use."),
    Listing("scope", "What has to be ended, in this order", (
        C("priority", "#", "count"), C("app_name", "app", "access"), C("action", "what to do", "long"), _SURVIVES,
        C("class", "class", "badge"), C("route", "route", "badge"), C("handover", "hand over first", "lines"), C("licence", "licence"), _LAST, _SOURCES, C("confidence", "confidence", "score"),
    ), ("person",), "Nothing is known that has to be ended. See below what could not be seen.", is_personal=True),
    Listing("spans", "When access was seen", (
        _APP, C("source", "source", "badge"), C("from_on", "from", "day"), C("to_on", "to", "day"), C("end_reason", "ended by"),
    ), ("person", "app"), "No time is known.", is_personal=True),
    Listing("accounts", "Accounts", (
        C("system", "system"), C("instance", "instance"), C("name", "account"), C("kind", "kind", "badge"),
        C("link_method", "linked by"), C("link_confidence", "confidence", "score"), C("first_seen_on", "first seen", "day"), _LAST,
    ), ("person",), "No account is known.", is_personal=True),
    Listing("identifiers", "Known as", (C("kind", "kind", "badge"), C("identifier", "identifier")), ("person",), is_personal=True),
    Listing("person_findings", "Findings", (
        C("severity", "severity", "badge"), C("rule", "rule", "rule"), C("observed_at", "seen (UTC)", "instant"), C("summary", "what"),
        C("controls", "controls", "chips"),
    ), ("person",), "Nothing wrong was found.", is_personal=True),
    Listing("person_blind_spots", "What could not be seen", (
        C("is_personal", "this person", "flag"), C("source", "source"), C("reason", "why"), C("from_at", "from", "instant"),
        C("to_at", "to", "instant"),
    ), ("person",), "No blind spot is known.", is_personal=True),
    Listing("not_access", "Seen, and no access: why not", (
        C("mention", "named as"), _APP, C("source", "source", "badge"), C("event_count", "events", "count"), _LAST,
        C("reason", "why it is no access"),
    ), ("person", "app"), "Everything that was seen is access.", is_personal=True),
    Listing("exclusions", "Taken out of the scope by decision", (
        C("app_name", "app", "access"), C("reason", "why"), C("decided_by", "by"), C("decided_at", "at (UTC)", "instant"),
    ), ("person",), "Nothing was taken out.", is_personal=True),
    Listing("evidence", "Evidence", (
        _APP, C("observed_at", "seen (UTC)", "instant"), C("source", "source", "badge"), C("kind", "which"), C("summary", "what"),
        C("file_name", "file", "file"), C("record", "record"),
    ), ("person", "app"), "No record is known.", is_personal=True),
    Listing("spend", "Charges by month", (C("month", "month", "day"), C("amount", "amount", "money")),
            ("person", "app"), "No charge was seen.", is_personal=True),
    Listing("who_has", "Who has it", (
        _PERSON, C("email", "address"), C("status", "status", "badge"), C("left_on", "last day", "day"), _SURVIVES,
        C("route", "route", "badge"), _SOURCES, C("methods", "signs in by", "chips"), C("is_admin", "admin", "flag"), _LAST,
    ), ("app",), "Nobody is known to have it."),
    Listing("unlinked_accounts", "Accounts of nobody known", (
        C("system", "system"), C("instance", "instance"), C("identifier", "account"), C("kind", "kind", "badge"), _SOURCES, _LAST,
    ), ("app",), "Every account of it belongs to somebody known."),
    Listing("app_mentions", "How it was found: names that mean it", (
        C("mention", "named as", "mention"), C("kind", "kind", "badge"), C("decision", "decision", "badge"), C("score", "score", "score"),
        C("decided_by", "by"), C("explanation", "why"),
    ), ("app",), "No source names it."),
    Listing("deprovisioning", "What its provisioning tells the app", (
        _PERSON, _APP, C("event", "event"), C("expected", "expected", "badge"), C("expected_at", "when (UTC)", "instant"),
        C("observed", "observed", "badge"), C("observed_at", "seen (UTC)", "instant"), C("state", "state", "badge"),
        C("grade", "grade", "badge"), C("hard_delete_due_at", "deleted for good", "instant"), C("app_purge_due_at", "purged", "instant"),
        C("reason", "why"),
    ), ("person", "app"), "Nothing is known: no provisioning job tells of it."),
    Listing("findings", "Findings", (
        C("severity", "severity", "badge"), C("rule", "rule", "rule"), C("observed_at", "seen (UTC)", "instant"), _PERSON, _APP,
        C("summary", "what"), C("controls", "controls", "chips"),
    ), ("rule", "severity"), "Nothing wrong was found."),
    Listing("finding_rules", "Findings by rule", (
        C("severity", "severity", "badge"), C("rule", "rule", "rule"), C("finding_count", "findings", "count"), C("person_count", "people", "count"),
    ), (), "Nothing wrong was found."),
    Listing("files", "Files", (
        C("file_name", "file", "file"), C("state", "state", "badge"), C("reason", "why"), C("format", "format"), C("rows_read", "read", "count"),
        C("rows_loaded", "count", "count"), C("rows_duplicate", "duplicate", "count"), C("rows_ignored", "ignored", "count"),
        C("rows_quarantined", "quarantined", "count"), C("window_to", "up to", "day"),
        C("loaded_at", "read on", "day"),
    ), ("state",), "No file."),
    Listing("quarantine", "Records that could not be read", (
        C("file_name", "file"), C("record", "record", "count"), C("column_name", "column"), C("reason", "why, and what to do"),
        C("content", "the record", "code"),
    ), (), "None: every record was understood."),
    Listing("ignored", "Left out for a reason", (
        C("format", "format"), C("reason", "reason"), C("file_count", "files", "count"), C("row_count", "records", "count"),
    ), (), "None."),
    Listing("match_score", "The score, point by point", (
        C("position", "#", "count"), C("comparison", "compared"), C("value_left", "in the source"), C("value_right", "in the catalog"),
        C("weight", "points", "score"),
    ), ("mention", "kind"), "No comparison was made."),
    Listing("queue", "Names that may mean an app", (
        C("mention", "named as", "queued"), C("kind", "kind", "badge"), C("app_name", "perhaps", "app"), C("score", "score", "score"),
        C("persons", "people", "count"), C("events", "events", "count"), C("amount", "charged", "money"), C("explanation", "why"),
    ), (), "Nothing is open: every name is decided.", open_rows, "The table match of the published file where decision = 'review', less what "
        "decisions.jsonl has decided since, with people and events from usage_month:\n\n"
        "SELECT * FROM match WHERE decision = 'review'"),
    Listing("cases", "Cases", (
        C("case_id", "case", "case"), C("name", "leaver", "person"), C("state", "state", "badge"), C("opened_at", "opened (UTC)", "instant"),
        C("done", "steps done", "count"), C("steps", "of", "count"), C("open_tasks", "open tasks", "count"), C("failed", "failed", "count"),
        C("approved_by", "approved by"), C("closed_at", "closed (UTC)", "instant"),
    ), (), "No case yet: open one from a person's page.", case_rows, "The ledger as it is now. In the published file, as of its run:\n\n"
        "SELECT * FROM offboarding_case ORDER BY opened_at DESC", is_personal=True),
    Listing("tasks", "Tasks", (
        C("title", "task", "task"), C("name", "leaver", "person"), C("owner_email", "with"), C("due_on", "due"), C("state", "state", "badge"),
        C("outcome", "said", "badge"), C("completed_by", "by"), C("note", "in their words"),
    ), ("case", "show"), "No task is open.", task_rows, "The ledger as it is now. In the published file, as of its run:\n\n"
        "SELECT * FROM task ORDER BY due_on", is_personal=True),
    Listing("entries", "Ledger", (
        C("sequence", "#", "count"), C("at", "at (UTC)", "instant"), C("actor", "who"), C("kind", "kind", "badge"), C("step_id", "step"),
        C("state", "state", "badge"), C("summary", "what"), C("hash", "hash", "code"),
    ), ("case",), "Nothing was done yet.", entry_rows, "The ledger as it is now. In the published file, as of its run:\n\n"
        "SELECT * FROM ledger_entry ORDER BY sequence", is_personal=True),
    Listing("app_facts", "What is known of its deprovisioning", (
        C("fact", "fact"), C("value", "value"), C("means", "what it says"), C("source", "source", "link"), C("as_of", "looked up on", "day"),
    ), ("app",), "Nothing is known: what the app does with an inactive account has to be looked up or tried.", fact_rows,
        "The catalog that comes with the program (catalog/data/fact.csv, scim.csv, entra_gallery.csv), each fact with its source and day."),
)  # fmt: skip
LISTINGS = {listing.name: listing for listing in _ALL}
