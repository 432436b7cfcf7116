"""The vault: each input once, under the SHA-256 of its bytes, with a sidecar that says how it was read.

The sidecar makes a rebuild give the same: file_id, member, instance, person hint, snapshot day, format.
Browsing exports are kept as reduced records only, under the original's hash; so is an archive with browsing in it,
whatever else it holds, and a file that held records of somebody who was forgotten.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from discovery.store import make_private


@dataclass(frozen=True)
class Sidecar:
    """How one input of a kept file was read; `snapshot_on` is an ISO day or None.

    is_reduced: the vault holds its records, not its bytes; the balance of the input then stands here:
    rows_read, rows_elsewhere, ignored (reason → records), quarantined (record, column, reason,
    content), lacking (what a list lacks), collected (the first line of a collector's file).
    """

    file_id: str
    file_sha256: str
    member: str | None
    file_name: str
    format: str
    shape: str
    system: str
    instance: str
    instance_from: str
    person_hint: str | None
    snapshot_on: str | None
    is_reduced: bool = False
    rows_read: int = 0
    rows_elsewhere: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    quarantined: list[tuple[int, str | None, str, str]] = field(default_factory=list)
    lacking: str | None = None
    collected: str | None = None


@contextlib.contextmanager
def on_disk(*paths: Path) -> Iterator[None]:
    """Bring the bytes of files to the disk while something else is done with them; at the end they are there."""

    def sync() -> None:
        for path in paths:
            with path.open("rb") as file:
                os.fsync(file.fileno())

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(sync)
        yield
        written.result()


class Vault:
    """The folder `home/vault`."""

    def __init__(self, home: Path) -> None:
        self.folder = make_private(home / "vault")

    def place(self, sha256: str) -> Path:
        """Where a file's bytes lie."""
        return make_private(self.folder / sha256[:2]) / sha256

    def has(self, sha256: str) -> bool:
        """Tell whether a file's bytes are kept."""
        return self.place(sha256).exists()

    def keep(self, staged: Path, sha256: str) -> Path:
        """Move a staged file, whose bytes are on the disk (`on_disk`), into the vault; one that is there stays."""
        target = self.place(sha256)
        if target.exists():
            staged.unlink()
            return target
        staged.chmod(0o600)
        staged.replace(target)
        return target

    def drop(self, sha256: str) -> None:
        """Remove a file's bytes: after its records were kept in reduced form."""
        self.place(sha256).unlink(missing_ok=True)

    def sidecars_but(self, known: set[str]) -> list[Sidecar]:
        """Return the sidecars of inputs that are not among the known ones; these are not even opened."""
        beginnings = {file_id[:16] for file_id in known}
        paths = [
            p for p in sorted(self.folder.glob("??/*.json")) if p.stem.rpartition(".")[2] not in beginnings
        ]
        return [one for path in paths if (one := _read(path)) is not None]

    def sidecar(self, sha256: str, file_id: str) -> Sidecar | None:
        """Return how an input was read, or None."""
        return _read(self._beside(sha256, file_id))

    def instance_of(self, sha256: str, member: str | None) -> str | None:
        """Return the instance that an input was read as, if the vault has it."""
        found = [one for one in self.sidecars_of(sha256) if one.member == member]
        return found[0].instance if found else None

    def sidecars_of(self, sha256: str) -> list[Sidecar]:
        """Return the sidecars of a file's inputs."""
        paths = sorted(self.place(sha256).parent.glob(f"{sha256}.*.json"))
        return [one for path in paths if (one := _read(path)) is not None]

    def reduced(self, sidecar: Sidecar, kind: str) -> Path:
        """Where the reduced records of a kind of an input lie."""
        name = f"{sidecar.file_sha256}.{sidecar.file_id[:16]}.{kind}.parquet"
        return self.place(sidecar.file_sha256).with_name(name)

    def adopt(self, sidecar: Sidecar, new: Sidecar) -> None:
        """Keep the reduced records of an input as those of another: of another instance, or under another name."""
        for path in self._reduced(sidecar):
            path.replace(self.reduced(new, path.stem.rpartition(".")[2]))
        self.write_sidecar(new)

    def remove(self, sidecar: Sidecar) -> None:
        """Remove all that is kept of an input alone: its reduced records, then how it was read."""
        for path in self._reduced(sidecar):
            path.unlink()
        self.remove_sidecar(sidecar)

    def _reduced(self, sidecar: Sidecar) -> list[Path]:
        own = f"{sidecar.file_sha256}.{sidecar.file_id[:16]}.*.parquet"
        return list(self.place(sidecar.file_sha256).parent.glob(own))

    def write_sidecar(self, sidecar: Sidecar) -> None:
        """Write one sidecar, whole or not at all."""
        path = self._beside(sidecar.file_sha256, sidecar.file_id)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(sidecar), ensure_ascii=False, indent=1), encoding="utf-8")
        temporary.chmod(0o600)
        temporary.replace(path)

    def remove_sidecar(self, sidecar: Sidecar) -> None:
        """Forget how an input was read, before it is read another way."""
        self._beside(sidecar.file_sha256, sidecar.file_id).unlink(missing_ok=True)

    def _beside(self, sha256: str, file_id: str) -> Path:
        return self.place(sha256).with_name(f"{sha256}.{file_id[:16]}.json")


def _read(path: Path) -> Sidecar | None:
    """Read a sidecar; None if it is not there or is none."""
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        said["quarantined"] = [tuple(q) for q in said.get("quarantined", ())]
        return Sidecar(**said)
    return None
