"""Lists as Graph pages them: `value`, `@odata.nextLink`, filters by time, `$select` and `$top`.

learn.microsoft.com/graph/paging and graph/query-parameters, read 2026-11-25. A page is made of texts, so that a
million records cost no more than writing them.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

FOREIGN = "https://graph.attacker.invalid"
_TIME = re.compile(r"(createdDateTime|activityDateTime) (ge|gt|le|lt) ([0-9TZ:.+-]+)")
_EQUAL = re.compile(r"(\w+) eq '((?:[^']|'')*)'")
_KIND = re.compile(r"signInEventTypes/any\(\s*\w+\s*:\s*\w+ eq '(\w+)'\s*\)")


class Listings:
    """Lists that were begun: a next page is of the list as it was at the first."""

    def __init__(self) -> None:
        self.begun: list[tuple[Sequence[Any], dict[str, str]] | None] = []

    def begin(self, records: Sequence[Any], last: dict[str, str]) -> int:
        """Keep a list, and what its last page says, and return the number that its links carry."""
        self.begun.append((records, last))
        return len(self.begun) - 1

    def forget(self) -> None:
        """Forget all lists that were begun: their links are no good any more."""
        self.begun = [None] * len(self.begun)


def bounds(text: str) -> list[tuple[str, str]]:
    """Return the comparisons of a $filter with an instant: (ge, 2026-09-01T00:00:00Z)."""
    return [(op, at) for _, op, at in _TIME.findall(text)]


def time_filter(text: str) -> Callable[[str], bool]:
    """Return whether an instant is within what a $filter says of createdDateTime or activityDateTime."""
    wanted = bounds(text)
    compare = {"ge": str.__ge__, "gt": str.__gt__, "le": str.__le__, "lt": str.__lt__}
    return lambda at: all(compare[op](at, bound) for op, bound in wanted)


def kinds_filter(text: str) -> str | None:
    """Return the kind of sign-in that a $filter asks for."""
    found = _KIND.search(text)
    return found[1] if found else None


def equal_filter(request: Request) -> Callable[[dict[str, Any]], bool]:
    """Return whether a record is what a $filter asks for: `mail eq 'a' or userPrincipalName eq 'a'`, in any case."""
    said = _EQUAL.findall(request.query_params.get("$filter", ""))
    wanted = [(name, text.replace("''", "'").lower()) for name, text in said]
    return lambda record: (
        not wanted or any(str(record.get(name) or "").lower() == text for name, text in wanted)
    )


def page(request: Request, listings: Listings, make: Callable[[], Sequence[Any]], *, most: int, usual: int,
         largest: int, last: dict[str, str] | None = None, select: bool = True) -> Response:  # fmt: skip
    """Answer with a page of a list: the first of the one that `make` makes, or the one that `$skiptoken` says.

    most: records on a page that may be asked for; usual: where the request asks for no number; largest: more are not
    sent whatever is asked. last: what the last page carries beside the records (a deltaLink).
    """
    asked = int(request.query_params.get("$top", usual))
    if not 0 < asked <= most:
        return refusal(400, "Request_UnsupportedQuery", f"Invalid page size specified: '{asked}'.")
    token = request.query_params.get("$skiptoken")
    if token:
        number, offset = (int(part) for part in token.split("-")[:2])
    else:
        number, offset = listings.begin(make(), last or {}), 0
    kept = listings.begun[number]
    if kept is None:
        return refusal(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer "
                       "be included in your request.")  # fmt: skip
    records, last = kept
    size = min(asked, largest)
    fault = getattr(request.state, "fault", None)
    kind = fault.kind if fault else None
    stop = min(offset + size, len(records))
    begin = offset
    if kind == "empty_page":
        stop = begin
    elif kind == "short_page":
        stop = min(begin + max(size // 3, 1), len(records))
    elif kind == "repeated_records":
        begin = max(begin - 1, 0)
    wanted = request.query_params.get("$select") if select else None
    texts = [_text(one, wanted) for one in records[begin:stop]]
    said: dict[str, str] = {
        "@odata.context": f"{request.base_url}v1.0/$metadata#{request.url.path.split('/')[2]}"
    }
    if stop < len(records) or kind in ("empty_page", "repeated_link", "foreign_link"):
        following = f"{number}-{stop}" + (f"-again{len(token or '')}" if kind == "empty_page" else "")
        if kind == "repeated_link":
            following = token or f"{number}-0"
        said["@odata.nextLink"] = _link(request, following, foreign=kind == "foreign_link")
    else:
        said |= last
    head = json.dumps(said)
    return Response(
        (head[:-1] + ',"value":[' + ",\n".join(texts) + "]}").encode(), media_type="application/json"
    )


def _text(record: Any, wanted: str | None) -> str:
    if isinstance(record, str):
        return record
    if wanted and "@removed" not in record:
        keep = {name.strip() for name in wanted.split(",")} | {"id", "manager"}
        record = {key: value for key, value in record.items() if key in keep or key.startswith("@")}
    return json.dumps(record)


def _link(request: Request, token: str, *, foreign: bool) -> str:
    base = FOREIGN if foreign else f"{request.url.scheme}://{request.url.netloc}"
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in ("$skiptoken", "$deltatoken")]
    query = "&".join(f"{k}={quote(v)}" for k, v in [*kept, ("$skiptoken", token)])
    return f"{base}{request.url.path}?{query}"


def answer(body: Any, status: int = 200) -> Response:
    """Answer with one object."""
    return Response(json.dumps(body).encode(), status, media_type="application/json")


def refusal(status: int, code: str, message: str) -> Response:
    """Refuse, in Graph's words."""
    return answer(
        {"error": {"code": code, "message": message, "innerError": {"request-id": "00000000-fake"}}}, status
    )
