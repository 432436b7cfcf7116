"""Adobe Admin Console: users (Users, Export users list to CSV: users.csv).

Presence means an account; there is no state and no last use. Product Configurations is a list in one cell; an empty
one means that the person holds no licence, and still has the account. Username may be only the part before the @,
then Domain completes it; Email comes first. Admin Roles tells administrators of the organisation (product and group
administrators are `Product Configurations Administered`, which does not count).

Nothing is ignored. The header was read in two public servers that emit it, without their addresses.
"""

from __future__ import annotations

from discovery.sources.account_list import app_accounts, full_name
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="adobe_users",
    system="adobe",
    kind="app_account",
    title="Adobe Admin Console users (CSV)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=("Identity Type", "Username", "Email", ("Product Configurations", "Admin Roles")),
            columns={
                "user_id": "ID", "username": "Username", "domain": "Domain", "email": "Email",
                "first_name": "First Name", "last_name": "Last Name", "role": "Admin Roles",
            },
            select=app_accounts(
                "adobe.com", "Adobe", key="user_id",
                login="""coalesce(email_of(email), email_of(username), blank_null(username) || '@'
                    || blank_null(domain), blank_null(username))""",
                name=full_name("first_name", "last_name"), status="'active'", role="role",
                admin="regexp_matches(lower(coalesce(role, '')), '(system|org|sys).*admin|^admin')",
            ),
            numbered=True,
        ),
    ),
    how_to_get="adminconsole.adobe.com: Users, Export users list to CSV",
    proven_by=None,
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="csv",
            text="""\
Identity Type,Username,Domain,Email,First Name,Last Name,Country Code,ID,Product Configurations,Admin Roles,\
Product Configurations Administered,User Groups,User Groups Administered,Products Administered,Developer Access
Federated ID,ada@example.com,example.com,Ada@example.com,Ada,Byron,GB,1@AdobeID,"All Apps, Acrobat",\
System administrator,,,,,
Federated ID,blaise,example.com,,Blaise,Pascal,FR,2@AdobeID,,,,,,,
""",
            records={
                "app_account": (
                    {"account_key": "1@AdobeID", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "adobe.com", "status": "active"},
                    {"account_key": "2@AdobeID", "account_name": "blaise@example.com", "is_admin": False},
                )
            },
        ),
        Example(
            shape="csv",
            # Without ID; nobody.
            text="""\
Identity Type,Username,Domain,Email,First Name,Last Name,Country Code,Product Configurations,Admin Roles
Business ID,,,,No,Body,,,
Adobe ID,,,jean@example.com,Jean,,FR,Acrobat,PRODUCT_ADMIN
""",
            records={"app_account": ({"account_key": "jean@example.com", "is_admin": False},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
