"""What an app's answer means, as a sentence for a person who has never seen a status code."""

from __future__ import annotations

from collections.abc import Iterable

from discovery.connectors.connector import Outcome
from discovery.connectors.secret import Secret, SecretMissing

_LONGEST = 160


def failed(
    app: str, status: int, *, said: str = "", needs: str = "", wait: float | None = None, doing: str = ""
) -> Outcome:
    """Return the outcome of an act or a look that an app did not carry out.

    said: the app's own word for it. needs: scope and plan that the act needs. wait: seconds it asks to be left alone.
    """
    what = f" ({doing})" if doing else ""
    own = f' It says: "{said}".' if said else ""
    sentence, is_retryable = _sentence(app, status, needs, wait)
    return Outcome("failed", f"{sentence}{what}{own}", status, is_retryable=is_retryable)


def _sentence(app: str, status: int, needs: str, wait: float | None) -> tuple[str, bool]:
    need = f" Needed: {needs}." if needs else ""
    if 300 <= status < 400:
        return (
            f"{app} sends us elsewhere ({status}); redirects are not followed. Is its address in the settings right?",
            False,
        )
    known = {
        400: f"{app} did not understand the request (400).",
        401: f"{app} does not accept our token (401): it has ended, was revoked, or belongs to another workspace.",
        402: f"{app} wants a paid plan for this (402).{need}",
        403: f"{app} does not let our token do this (403).{need}",
        404: f"{app} does not know this address or account (404).{need}",
        405: f"{app} does not offer this (405).{need}",
        409: f"{app} refuses because the account is in a state that forbids it (409).",
        410: f"{app} has taken this interface away (410).",
        412: f"{app} says that the account was changed meanwhile (412).",
        413: f"{app} takes no request of this size (413).",
        422: f"{app} understood the request and refuses it (422).",
        423: f"{app} has locked the account (423).",
        501: f"{app} does not offer this (501).{need}",
    }
    if status in known:
        return known[status], status == 412
    if status == 429:
        asks = f" and asks to be left alone for {wait:.0f} seconds" if wait else ""
        return f"{app} is being asked too often (429){asks}; the next run tries again.", True
    if status in (408, 425) or status >= 500:
        asks = f" and asks to be left alone for {wait:.0f} seconds" if wait else ""
        return f"{app} has trouble of its own ({status}){asks}; the next run tries again.", True
    return f"{app} answered {status}, which nobody expected here.", False


def quoted(text: object, secrets: Iterable[Secret] = ()) -> str:
    """Return what an app says in a form that may be shown: one short line, without secrets it may have repeated."""
    shown = str(text) if isinstance(text, str | int | float) and not isinstance(text, bool) else ""
    for secret in secrets:
        try:
            shown = shown.replace(secret.reveal(is_text=True), "***")
        except SecretMissing:
            continue
    shown = " ".join("".join(c if c.isprintable() else " " for c in shown).split()).replace('"', "'")
    return shown[: _LONGEST - 1] + "…" if len(shown) > _LONGEST else shown
