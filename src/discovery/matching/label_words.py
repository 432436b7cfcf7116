"""Words that stand in labels beside the name of an app."""

from __future__ import annotations

SETTING_WORDS = frozenset([
    "sso", "saml", "oidc", "scim", "sandbox", "prod", "production", "test", "testing", "dev", "development",
    "staging", "stage", "uat", "qa", "preview", "demo", "enterprise", "cloud", "edition", "new", "old",
    "legacy", "eu", "us", "uk", "emea", "apac", "global", "europe", "single", "sign", "on", "provisioning", "2",
    "v2",
])  # fmt: skip
"""Words of a label that say where or how the app runs."""
WEAK_WORDS = frozenset([
    "account", "accounts", "app", "apps", "application", "admin", "administrator", "console", "portal",
    "platform", "online", "web", "mobile", "desktop", "client", "ios", "android", "windows", "mac", "for", "by",
    "the", "and", "login", "team", "teams", "business", "pro", "plus", "inc", "ltd", "llc", "gmbh", "com",
    "connector", "integration", "add", "in", "addin", "plugin", "extension", "user", "users", "company",
    "organization", "organisation", "tenant", "corporate", "internal", "main", "all", "products", "product",
])  # fmt: skip
"""Words of a label that say little; a name that is a common word needs more than these beside it."""
