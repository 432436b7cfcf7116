"""Okta System Log of the acquired team, as a JSON array and as lines."""

from .writing import Writer


def system_log(where: str) -> str:
    """Select System Log events; sign-ins name an AppInstance and an AppUser as targets."""
    return f"""
        SELECT event_id AS uuid, strftime(happened_at, '%Y-%m-%dT%H:%M:%S.%gZ') AS published,
            event_type AS "eventType", '0' AS version, if(result = 'SUCCESS', 'INFO', 'WARN') AS severity,
            'core.' || event_type AS "legacyEventType",
            CASE event_type WHEN 'user.authentication.sso' THEN 'User single sign on to app'
                WHEN 'user.session.start' THEN 'User login to Okta'
                WHEN 'application.user_membership.add' THEN 'Add user to application membership'
                ELSE 'Remove user''s application membership' END AS "displayMessage",
            if(event_type LIKE 'application.%',
                {{'id': '00uADMIN0000000000NW', 'type': 'User',
                    'alternateId': 'okta-admin@nordwind-instruments.example',
                'displayName': 'Okta Admin'}},
                {{'id': okta_id, 'type': 'User', 'alternateId': email,
                    'displayName': display_name}}) AS actor,
            {{'userAgent': {{'rawUserAgent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0',
                'os': 'Windows 10',
            'browser': 'CHROME'}}, 'zone': 'null', 'device': 'Computer', 'ipAddress': ip,
            'geographicalContext': {{'city': 'London', 'state': 'England',
                'country': 'United Kingdom'}}}} AS client,
            {{'result': result, 'reason': failure}} AS outcome,
            CASE WHEN instance_id IS NULL THEN NULL
                WHEN event_type LIKE 'application.%' THEN [
                    {{'id': '0ua' || letters(k, 17), 'type': 'AppUser', 'alternateId': email,
                        'displayName': display_name, 'detailEntry': NULL}},
                    {{'id': instance_id, 'type': 'AppInstance', 'alternateId': label, 'displayName': label,
                        'detailEntry': NULL}},
                    {{'id': okta_id, 'type': 'User', 'alternateId': email, 'displayName': display_name,
                        'detailEntry': NULL}}]
                ELSE [
                    {{'id': instance_id, 'type': 'AppInstance', 'alternateId': label, 'displayName': label,
                    'detailEntry': {{'signOnModeType': mode}}}},
                    {{'id': '0ua' || letters(k, 17), 'type': 'AppUser', 'alternateId': email,
                        'displayName': display_name, 'detailEntry': NULL}}]
                END AS target,
            {{'type': 'WEB', 'id': letters('transaction' || k, 24)}} AS transaction,
            {{'debugData': {{'requestUri': if(event_type = 'user.authentication.sso', '/app/'
                || lower(label) || '/sso/saml', '/api/v1/authn')}}}}
                AS "debugContext",
            {{'authenticationStep': 0, 'externalSessionId': 'trs' || letters('session' || k,
                20)}} AS "authenticationContext",
            {{'asNumber': 5607, 'isp': 'sky uk limited', 'isProxy': false}} AS "securityContext"
        FROM okta_event WHERE {where} ORDER BY happened_at, event_id"""


def write_okta(writer: Writer) -> None:
    """Write the first half as an array, the rest as lines; two days stand in both."""
    writer.json(
        "okta/system_log_first_half.json",
        "Okta System Log array",
        system_log(f"happened_at < TIMESTAMP '{writer.options.day(0.51)}'"),
        suffix="",
    )
    writer.ndjson(
        "okta/system_log.ndjson",
        "Okta System Log lines",
        system_log(f"happened_at >= TIMESTAMP '{writer.options.day(0.48)}'"),
    )
