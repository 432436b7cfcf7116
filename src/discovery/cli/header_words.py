"""Words by which the header of an unknown CSV says what a column holds, in nine languages.

English, German, French, Spanish, Dutch, Portuguese; for statements and rosters also Swedish, Norwegian and Danish.

Per target of a mapping the words in order of preference: the first that a header has decides between columns.
Letters and digits only, lower case, as headers are compared (`sources.source.fold`); accents as people type them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from discovery.sources.source import fold

SHORT = 5
"""Shorter words must be a word of the header or end it; `app` is not in `happened`."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "charged_on": (
        "transactiondate", "transdate", "purchasedate", "expensedate", "dateoftransaction", "transaktionsdatum",
        "kaufdatum", "belegdatum", "umsatzdatum", "datedelopération", "dateopération", "dateoperation", "datedachat",
        "datedetransaction", "fechadeoperación", "fechaoperación", "fechaoperacion", "fechadetransacción",
        "fechatransacción", "fechacompra", "transactiedatum", "aankoopdatum", "boekdatum", "datadatransação",
        "datadatransacao", "datadacompra", "datatransação", "buchungstag", "buchungsdatum", "bookingdate",
        "datecomptable", "fechacontable", "posteddate", "postingdate", "datum", "fecha", "date", "jour", "tag", "dag",
        "día", "day", "data", "dia", "booked", "wertstellung", "valuta", "datevaleur", "fechavalor", "rentedatum",
        "valuedate",
        "transaktionsdag", "köpdatum", "bokföringsdag", "bokföringsdatum", "kjøpsdato", "transaksjonsdato",
        "bokføringsdato", "bogføringsdato", "købsdato", "transaktionsdato", "dato",
    ),
    "merchant": (
        "merchant", "commerçant", "marchand", "händler", "haendler", "comercio", "establecimiento", "winkel",
        "supplier", "lieferant", "fournisseur", "proveedor", "leverancier", "vendor", "payee", "estabelecimento",
        "comerciante", "fornecedor", "beneficiário", "shop", "store", "zahlungsempfänger", "begünstigter",
        "empfänger", "bénéficiaire", "beneficiario", "beneficiary", "tegenpartij", "counterparty", "auftraggeber",
        "naamomschrijving", "beguenstigter", "descrição", "descricao", "histórico", "descriptor", "beschreibung",
        "description", "descripción", "descripcion", "omschrijving", "libellé", "libelle", "concepto", "narrative",
        "verwendungszweck", "details", "mededelingen", "memo", "buchungstext", "text", "name", "naam",
        "inköpsställe", "mottagare", "mottaker", "modtager", "brukersted", "forretning", "butik", "beskrivning",
        "beskrivelse", "forklaring", "meddelande", "rubrik", "tekst",
    ),
    "amount": (
        "billingamount", "amount", "betrag", "montant", "importe", "bedrag", "umsatz", "amt", "gross", "brutto",
        "total", "summe", "somme", "totaal", "prix", "precio", "prijs", "preis", "price", "cost", "kosten", "value",
        "valor", "quantia", "sum",
        "belopp", "beløp", "beløb",
    ),
    "debit": (
        "debit", "débit", "débito", "debito", "debet", "soll", "belastung", "cargo", "cargos", "debe", "paidout",
        "moneyout", "withdrawal", "withdrawals", "ausgang", "ausgaben", "dépense", "gastos", "uitgaven", "spent",
        "saída", "saídas",
        "utgift", "ut", "utbetaling", "hævet",
    ),
    "credit": (
        "credit", "crédit", "crédito", "credito", "haben", "gutschrift", "abono", "abonos", "haber", "paidin",
        "moneyin", "deposit", "deposits", "eingang", "einnahmen", "recette", "ingresos", "inkomsten", "refunded",
        "entrada", "entradas", "estorno",
        "insättning", "innbetaling", "indsat",
    ),
    "direction": (
        "debitcredit", "creditdebit", "drcr", "crdr", "dc", "sollhaben", "sh", "afbij", "débitcrédit", "sens",
        "cargoabono", "debehaber", "débitocrédito", "direction", "type", "art", "tipo", "soort",
    ),
    "currency": (
        "currency", "währung", "waehrung", "devise", "monnaie", "moneda", "divisa", "valuta", "munt", "ccy", "cur",
        "moeda",
    ),
    "cardholder": (
        "cardholder", "cardmember", "karteninhaber", "titulairedelacarte", "titulaire", "porteur",
        "titulardelatarjeta", "titular", "kaarthouder", "holder", "inhaber", "employee", "mitarbeiter", "salarié",
        "collaborateur", "empleado", "medewerker", "werknemer", "spender", "nameoncard", "user", "portador",
        "colaborador", "funcionário", "funcionario",
        "kortinnehavare", "kortinnehaver", "kortholder", "kortindehaver", "anställd", "ansatt", "medarbejder",
    ),
    "card": (
        "last4", "lastfour", "cardnumber", "kartennummer", "numérodecarte", "numerodecarte", "númerodetarjeta",
        "kaartnummer", "card", "karte", "carte", "tarjeta", "kaart", "pan", "cartão", "cartao",
        "kortnummer", "kort",
    ),
    "mcc": ("mcc", "merchantcategorycode", "categorycode"),
    "event_id": (
        "transactionid", "transid", "eventid", "recordid", "transaktionsnummer", "belegnummer", "numérodetransaction",
        "transactienummer", "referencenumber", "reference", "referenz", "référence", "referencia", "referentie",
        "referência",
    ),
    "observed_at": (
        "timestamp", "zeitstempel", "horodatage", "tijdstempel", "eventtime", "logintime", "signintime", "visitedat",
        "occurredat", "createddatetime",
        "anmeldezeit", "zeitpunkt", "tijdstip", "datetime", "dateheure", "fechahora", "fechayhora",
        "datumtijd", "datumuhrzeit", "dataehora", "datahora", "carimbodedatahora", "quando", "when", "wann", "time",
        "zeit", "heure", "hora", "tijd", "date", "datum", "fecha",
    ),
    "account_name": (
        "userprincipalname", "upn", "emailaddress", "email", "emailadresse", "mailadresse", "adressemail",
        "adresseélectronique", "courriel", "correoelectrónico", "correo", "emailadres", "username", "benutzername",
        "nomdutilisateur", "identifiant", "nombredeusuario", "gebruikersnaam", "login", "user", "benutzer",
        "utilisateur", "usuario", "gebruiker", "member", "mitglied", "membre", "miembro", "endereçodeemail",
        "utilizador", "usuário", "membro", "conta", "actor", "account", "konto", "compte", "cuenta", "mail", "who",
        "wer",
        "epost", "epostadress", "epostadresse", "användarnamn", "brukernavn", "brugernavn",
    ),
    "mention": (
        "application", "applicationname", "appdisplayname",
        "appname", "anwendung", "aplicación", "aplicacion", "applicatie",
        "toepassing", "clientname", "relyingparty", "aplicativo", "aplicação", "serviço", "software", "logiciel",
        "programma", "service", "dienst", "servicio", "resource", "product", "produkt", "produit", "producto", "saas",
        "tool", "app", "system", "système", "sistema", "systeem",
    ),
    "domain": (
        "domain", "domäne", "domaine", "dominio", "domein", "fqdn", "hostname", "host", "queryname", "query",
        "website", "site", "url", "adresse", "destination", "ziel", "sitio", "domínio",
    ),
    "result": (
        "result", "ergebnis", "résultat", "resultado", "resultaat", "outcome", "success", "status", "statut", "estado",
    ),
    "status": (
        "employmentstatus", "accountstatus", "status", "statut", "estado", "état", "etat", "zustand", "state",
        "active", "aktiv", "actif", "activo", "actief", "enabled", "situação", "situacao", "ativo",
    ),
    "role": (
        "role", "rolle", "rôle", "rol", "permission", "berechtigung", "droits", "permiso", "recht", "accesslevel",
        "license", "lizenz", "licence", "licencia", "licentie", "função", "funcao", "papel", "permissão", "licença",
    ),
    "last_active_at": (
        "lastactive", "lastactivity", "lastlogin", "lastlogon", "lastsignin", "lastseen", "lastaccess", "lastused",
        "letzteanmeldung", "letzteaktivität", "letzterlogin", "zuletzt", "dernièreconnexion", "derniereconnexion",
        "dernièreactivité", "dernieraccès", "últimoacceso", "ultimoacceso", "últimaconexión", "últimaactividad",
        "últimologin", "últimaatividade", "últimaentrada", "laatsteaanmelding", "laatsteactiviteit", "laatstelogin",
        "laatst", "last",
    ),
    "display_name": (
        "displayname", "fullname", "vollständigername", "anzeigename", "nomcomplet", "nometprénom", "nombrecompleto",
        "volledigenaam", "name", "nom", "nombre", "naam", "nomecompleto", "nome",
        "namn", "navn", "fullständigtnamn", "fuldenavn", "fulltnavn",
    ),
    "first_name": (
        "firstname", "givenname", "forename", "vorname", "rufname", "prénom", "prenom", "nombredepila", "primernombre",
        "voornaam", "primeironome", "nomepróprio", "first", "given",
        "förnamn", "fornavn",
    ),
    "last_name": (
        "lastname", "surname", "familyname", "nachname", "familienname", "zuname", "nomdefamille", "apellidos",
        "apellido", "achternaam", "sobrenome", "apelido", "últimonome", "family", "last", "nom",
        "efternamn", "etternavn", "efternavn",
    ),
    "hired_on": (
        "hiredate", "hiredon", "startdate", "joined", "joiningdate", "eintrittsdatum", "eintritt", "datedembauche",
        "dateembauche", "datedentrée", "dateentrée", "fechadeingreso", "fechaingreso", "fechadealta", "fechaalta",
        "datumindienst", "indienst", "begindatum", "datadeadmissão", "dataadmissão", "admissão", "start",
        "anställningsdatum", "ansettelsesdato", "ansættelsesdato", "startdatum", "startdato",
    ),
    "left_on": (
        "terminationdate", "termination", "dismissaldate",
        "leavingdate", "leavedate", "lastdayofwork", "lastday", "exitdate",
        "enddate", "austrittsdatum", "austritt", "datedesortie", "datesortie", "datededépart", "fechadebaja",
        "fechabaja", "fechadesalida", "datumuitdienst", "uitdienst", "einddatum", "datadedesligamento",
        "desligamento", "datadesaída", "demissão", "leaving", "exit", "end",
    ),
    "employee_id": (
        "ansattnummer", "anställningsnummer", "medarbejdernummer",
        "employeeid", "employeenumber", "employeeno", "staffid", "workerid", "personnelnumber", "personalnummer",
        "personalnr", "persnr", "mitarbeiternummer", "matricule", "numérodesalarié", "númerodeempleado",
        "numeroempleado", "personeelsnummer", "medewerkernummer", "empno", "matrícula", "númerodofuncionário",
    ),
    "department": (
        "department", "abteilung", "département", "departement", "departamento", "afdeling", "orgunit", "costcenter",
        "costcentre", "kostenstelle", "team", "dept", "service", "setor", "área",
    ),
    "manager_email": (
        "manager", "supervisor", "vorgesetzter", "vorgesetzte", "führungskraft", "responsable", "jefe",
        "leidinggevende", "gestor", "gerente",
    ),
}  # fmt: skip


