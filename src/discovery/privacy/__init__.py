"""Privacy: forgetting a person, and exports that name nobody."""

from __future__ import annotations

from discovery.privacy.forget import Forgotten, forget
from discovery.privacy.pseudonymise import pseudonymise

__all__ = ["Forgotten", "forget", "pseudonymise"]
