"""Secrets: named in the settings, read from the environment or the keyring when they are sent, and never shown."""

from __future__ import annotations

import os
import re

from discovery.errors import BadSettings

REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|keyring:[^/\s]+/\S+")
_SENDABLE = re.compile(r"[\x21-\x7e]+")


class SecretMissing(Exception):
    """A secret cannot be had; nothing was sent. The message names where it should be, never what it is."""


class Secret:
    """One secret by its reference: `env:NAME` or `keyring:SERVICE/NAME`.

    Raises BadSettings for anything else, above all for a secret that stands in the settings themselves.
    """

    def __init__(self, reference: str, where: str) -> None:
        if not REFERENCE.fullmatch(reference):
            # What was given may be the secret itself: it is not repeated.
            raise BadSettings(
                f'{where}: expected "env:NAME" (a variable of the environment) or "keyring:SERVICE/NAME"; '
                "a secret itself does not belong into the settings"
            )
        self.reference = reference

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    def reveal(self, *, is_text: bool = False) -> str:
        """Return the secret. Raises SecretMissing if there is none, or one that no header can hold.

        `is_text`: it is a document of several lines, such as a service account's key.
        """
        kind, _, name = self.reference.partition(":")
        value = (os.environ.get(name) if kind == "env" else _from_keyring(name)) or ""
        value = value.strip()
        if not value:
            raise SecretMissing(
                f"{self.reference} is empty or not set: the secret for this app has to stand there"
            )
        if not is_text and not _SENDABLE.fullmatch(value):
            raise SecretMissing(
                f"{self.reference} holds blanks or characters that cannot be sent in a header"
            )
        return value


def _from_keyring(name: str) -> str | None:
    import keyring  # only where a keyring is used: looking for its backends takes time
    from keyring.errors import KeyringError

    service, _, user = name.partition("/")
    try:
        return keyring.get_password(service, user)
    except KeyringError as error:
        raise SecretMissing(f"keyring:{name} cannot be read: {type(error).__name__}") from error