OTHER: Mapping[str, str] = {
    "merchant": r"categor|kategorie|catégorie|categorie|code|typ|city|stadt|ville|ciudad|country|land|pays|país|"
    r"zip|state|number|nummer|numéro|número|iban|bic|konto|compte|cuenta|rekening|account|card|file|user|first|last",
    "amount": r"original|foreign|fremd|origine|tax|vat|mwst|ust|tva|iva|btw|balance|saldo|solde|fee|gebühr|frais|rate|"
    r"kurs|running|limit|count",
    "currency": r"original|foreign|fremd|origine|local",
    "account_name": r"id$|agent|type",
    "mention": r"id$|version|account|user",
    "domain": r"referr?er",
    "display_name": r"client|app|company|firma|société|empresa|bedrijf|manager|group|team|user|domain|"
    r"^\W*(first|given|fore|last|sur|family|middle|maiden|nick)[\W_]*name|vorname|rufname|nachname|familienname|zuname|geburtsname|"
    r"^\W*pr[ée]nom|nom de |nombre de pila|primer nombre|apellido|voornaam|achternaam|primeiro|sobrenome|apelido",
    "first_name": r"login|log-?in|seen|active|access|company|firma|manager|supervisor|contact|day|date|used|nom et",
    "last_name": r"login|log-?in|seen|active|access|company|firma|manager|supervisor|contact|day|date|used|activity|"
    r"sign|app|anwend|domain|group|team|nom et|complet|utilisateur|prénom|prenom",
    "status": r"license|lizenz|country|billing|mfa|2fa",
}
"""Words in a header that say that the column is not this target, whatever else it says."""


def rank(header: str, target: str) -> int | None:
    """Return how well a header names a target, the smaller the better; None = it does not.

    The order of the words goes first, then whether the header is the word or only holds it.
    """
    if target in OTHER and re.search(OTHER[target], header.casefold()):
        return None
    name = fold(header)
    parts = {fold(part) for part in re.split(r"[^\w]+|_|(?<=[a-zß-ÿ])(?=[A-Z])", header)}
    for place, word in enumerate(WORDS[target]):
        folded = fold(word)
        if name == folded:
            return 3 * place
        if folded in parts or (len(folded) >= SHORT and folded in name):
            return 3 * place + 1
        if 3 <= len(folded) < SHORT and name.endswith(folded):
            return 3 * place + 2
    return None
