-- Macros for the canonical steps; created on the connection before each step that names them (steps.py).

-- A name as upper-case words without accents, titles and punctuation; SMITH/JOHN A and Smith, John are turned.
CREATE OR REPLACE TEMP MACRO name_words(name) AS list_filter(
    string_split(trim(regexp_replace(
        replace(replace(replace(replace(translate(upper(strip_accents(CASE
            WHEN contains(name, '/') THEN split_part(name, '/', 2) || ' ' || split_part(name, '/', 1)
            WHEN contains(name, ',') THEN split_part(name, ',', 2) || ' ' || split_part(name, ',', 1)
            ELSE name END)), 'ØŁĐ', 'OLD'), 'ß', 'SS'), 'Æ', 'AE'), '''', ''), '’', ''),
        '[^\p{L}]+', ' ', 'g')), ' '),
    lambda w: w NOT IN ('', 'MR', 'MRS', 'MS', 'MISS', 'DR', 'PROF', 'HERR', 'FRAU'));

-- First and last word: MR JOHN A SMITH is JOHN SMITH, J SMITH stays J SMITH; NULL for a single word.
-- (The list of one element lets the words be worked out once.)
CREATE OR REPLACE TEMP MACRO name_form(name) AS list_transform([name_words(name)],
    lambda w: CASE WHEN len(w) >= 2 THEN w[1] || ' ' || w[-1] END)[1];

-- An address without the object id that Entra puts before the UPN of a deleted user; NULL if it is none.
CREATE OR REPLACE TEMP MACRO address_of(login) AS
    CASE WHEN contains(login, '#ext#') THEN
            -- a guest: the last underscore before #ext# stands for the at sign
            regexp_replace(split_part(lower(login), '#ext#', 1), '_([^_]*)$', '@\1')
        WHEN contains(login, '@') THEN regexp_replace(lower(trim(login)), '^[0-9a-f]{32}([^@]+@)', '\1') END;

-- Is a system an identity provider? Every other roster is one of the personnel department.
CREATE OR REPLACE TEMP MACRO family_of(system) AS
    CASE WHEN system IN ('entra', 'okta', 'google', 'active_directory', 'ad', 'onelogin', 'jumpcloud') THEN system
        WHEN starts_with(system, 'entra') OR starts_with(system, 'microsoft') OR system = 'azure_ad' THEN 'entra'
        WHEN starts_with(system, 'okta') THEN 'okta'
        WHEN starts_with(system, 'google') THEN 'google'
        ELSE 'hr' END;

-- Accounts for emergencies, by the globs of the settings or the name that administrators give them.
CREATE OR REPLACE TEMP MACRO is_break_glass(login) AS coalesce(
    regexp_matches(lower(login), '(^|[^a-z])(break-?_?glass|emergency-?_?(access|admin)|notfall(admin|konto|zugang)?)([^a-z]|$)')
    OR len(list_filter(getvariable('break_glass'), lambda g: lower(login) GLOB lower(g))) > 0, false);

CREATE OR REPLACE TEMP MACRO is_machine_name(login) AS
    regexp_matches(login, '^(svc|srv|sa|service|sys|bot|robot|api|app|backup|sync|scan|scanner)[-_.0-9@]');

-- The words for departments, desks and rooms that mailboxes are called by, in the languages that companies here use.
CREATE OR REPLACE TEMP MACRO is_role_name(login) AS
    regexp_matches(strip_accents(login), '^(info|office|mail|post|contact|hello|team|sales|support|help|helpdesk|service-?desk|service|'
        || 'accounts?|accounting|billing|invoices?|finance|payroll|hr|people|jobs|careers|recruiting|recruitment|marketing|'
        || 'press|legal|privacy|security|compliance|procurement|purchasing|operations|it|lab|reception|front-?desk|'
        || 'enquiries|orders?|shop|warehouse|noreply|no-reply|donotreply|shared|'
        || 'kontakt|anfragen?|zentrale|empfang|verwaltung|sekretariat|buchhaltung|rechnung(en|swesen)?|personal|'
        || 'personalabteilung|bewerbung(en)?|vertrieb|einkauf|versand|lager|bestellung(en)?|kundenservice|kundendienst|'
        || 'datenschutz|presse|technik|'
        || 'accueil|comptabilite|factur(es?|ation)|rh|recrutement|ventes|achats|commandes|service-?client|'
        || 'contacto|contabilidad|facturas|facturacion|rrhh|ventas|compras|pedidos|soporte|recepcion|administracion|'
        || 'contato|contabilidade|faturas|faturamento|financeiro|vendas|suporte|recepcao|'
        || 'amministrazione|contabilita|fatture|vendite|acquisti|ordini|segreteria|assistenza|'
        || 'administratie|boekhouding|facturen|verkoop|inkoop|receptie|klantenservice|'
        || 'biuro|ksiegowosc|faktury|sprzedaz|kadry|rekrutacja|ucetni|fakturace|podpora|obchod|recepce|'
        || 'faktura|regnskap|ekonomi|salg|kundeservice)@')
    OR regexp_matches(strip_accents(login), '^(meeting-?room|conf(erence)?-?room|room|raum|besprechung(sraum)?|konferenz(raum)?|salle|sala|zaal|'
        || 'equipment|beamer|printer|drucker)[-_.0-9][^@]*@');
