"""Tables of the stage graph about what is seen and what is not: blind spots, freshness, worth of sources, estimates."""

from __future__ import annotations

from discovery.tables.declare import COUNT, DAY, FLAG, INSTANT, NUMBER, TEXTS, Column, T, Table, c

_WHAT = c("app_id", T, "app")
_ORIGIN: tuple[Column, ...] = (
    c("source", T, "kind of record"),
    c("system", T, "system it was read from"),
)

COVERAGE: tuple[Table, ...] = (
    Table(
        "graph",
        "blind_spot",
        "a time in which a source tells nothing",
        ("person_id", "source", "from_at"),
        (
            c("person_id", T, "person; NULL = everybody"),
            c("source", T, "kind of record and system"),
            c("from_at", INSTANT, "from; NULL = from the beginning"),
            c("to_at", INSTANT, "to; NULL = to as_of"),
            c("reason", T, "why nothing is seen"),
        ),
        published=True,
        order_by=("person_id", "source"),
    ),
    Table(
        "graph",
        "source_freshness",
        "one source, from when to when it tells, and how old its newest record is",
        ("source", "system", "instance"),
        (
            *_ORIGIN,
            c("instance", T, "instance of the system; empty if none is known"),
            c("first_at", INSTANT, "first record"),
            c("last_at", INSTANT, "last record up to as_of"),
            c("age_days", COUNT, "days from the last record to as_of"),
            c("record_count", COUNT, "events, lines or list entries"),
            c("day_count", COUNT, "days with a record"),
            c("retention_days", COUNT, "how long the system keeps what was not exported; NULL if not known"),
            c("lag_hours", COUNT, "how late records may come; NULL if not known"),
        ),
        published=True,
        order_by=("source", "system", "instance"),
    ),
    Table(
        "graph",
        "app_source",
        "one source that shows one app",
        ("app_id", "source", "system"),
        (
            _WHAT,
            *_ORIGIN,
            c(
                "family",
                T,
                "identity provider, browser or money; NULL for sources that find nothing by themselves",
            ),
            c("person_count", COUNT, "persons whose access it shows"),
            c("first_seen_on", DAY, "first evidence"),
            c("is_alone", FLAG, "no other source shows the app"),
            c("is_family_alone", FLAG, "no other family shows the app"),
        ),
        published=True,
        order_by=("app_id", "source", "system"),
    ),
    Table(
        "graph",
        "source_coverage",
        "what one source found, and what would be lost without it",
        ("source", "system"),
        (
            *_ORIGIN,
            c(
                "family",
                T,
                "identity provider, browser or money; NULL for sources that find nothing by themselves",
            ),
            c("app_count", COUNT, "apps that it shows"),
            c("app_alone_count", COUNT, "of them shown by nothing else"),
            c("access_count", COUNT, "accesses of persons that it shows"),
            c("access_alone_count", COUNT, "of them shown by nothing else"),
            c("apps_alone", TEXTS, "the apps that nothing else shows, sorted"),
        ),
        published=True,
        order_by=("source", "system"),
    ),
    Table(
        "graph",
        "coverage",
        "an estimate of what no source shows",
        ("subject",),
        (
            c("subject", T, "app, or access (of one person to one app)"),
            c("family_count", COUNT, "families of sources that tell: identity provider, browser, money"),
            c("observed_count", COUNT, "found by any of them"),
            c("once_count", COUNT, "found by one family only"),
            c("twice_count", COUNT, "found by exactly two"),
            c(
                "estimate",
                NUMBER,
                "lower bound of how many there are (Chao); NULL with fewer than two families",
            ),
            c("lower_bound", NUMBER, "of its 95 % interval"),
            c("upper_bound", NUMBER, "of its 95 % interval"),
            c("reason", T, "in words"),
        ),
        published=True,
        order_by=("subject",),
    ),
    Table(
        "graph",
        "confidence_bucket",
        "one bucket of confidence, and what share of it was right where the truth is known",
        ("bucket",),
        (
            c("bucket", T, "high, medium or low"),
            c("from_confidence", NUMBER, "least confidence of the bucket"),
            c(
                "precision_measured",
                NUMBER,
                "share that was right in generated companies; NULL if not measured",
            ),
            c("edges_measured", COUNT, "accesses that were compared"),
            c("measured_on", DAY, "when it was measured"),
            c("measured_with", T, "with which companies"),
            c("access_count", COUNT, "accesses of this company in the bucket"),
        ),
        published=True,
        order_by=("from_confidence",),
    ),
)
