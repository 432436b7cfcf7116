"""The company's discovery.toml and catalog.csv."""

import duckdb

from . import company
from .exports_browser import is_day_first
from .options import ACQUIRED_DOMAIN, DOMAIN, OKTA_ORG, Options

APPROVED = (
    "Microsoft 365",
    "Microsoft Azure",
    "Slack",
    "Zoom",
    "Salesforce",
    "Atlassian",
    "GitHub",
    "1Password",
    "Figma",
    "Nordwind Calibration Portal",
)
BLOCKED = ("Dropbox", "WeTransfer")

CATALOG = """app_id,name,domain,aliases,category,approval,owner_email
,Microsoft 365,microsoft.com,Office 365;M365,productivity,approved,{it}
,Microsoft Azure,azure.com,Azure Portal,infrastructure,approved,{it}
,Slack,slack.com,,communication,approved,{it}
,Zoom,zoom.us,Zoom Meetings,communication,approved,{it}
,Salesforce,salesforce.com,Salesforce.com;Sales Cloud,sales,approved,{sales}
,Atlassian,atlassian.com,Atlassian Cloud;Jira;Confluence,development,approved,{engineering}
,GitHub,github.com,GitHub Enterprise Cloud – Enterprise Account,development,approved,{engineering}
,1Password,1password.com,,security,approved,{it}
,Figma,figma.com,,design,approved,{engineering}
,Dropbox,dropbox.com,,storage,blocked,{it}
,WeTransfer,wetransfer.com,,storage,blocked,{it}
nordwind-calibration-portal,Nordwind Calibration Portal,calibration.nordwind.example,\
Calibration Portal;NCP,in-house,approved,{engineering}
"""

SETTINGS = """# Settings of the sample company. Made by generate.py.
inbox = "inbox"
domains = ["{domain}", "{acquired}"]
timezone = "Europe/London"
catalog = "catalog.csv"

[people]
source_of_truth = "hr"

[[source]]
files = "okta/*"
instance = "{okta}"

[[source]]
files = "hr/*"
snapshot_on = {end}
date_order = "dmy"

[[source]]
files = "entra/directory/*"
snapshot_on = {end}

[[source]]
files = "entra/provisioning/*"
snapshot_on = {end}

[[source]]
files = "app lists/*"
snapshot_on = {end}

[[source]]
files = "misc/september.zip*"
snapshot_on = {end}
currency = "GBP"
date_order = "mdy"

[[source]]
files = "cards/ramp/*"
currency = "GBP"
date_order = "mdy"

[[source]]
files = "old downloads/*"
currency = "GBP"
date_order = "mdy"

[[source]]
files = "cards/amex/*"
currency = "GBP"
date_order = "dmy"

[[source]]
files = "expenses/expensify/*"
currency = "GBP"
{day_first}
[[mapping]]
name = "Purchase card"
kind = "charge"
date_order = "dmy"
decimal = "."

[mapping.columns]
charged_on = "TRANS DATE"
merchant = "MERCHANT NAME"
amount = "BILLING GROSS AMT"
currency = "BILLING CUR CODE"
cardholder = "CARDHOLDER"
card = "CARD NUMBER"

# Card holders whom a unique name does not tell: two people of one name (by the card's last four digits),
# a former name, a shortened name.
[cardholders]
{cardholders}
"""


def write_settings(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """discovery.toml and catalog.csv beside the inbox."""
    options.output.mkdir(parents=True, exist_ok=True)
    leads = dict(
        connection.execute(
            "SELECT department, email FROM person WHERE person_no = lead_no AND block = 0"
        ).fetchall()
    )
    chief = leads["Executive"]
    owners = {
        name: leads.get(department, chief)
        for name, department in (("it", "IT"), ("sales", "Sales"), ("engineering", "Engineering"))
    }
    (options.output / "catalog.csv").write_text(CATALOG.format(**owners), encoding="utf-8", newline="")
    content = SETTINGS.format(
        domain=DOMAIN,
        acquired=ACQUIRED_DOMAIN,
        okta=OKTA_ORG,
        end=options.end,
        day_first=_day_first_hints(connection),
        cardholders=_cardholders(connection),
    )
    (options.output / "discovery.toml").write_text(content, encoding="utf-8", newline="")


def _day_first_hints(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a date order for every browser history whose dates are day first."""
    people = connection.execute("SELECT email FROM person WHERE has_browser ORDER BY person_no").fetchall()
    hints = [
        f'\n[[source]]\nfiles = "browser/*{email}*"\ndate_order = "dmy"\n'
        for number, (email,) in enumerate(people)
        if is_day_first(number)
    ]
    return "".join(hints)


def _cardholders(connection: duckdb.DuckDBPyConnection) -> str:
    """Lines of the [cardholders] table."""
    rows = connection.execute(f"""
        SELECT CASE slot WHEN {company.SAME_NAME[0]} THEN lpad((1000 + person_no)::VARCHAR, 4, '0')
            WHEN {company.SAME_NAME[1]} THEN lpad((6164 + person_no)::VARCHAR, 4, '0')
            WHEN {company.RENAMED[0]} THEN upper(first_name || ' ' || birth_name)
            ELSE first_name[1] || '. ' || last_name END, email
        FROM person WHERE block = 0 AND slot IN ({company.SAME_NAME[0]}, {company.SAME_NAME[1]},
            {company.RENAMED[0]}, {company.NICKNAME_ON_CARD}) ORDER BY slot
    """).fetchall()
    # Leavers whose card goes on paying and whose first and last word of the name somebody else has too.
    same = "mail_part(first_name) || ' ' || mail_part(regexp_extract(last_name, '[^-]+$'))"
    rows += connection.execute(f"""
        SELECT lpad((2000 + person_no % 7000)::VARCHAR, 4, '0'), email FROM person
        WHERE slot = {company.CHARGED_AFTER_LEAVING}
            AND {same} IN (SELECT {same} FROM person GROUP BY ALL HAVING count(*) > 1)
        ORDER BY person_no
    """).fetchall()
    return "\n".join(f'"{key}" = "{email}"' for key, email in rows)
