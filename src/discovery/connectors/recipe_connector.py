"""One engine for all recipes: looks up with exactly one match, acts on that one, and looks again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from discovery.connectors.answer import quoted
from discovery.connectors.connector import Found, Outcome, OutcomeUnknown, Target
from discovery.connectors.identity import at, in_words, is_same
from discovery.connectors.recipe import IDENTIFIERS, Action, Each, Lookup, Recipe
from discovery.connectors.recipe_http import Answer, RecipeHttp, Refused
from discovery.connectors.recipe_part import Request, Verify
from discovery.connectors.secret import SecretMissing
from discovery.connectors.template import Unsafe
from discovery.connectors.transport import GuardedTransport, NoAnswer, NotSent
from discovery.settings import ConnectorSettings

ROUNDS = 20
"""Pages of a list that are gone through, each entry once."""
POLLS = 30


class RecipeConnector:
    """One app by its recipe. Raises BadSettings where settings are missing, unknown or lead to another host."""

    def __init__(
        self, recipe: Recipe, settings: ConnectorSettings, *, transport: GuardedTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.recipe, self._instance, self._sleep = recipe, settings.instance, sleep
        self._app = RecipeHttp(recipe, settings, transport)

    @property
    def actions(self) -> tuple[str, ...]:
        """What the recipe has and is confirmed."""
        return self.recipe.confirmed if self.recipe.is_usable else ()

    @property
    def irreversible(self) -> frozenset[str]:
        """What the recipe says cannot be taken back."""
        return frozenset(name for name, action in self.recipe.actions.items() if action.is_irreversible)

    def find(self, target: Target) -> Found:
        """Look the account up by every kind of name that the recipe knows, strongest first."""
        try:
            return self._find(target)
        except Refused as error:
            return Found("unknown", detail=error.outcome.detail)
        except (NotSent, NoAnswer, SecretMissing, Unsafe) as error:
            return Found("unknown", detail=f"{error}.")

    def act(self, action: str, target: Target) -> Outcome:
        """Do one action of the recipe, after a look-up."""
        recipe = self.recipe.actions.get(action)
        if recipe is None or action not in self.actions:
            why = "is not confirmed in public documentation" if recipe else "is none of its recipe's actions"
            return Outcome("failed", f"{self.recipe.name}: {action} {why}; nothing was sent.")
        if self._instance and target.instance and target.instance != self._instance:
            return Outcome(
                "failed", f"The account lies in {target.instance}; what is configured is {self._instance}."
            )
        try:
            found = self._find(target)
            if found.presence == "none":
                return Outcome("already_absent", found.detail)
            if found.presence != "one":
                return Outcome("failed", found.detail)
            if action == "deactivate" and found.is_active is False:
                return Outcome("already_absent", f"{found.detail} was inactive already.")
            return self._do(recipe, target, found)
        except Refused as error:
            return error.outcome
        except (NotSent, SecretMissing) as error:
            return Outcome("failed", f"{error}.", is_retryable=getattr(error, "is_retryable", True))
        except Unsafe as error:
            return Outcome("failed", f"{error}.")
        except NoAnswer as error:  # of a look: nothing was done
            return Outcome("failed", f"{error}.", is_retryable=True)

    def verify(self, action: str, target: Target) -> Outcome:
        """Look again in the way that the recipe says."""
        recipe = self.recipe.actions.get(action)
        if recipe is None:
            return Outcome("unverifiable", f"{self.recipe.name} has no recipe for {action}.")
        if recipe.verify.never:
            return Outcome("unverifiable", recipe.verify.never)
        found = self.find(target)
        if found.presence == "none":
            return Outcome("verified", f"Read back: {found.detail}")
        if found.presence != "one":
            return Outcome("unverifiable", found.detail, is_retryable=found.presence == "unknown")
        try:
            return self._look(recipe.verify, target, found)
        except Refused as error:
            return Outcome("unverifiable", error.outcome.detail, error.outcome.status, is_retryable=True)
        except (NotSent, NoAnswer, SecretMissing, Unsafe) as error:
            return Outcome("unverifiable", f"{error}.", is_retryable=True)

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _find(self, target: Target) -> Found:
        known = target.identifiers
        for lookup in self.recipe.lookups:
            wanted = known.get(lookup.by)
            if not wanted or not lookup.source.is_confirmed:
                continue
            answer = self._app.ask(lookup.request, {**self._app.values, lookup.by: wanted})
            if self._app.is_told(answer, lookup.none):
                continue
            self._app.check(answer, lookup.request, "a scope that may read users")
            found = self._one(lookup, wanted, answer, known)
            if found is not None:
                return found
        return Found("none", detail=f"{self.recipe.name} knows nobody called {in_words(known, IDENTIFIERS)}.")

    def _one(self, lookup: Lookup, wanted: str, answer: Answer, known: Mapping[str, str]) -> Found | None:
        """Return what one answer shows, None where it shows nobody."""
        name = self.recipe.name
        hits = self._app.items(answer.body, lookup.items)
        if hits is None:
            return Found("unknown", detail=f"{name} answered with what its documentation does not say.")
        named = [hit for hit in hits if any(is_same(wanted, at(hit, pointer)) for pointer in lookup.match)]
        if lookup.is_search:
            hits = named
        if not hits:
            if lookup.is_search and lookup.more is not None and at(answer.body, lookup.more):
                return Found("unknown", detail=f"{name} has more hits for {wanted} than one page shows.")
            return None
        if len(hits) > 1:
            return Found(
                "many",
                detail=f"{name} answered with {len(hits)} accounts when asked for {wanted}: none is touched.",
            )
        if not named:
            return Found(
                "unknown",
                detail=f"Asked for {wanted}, {name} answered with somebody else: nothing is touched.",
            )
        (hit,) = hits
        mail = at(hit, lookup.mail) if lookup.mail is not None else None
        names = [known[kind] for kind in ("email", "user_name") if kind in known]
        if lookup.by == "account_key" and mail and names and not any(is_same(mail, one) for one in names):
            return Found(
                "unknown",
                detail=f"The account {wanted} of {name} belongs to {quoted(mail)} now: nothing is touched.",
            )
        key = at(hit, lookup.key)
        if not isinstance(key, str | int) or isinstance(key, bool) or not str(key):
            return Found("unknown", detail=f"{name} answered with an account that has no id.")
        fields = {field: str(at(hit, pointer) or "") for field, pointer in lookup.fields.items()}
        is_active = None
        if lookup.active is not None:
            said = at(hit, lookup.active[0])
            is_active = None if said is None else said in lookup.active[1]
        return Found("one", str(key), is_active, quoted(mail or wanted), fields)

    def _look(self, verify: Verify, target: Target, found: Found) -> Outcome:
        name = self.recipe.name
        if verify.account == "absent":
            return Outcome("failed", f"Read back: the account is still in {name}.")
        if verify.account == "inactive":
            if found.is_active is None:
                return Outcome("unverifiable", f"{name} does not tell whether the account is active.")
            state, word = ("failed", "still active") if found.is_active else ("verified", "inactive")
            return Outcome(state, f"Read back: the account is {word}.")  # type: ignore[arg-type]
        assert verify.request is not None
        answer = self._app.ask(verify.request, self._context(target, found))
        if self._app.is_told(answer, verify.gone):
            return Outcome("verified", f"Read back: {name} has none left.")
        self._app.check(answer, verify.request, "a scope that may read this")
        if verify.equals is not None:
            said = at(answer.body, verify.pointer)
            if said == verify.equals:
                return Outcome("verified", f"Read back: {name} says {quoted(said) or said}.")
            return Outcome("failed", f"Read back: {name} says {quoted(said) or said}.")
        rest = self._app.items(answer.body, verify.pointer)
        if rest is None:
            return Outcome(
                "unverifiable",
                f"{name} answered with what its documentation does not say.",
                is_retryable=True,
            )
        if verify.where is not None:
            pointer, field = verify.where
            rest = [one for one in rest if is_same(at(one, pointer), self._context(target, found).get(field))]
        if rest:
            return Outcome("failed", f"Read back: {len(rest)} are left.")
        return Outcome("verified", f"Read back: {name} has none left.")

    # ── acting ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _do(self, action: Action, target: Target, found: Found) -> Outcome:
        context = self._context(target, found)
        items: Iterator[str | None] = self._entries(action.each, context) if action.each else iter([None])
        count = 0
        for item in items:
            for request in action.requests:
                done = self._send(action, request, {**context, **({"item": item} if item else {})}, target)
                if done is not None:
                    if item is None:
                        return done
                    continue  # this entry went meanwhile
            count += 1
        if action.each and not count:
            return Outcome("already_absent", f"{self.recipe.name} has nothing to end here.")
        what = f" ({count})" if action.each else ""
        return Outcome("accepted", f"{self.recipe.name} took it{what}: {action.name}. {action.note}".strip())

    def _send(
        self, action: Action, request: Request, context: Mapping[str, str], target: Target
    ) -> Outcome | None:
        """Send one request of an action; returns an outcome where it turns out that there is nothing to do."""
        try:
            answer = self._app.ask(request, context)
        except NoAnswer as error:
            seen = self.verify(action.name, target)
            if seen.state != "verified":
                raise OutcomeUnknown(f"{error}; looked at afterwards: {seen.detail}") from error
            return Outcome("accepted", f"{error}; looked at afterwards it had arrived.")
        if self._app.is_told(answer, action.already):
            return Outcome(
                "already_absent", f"{self.recipe.name} says that it was so already.", answer.status
            )
        self._app.check(answer, request, action.needs)
        if action.job:
            self._await(action, answer, context)
        return None

    def _await(self, action: Action, answer: Answer, context: Mapping[str, str]) -> None:
        """Wait for an act that the app does later, for a while."""
        job = at(answer.body, action.job["id"])
        if job is None:
            return
        request = Request(action.job["method"], action.job["url"], action.job.get("json"))
        for _ in range(POLLS):
            answer = self._app.ask(request, {**context, "item": str(job)})
            self._app.check(answer, request, action.needs)
            said = at(answer.body, action.job["state"])
            if said == action.job["done"]:
                return
            if said not in action.job["pending"]:
                raise Refused(
                    Outcome("failed", f"{self.recipe.name} could not carry it out: {quoted(said)}.")
                )
            self._sleep(1)
        raise Refused(Outcome("failed", f"{self.recipe.name} has not finished it yet.", is_retryable=True))

    def _entries(self, each: Each, context: Mapping[str, str]) -> Iterator[str]:
        """Yield the entries of a list, page after page as they go; none twice."""
        seen: set[str] = set()
        for _ in range(ROUNDS):
            answer = self._app.ask(each.request, context)
            self._app.check(answer, each.request, "a scope that may read this")
            rows = self._app.items(answer.body, each.items)
            if rows is None:
                raise Refused(
                    Outcome(
                        "failed", f"{self.recipe.name} answered with what its documentation does not say."
                    )
                )
            if each.where is not None:
                pointer, field = each.where
                rows = [row for row in rows if is_same(at(row, pointer), context.get(field))]
            fresh = [str(at(row, each.id)) for row in rows if at(row, each.id) is not None]
            fresh = [item for item in dict.fromkeys(fresh) if item not in seen]
            if not fresh:
                return
            seen.update(fresh)
            yield from fresh

    def _context(self, target: Target, found: Found) -> dict[str, str]:
        known = {kind: target.identifiers.get(kind, "") for kind in IDENTIFIERS}
        return {**self._app.values, **known, **found.attributes, "key": found.account_key or ""}
