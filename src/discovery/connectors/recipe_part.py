"""The parts of a recipe: requests, sources, ways of looking again; and reading YAML with a refusal that says where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from discovery.connectors.identity import is_pointer
from discovery.connectors.template import fields_of
from discovery.errors import ContractBroken

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ENDS = ("absent", "inactive")


@dataclass(frozen=True)
class Source:
    """Where an interface is documented, and when that was read. Only what is confirmed is ever sent."""

    url: str
    read_on: date | None
    is_confirmed: bool


@dataclass(frozen=True)
class Request:
    """One request; names stand in braces. `success`: the statuses that mean yes."""

    method: str
    url: str
    json: Any = None
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    success: tuple[int, ...] = (200, 201, 202, 204)

    @property
    def endpoint(self) -> str:
        """The request in words, for lists."""
        return f"{self.method} {self.url}"


@dataclass(frozen=True)
class Verify:
    """How the end of an action is seen.

    account: the account has to be `absent` or `inactive`. Or `request`, and where in its answer (`pointer`) nothing may
    be left (`equals` is None), or what has to stand there. Or `never`: why it cannot be seen.
    """

    account: str | None = None
    request: Request | None = None
    pointer: str = ""
    equals: Any = None
    where: tuple[str, str] | None = None
    gone: tuple[int | str, ...] = ()
    never: str = ""


class Block:
    """A mapping of a recipe's YAML; every key has to be asked for, and every refusal says where it is."""

    def __init__(self, name: str, place: str, data: Any) -> None:
        self.name, self.place = name, place
        if not isinstance(data, dict):
            raise ContractBroken(f"{name}: {place or 'the file'} is {data!r}; expected keys and values")
        self._data: dict[str, Any] = data
        self._asked: set[str] = set()

    def wrong(self, key: str, value: Any, expected: str) -> ContractBroken:
        """Return a refusal of one value."""
        return ContractBroken(
            f"{self.name}: {self.place}{'.' if self.place and key else ''}{key} = {value!r}; expected {expected}"
        )

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self._data

    def value(self, key: str) -> Any:
        """Return a value of any kind."""
        self._asked.add(key)
        return self._data.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; it has to be there where there is no default."""
        value = self.value(key) if key in self._data else default
        if not isinstance(value, str) or (default is None and not value):
            raise self.wrong(key, value, "a text")
        return value

    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        """Return one of some words."""
        value = self.text(key)
        if value not in known:
            raise self.wrong(key, value, f"one of {', '.join(known)}")
        return value

    def pointer(self, key: str, default: str | None = None) -> str:
        """Return a JSON pointer."""
        value = self.value(key) if key in self._data else default
        if not is_pointer(value):
            raise self.wrong(key, value, "a JSON pointer such as /user/id")
        return str(value)

    def pointers(self, key: str) -> list[str]:
        """Return one or more JSON pointers."""
        value = self.value(key)
        values = value if isinstance(value, list) else [] if value is None else [value]
        for one in values:
            if not is_pointer(one):
                raise self.wrong(key, value, "JSON pointers such as /user/id")
        return values

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, at least one."""
        value = self.value(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, value, "a list of texts")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false where nothing is said."""
        value = self.value(key) if key in self._data else False
        if not isinstance(value, bool):
            raise self.wrong(key, value, "true or false")
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        """Return keys and values, none where nothing is said."""
        value = self.value(key) if key in self._data else {}
        if not isinstance(value, dict):
            raise self.wrong(key, value, "keys and values")
        return {str(k): v for k, v in value.items()}

    def inner(self, key: str) -> Block:
        """Return a block within."""
        return Block(self.name, f"{self.place}{'.' if self.place else ''}{key}", self.value(key))

    def inners(self, key: str) -> Iterator[Block]:
        """Yield a list of blocks within."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self.wrong(key, value, "a list")
        for number, one in enumerate(value, 1):
            yield Block(self.name, f"{self.place}{'.' if self.place else ''}{key} {number}", one)

    def finish(self) -> None:
        """Raise for keys that nobody asked for: a key that is spelt wrong must not be passed over."""
        for key in self._data:
            if key not in self._asked:
                raise self.wrong(str(key), self._data[key], f"one of {', '.join(sorted(self._asked))}")


def read_request(block: Block, known: set[str]) -> Request:
    """Return the request that a block holds."""
    success = block.value("success") if block.has("success") else None
    form = block.mapping("form") if block.has("form") else None
    request = Request(
        block.one_of("method", METHODS), block.text("url"), block.value("json"), form,
        {key: str(value) for key, value in block.mapping("headers").items()},
        tuple(success) if isinstance(success, list) else (200, 201, 202, 204),
    )  # fmt: skip
    for part in (request.url, request.json, request.form, request.headers):
        unknown = fields_of(part) - known
        if unknown:
            raise block.wrong("url", request.url, f"only these in braces: {', '.join(sorted(known))}")
    return request


def read_source(block: Block) -> Source:
    """Return where a block's interface is documented. `confirmed` without a link and a day is refused."""
    inner = block.inner("source")
    url, read_on, confirmed = inner.text("url", ""), inner.value("read"), inner.flag("confirmed")
    if confirmed and not (url.startswith("https://") and type(read_on) is date):
        raise inner.wrong("confirmed", True, "a link (url) and the day on which it was read (read)")
    inner.finish()
    return Source(url, read_on if isinstance(read_on, date) else None, confirmed)


def read_verify(block: Block, known: set[str]) -> Verify:
    """Return how the end of an action is seen."""
    if block.has("never"):
        found = Verify(never=block.text("never"))
    elif block.has("account"):
        found = Verify(account=block.one_of("account", ENDS))
    else:
        where = block.inner("where") if block.has("where") else None
        gone = block.value("gone") if block.has("gone") else []
        found = Verify(
            request=read_request(block, known), pointer=block.pointer("pointer"), equals=block.value("equals"),
            where=(where.pointer("pointer"), where.text("field")) if where else None, gone=tuple(gone),
        )  # fmt: skip
    block.finish()
    return found
