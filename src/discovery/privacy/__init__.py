"""Privacy: forgetting a person, and copies that name nobody, or nobody but those who are asked for."""

from __future__ import annotations

from discovery.privacy.forget import Forgotten, forget
from discovery.privacy.minimise import minimise
from discovery.privacy.pseudonymise import pseudonymise

__all__ = ["Forgotten", "forget", "minimise", "pseudonymise"]
