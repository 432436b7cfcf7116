-- Macros for the steps of the graph; created on the connection before each step.

-- Does a system sign people in to other apps? Disabling somebody there ends what depends on it; browser extensions
-- and an app's own lists do not count.
CREATE OR REPLACE TEMP MACRO is_idp(system) AS system IN (
    'entra', 'okta', 'google', 'onelogin', 'jumpcloud', 'ping', 'duo', 'auth0', 'aws_identity_center');

-- Months with the bits of their days: each month once; how many days they have, where each month is there once.
CREATE OR REPLACE TEMP MACRO merged_months(months) AS list_transform(
    list_distinct(list_transform(months, lambda m: m.month)), lambda k: {'month': k, 'day_bits': list_aggregate(
        list_transform(list_filter(months, lambda m: m.month = k), lambda m: m.day_bits), 'bit_or')});
CREATE OR REPLACE TEMP MACRO day_count(months) AS
    CAST(list_sum(list_transform(months, lambda m: bit_count(m.day_bits))) AS BIGINT);

-- Scopes that reach mail, files, the directory, or act as the person beyond the profile (Microsoft Graph, Google).
CREATE OR REPLACE TEMP MACRO is_sensitive(scope) AS regexp_matches(lower(scope),
    '^(https://graph\.microsoft\.com/)?(mail|mailboxsettings|mailboxfolder|files|sites|notes|chat|chatmessage|channelmessage|directory|user\.(read|readwrite)\.all|group|contacts|calendars\.readwrite|onlinemeetings|application|rolemanagement|full_access_as_user|ews|imap|smtp|pop)([.:]|$|_)|user\.(readwrite|read\.all)|accessasuser|mail\.google\.com|auth/(gmail|drive|admin|cloud-platform|calendar($|\.events)|contacts|documents|spreadsheets|apps)');

-- How much a scope reaches: 3 = mail, files, directory or everything may be changed or read whole; 2 = sensitive data may
-- be read; 1 = a profile and being signed in. The tiers are the program's own; docs/graph.md says what stands in which.
CREATE OR REPLACE TEMP MACRO scope_tier(scope) AS CASE
    WHEN NOT is_sensitive(scope) THEN 1
    WHEN regexp_matches(lower(scope),
        'write|send|manage|full|\.all($|[^a-z])|selected|accessasuser|rolemanagement|application|(^|[^a-z])(ews|imap|smtp|pop)([.:]|$)|mail\.google\.com|auth/(drive|admin[a-z.]*|cloud-platform|gmail\.(modify|compose|insert|settings[a-z.]*))$')
        AND NOT regexp_matches(lower(scope), '(read|readonly|readbasic)(\.shared)?$') THEN 3
    ELSE 2 END;
