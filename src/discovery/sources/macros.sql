-- Macros that the SELECTs of formats use. All are pure: text in, value or NULL out; NULL means "not
-- understood", and the record then goes to quarantine. Read by sources.ingest on each connection.

CREATE OR REPLACE TEMP MACRO hint(name) AS getvariable('hint_' || name);

-- What a record is quarantined for: column, value, what was expected.
CREATE OR REPLACE TEMP MACRO problem(column_name, value, expected) AS
    column_name || chr(31) || coalesce(CAST(value AS VARCHAR), '') || chr(31) || expected;

CREATE OR REPLACE TEMP MACRO blank_null(text) AS nullif(trim(CAST(text AS VARCHAR)), '');

CREATE OR REPLACE TEMP MACRO fold(text) AS regexp_replace(lower(text), '[^\p{L}\p{N}]', '', 'g');

-- An ISO 8601 instant, with offset or Z; without an offset it is UTC. Up to nine fraction digits.
CREATE OR REPLACE TEMP MACRO instant(text) AS
    make_timestamp(epoch_us(TRY_CAST(text AS TIMESTAMPTZ)));

-- The same, but a text without offset is local time in the declared `zone`, else UTC. An hour that clocks show twice is
-- taken as the second one, an hour that they leave out as if they had not been changed yet (02:30 → 03:30): no event is
-- lost, and none is off by more than the change. Of zones in the text only Z, UTC, GMT and offsets up to 18 hours are
-- understood; names and abbreviations mean several things (IST, CST), second 60 is no instant here.
CREATE OR REPLACE TEMP MACRO instant_in(text, zone) AS
    CASE
        WHEN regexp_matches(text, ':\d\d(\.\d+)?\s*[+-](0\d|1[0-8])(:?\d\d)?$')
            THEN instant(regexp_replace(text, '\s+([+-])', '\1'))
        WHEN regexp_matches(text, '\d\s*(Z|UTC|GMT)$', 'i') THEN instant(regexp_replace(text, '\s*[A-Za-z]+$', 'Z'))
        WHEN regexp_matches(text, ':\d\d(\.\d+)?\s*[+-][\d:]+$|[^\d\s]\s*$') THEN NULL
        ELSE CAST(timezone('UTC', timezone(coalesce(zone, 'UTC'), TRY_CAST(text AS TIMESTAMP))) AS TIMESTAMP)
    END;

-- An instant written the American way: 9/19/2023, 1:45:17.287 PM; UTC.
CREATE OR REPLACE TEMP MACRO instant_us(text) AS
    try_strptime(text, ['%m/%d/%Y, %I:%M:%S.%g %p', '%m/%d/%Y, %I:%M:%S %p', '%m/%d/%Y %I:%M:%S %p']);

-- Seconds since 1970, as number or text, with or without fraction.
CREATE OR REPLACE TEMP MACRO instant_epoch(text) AS
    CASE WHEN TRY_CAST(text AS DOUBLE) BETWEEN 0 AND 32503680000
         THEN make_timestamp(CAST(round(TRY_CAST(text AS DOUBLE) * 1000000) AS BIGINT)) END;

-- A day in a declared order ('ymd', 'dmy', 'mdy'); two-digit years are 2000 and later. Never guessed:
-- without an order only year-first texts are understood, 2026-09-13 or 20260913.
CREATE OR REPLACE TEMP MACRO day_in(text, date_order) AS
    CASE
        WHEN regexp_matches(trim(text), '^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}')
            THEN CAST(try_strptime(replace(replace(regexp_extract(trim(text), '^[0-9/.-]+'), '/', '-'), '.', '-'),
                                   '%Y-%m-%d') AS DATE)
        WHEN regexp_matches(trim(text), '^(19|20)\d{6}$')
            THEN CAST(try_strptime(trim(text), '%Y%m%d') AS DATE)
        WHEN date_order = 'dmy'
            THEN CAST(try_strptime(replace(replace(rtrim(split_part(trim(text), ' ', 1), ','), '-', '/'), '.', '/'),
                                   ['%d/%m/%y', '%d/%m/%Y']) AS DATE)
        WHEN date_order = 'mdy'
            THEN CAST(try_strptime(replace(replace(rtrim(split_part(trim(text), ' ', 1), ','), '-', '/'), '.', '/'),
                                   ['%m/%d/%y', '%m/%d/%Y']) AS DATE)
    END;

