"""What an activity of Google Workspace means, whichever way it was exported.

The formats that use it name their sources.
"""

from __future__ import annotations

__all__ = ["SAID_BY_EVENT"]

SAID_BY_EVENT = """
       CASE WHEN application = 'saml' OR login_type = 'saml' THEN 'saml'
            WHEN login_type = 'exchange' THEN 'idp_non_interactive' ELSE 'idp_interactive' END AS method,
       event_name AS result_text,
       CASE event_name WHEN 'login_success' THEN 'success' WHEN 'login_failure' THEN 'failure'
            WHEN 'authorize' THEN 'success' END AS outcome,
       coalesce(application = 'token' AND event_name = 'authorize', false) AS elsewhere,
       CASE
           WHEN application NOT IN ('login', 'saml', 'token') THEN 'other application'
           WHEN application IS NULL OR event_name IS NULL THEN NULL
           WHEN application = 'token' THEN CASE event_name WHEN 'authorize' THEN NULL
               WHEN 'revoke' THEN 'revoked consent' WHEN 'deny' THEN 'refused consent'
               WHEN 'activity' THEN 'api activity' ELSE 'other event' END
           WHEN event_name NOT IN ('login_success', 'login_failure') THEN 'other event'
       END AS reason
"""
"""Columns method, result_text, outcome, elsewhere (the record is a consent too) and reason (why it is ignored), of a
relation with application, event_name and login_type."""
