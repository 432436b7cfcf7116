"""Who runs the program, as an identity provider says it: `[operator]`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from discovery.errors import BadSettings
from discovery.settings.reader import Reader


@dataclass(frozen=True)
class OperatorSettings:
    """Whose ID tokens are believed: `issuer` (an OpenID provider), `audience` (our client); `claim` is the name."""

    issuer: str
    audience: str
    claim: str = "email"


def operator_of(reader: Reader) -> OperatorSettings | None:
    """Return whose word counts for who runs the program, None: the operating system's. Raises BadSettings."""
    block = reader.section("operator", {f.name for f in dataclasses.fields(OperatorSettings)})
    if not block:
        return None
    audience = reader.text(block, "audience", "")
    if not audience:
        raise BadSettings(
            f"{reader.where}: [operator] has no `audience`: the client id whose ID tokens are accepted"
        )
    return OperatorSettings(
        reader.address(block, "issuer").rstrip("/"),
        audience,
        reader.text(block, "claim", OperatorSettings.claim),
    )
