"""Whose a record of Microsoft Graph is: the collector adds the key; saved by hand, the page's context says it."""

from __future__ import annotations


def parent_of(collection: str, key: str) -> str:
    """Return the SQL of the parent's id: raw column `key`, else the id after `collection` in the page's context."""
    said = f"regexp_extract(\"@odata.context\", '{collection}\\(''([^'']+)''\\)', 1)"
    return f"nullif(coalesce(blank_null(\"{key}\"), {said}), '')"


SERVICE_PRINCIPAL = f"lower({parent_of('servicePrincipals', 'servicePrincipalId')})"
"""SQL of the app that a record of provisioning belongs to."""