-- An amount with a declared decimal sign, in groups of three or, with a point, as in India: 1,04,500.50
-- ('.' or ','); currency signs, blanks and a trailing or bracketed
-- minus are understood, also the typographic ones: (1,234.50) = 1,234.50- = −1234.50 = -1234.50. In a sheet of a
-- workbook numbers have a point whatever is declared for its texts (see workbook_cells), and never three decimals.
CREATE OR REPLACE TEMP MACRO amount_in(text, decimal_sign) AS
    CASE WHEN hint('is_sheet') = 'true' AND regexp_matches(text, '^-?\d+(\.(\d{1,2}|\d{4,}))?$')
        THEN TRY_CAST(text AS DECIMAL(18,2))
    WHEN regexp_matches(trim(text), '\d') THEN
        CAST(
            CASE WHEN regexp_matches(trim(text), '^\(.*\)$|^[^\d]*[-\x{2212}\x{2013}]|[-\x{2212}\x{2013}]\s*$')
                 THEN -1 ELSE 1 END
            * TRY_CAST(
                CASE WHEN coalesce(decimal_sign, '.') = ','
                     THEN CASE WHEN regexp_matches(trim(text), '^[^\d.,]*(\d{1,3}([.'' \x{00A0}\x{202F}]\d{3})+|\d+)(,\d+)?[^\d.,]*$')
                               THEN replace(regexp_replace(text, '[^\d,]', '', 'g'), ',', '.') END
                     ELSE CASE WHEN regexp_matches(trim(text), '^[^\d.,]*(\d{1,3}([,'' \x{00A0}\x{202F}]\d{3})+|\d{1,2}(,\d{2})+,\d{3}|\d+)?(\.\d+)?[^\d.,]*$')
                               THEN regexp_replace(text, '[^\d.]', '', 'g') END
                END AS DECIMAL(18,2))
            AS DECIMAL(18,2))
    END;

CREATE OR REPLACE TEMP MACRO email_of(text) AS
    CASE WHEN contains(text, '@') THEN nullif(lower(trim(text)), '') END;

-- Host of an address, lower case, without port and user; NULL for anything but http and https.
CREATE OR REPLACE TEMP MACRO host_of(url) AS
    nullif(rtrim(lower(regexp_extract(url, '^https?://(?:[^/?#@]*@)?([^/?#:]+)', 1, 'i')), '.'), '');

-- What the address says about the page, before it is reduced to its host: sign_in (a login, redirect or consent
-- page), app (behind a login, by its host or first folder), public (home page, prices, blog, help …), else other.
CREATE OR REPLACE TEMP MACRO page_of(url) AS
    CASE
        WHEN regexp_matches(url, '^https?://[^?#]*/(log-?in|sign-?in|sso|saml2?|oauth2?|authorize|auth|session/new|callback)([/?#.]|$)', 'i')
          OR regexp_matches(url, '^https?://(log-?in|sign-?in|sso|auth|accounts?|id|identity)\.', 'i')
            THEN 'sign_in'
        WHEN regexp_matches(url, '^https?://(app|dashboard|console|my|portal|admin|workspace|secure|manage)\.', 'i')
            THEN 'app'
        WHEN regexp_matches(url, '^https?://[^/?#]+(/[a-z]{2}([-_][a-z]{2})?)?/?(index\.html?)?([?#]|$)', 'i')
          OR regexp_matches(url, '^https?://[^/?#]+(/[a-z]{2}([-_][a-z]{2})?)?/(blog|pricing|prices|plans|features?|products?|solutions|tour|demo|compare|alternatives|vs|customers|case-studies|stories|about([-_]us)?|company|team|careers|jobs|press|news(room)?|legal|privacy|terms|security|trust|cookies?|contact([-_]us)?|help|support|faq|docs|documentation|developers?|api|guides?|learn|academy|courses|tutorials?|resources|library|templates|gallery|marketplace|integrations|apps|partners|community|forum|webinars?|events|ebooks?|podcasts?|whitepapers?|reports?|glossary|what-is|why|download|status|sitemap|lp|landing|campaign|enterprise|business|education|nonprofits?|sign-?up|register|get-started|free-trial|trial)([/?#.]|$)', 'i')
            THEN 'public'
        WHEN regexp_matches(url, '^https?://[^?#]*/(app|dashboard|workspaces?|settings|account|admin|console|inbox|editor?|designs?|files?|boards?|documents?|chat)([/?#]|$)', 'i')
            THEN 'app'
        ELSE 'other'
    END;
