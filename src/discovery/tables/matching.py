"""Tables of the stage matching: mention → app, with the rows that make each decision."""

from __future__ import annotations

from discovery.tables.declare import COUNT, DAY, FLAG, INSTANT, NUMBER, T, Table, c

MATCHING: tuple[Table, ...] = (
    Table(
        "matching",
        "app",
        "one app: of the catalog, of the user's overlay, or seen in use",
        ("app_id",),
        (
            c("app_id", T, "stable id; never changes meaning"),
            c("name", T, "name"),
            c("vendor", T, "vendor; NULL if unknown"),
            c("domain", T, "registrable domain; NULL if unknown"),
            c("category", T, "category; NULL if unknown"),
            c("in_catalog", FLAG, "false: used, but the catalog does not know it"),
            c("approval", T, "approved, discovered, needs_review or blocked"),
            c("owner_email", T, "owner of the app in the company", personal=True),
            c("scim_support", T, "yes, no, partial; NULL if unknown"),
            c("scim_plan", T, "plan that has it; NULL if unknown"),
            c("facts_source", T, "where the facts come from"),
            c("facts_as_of", DAY, "day of the facts"),
        ),
        published=True,
        order_by=("app_id",),
    ),
    Table(
        "matching",
        "app_alias",
        "one further name, domain or id of an app",
        ("kind", "alias"),
        (
            c("app_id", T, "app"),
            c("alias", T, "value"),
            c(
                "kind",
                T,
                "name, domain, login_domain, app_domain, descriptor, entra_app_id, okta_label, "
                "google_name, browser_app_type, former_id",
            ),
        ),
        published=True,
        order_by=("app_id",),
    ),
    Table(
        "matching",
        "match",
        "the decision on one mention",
        ("mention", "kind"),
        (
            c("mention", T, "as the sources name it"),
            c("kind", T, "how the app is named"),
            c("app_id", T, "app: accepted, or the best candidate under review; NULL if none"),
            c("decision", T, "accept, review, reject or ignore"),
            c("score", NUMBER, "sum of its match_evidence; 0 to 100"),
            c("method", T, "exact app id, domain, alias, descriptor, fuzzy name, uncatalogued, human, none"),
            c("runner_up", T, "app_id of the second best; NULL if none"),
            c("decided_by", T, "machine, or who decided"),
            c("decided_at", INSTANT, "when a person decided; NULL for the machine"),
            c("explanation", T, "one sentence"),
        ),
        published=True,
        order_by=("kind", "mention"),
    ),
    Table(
        "matching",
        "match_evidence",
        "one reason for or against a match; a decision's rows sum to its score",
        ("mention", "kind", "position"),
        (
            c("mention", T, "as the sources name it"),
            c("kind", T, "how the app is named"),
            c("position", COUNT, "order, from 1"),
            c("comparison", T, "what was compared"),
            c("value_left", T, "value in the mention"),
            c("value_right", T, "value in the catalog"),
            c("weight", NUMBER, "points"),
        ),
        published=True,
        order_by=("kind", "mention", "position"),
    ),
    Table(
        "matching",
        "labelled_match",
        "a merchant of the labelled set that comes with the program, and how it is matched; for a check",
        ("text",),
        (
            c("text", T, "merchant text, made up or retyped from public material"),
            c("mcc", T, "merchant category code; NULL if none"),
            c("expected_app_id", T, "app that it means; NULL if none"),
            c("app_id", T, "app that the machine proposes"),
            c("decision", T, "accept, review or reject"),
            c(
                "stands_on",
                T,
                "hash of the program's matching, the catalog and what is laid over it; the same: not matched again",
            ),
        ),
    ),
)
