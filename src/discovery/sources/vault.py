"""The vault: each input once, under the SHA-256 of its bytes, with a sidecar that says how it was read.

The sidecar makes a rebuild give the same: file_id, member, instance, person hint, snapshot day, format.
Browsing exports are kept as reduced records only, under the original's hash.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from discovery.store import make_private


@dataclass(frozen=True)
class Sidecar:
    """How one input of a kept file was read; `snapshot_on` is an ISO day or None."""

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
        """Move a staged file into the vault, durably; a file that is there already stays."""
        target = self.place(sha256)
        if target.exists():
            staged.unlink()
            return target
        staged.chmod(0o600)
        with staged.open("rb") as file:
            os.fsync(file.fileno())
        staged.replace(target)
        return target

    def drop(self, sha256: str) -> None:
        """Remove a file's bytes: after its records were kept in reduced form."""
        self.place(sha256).unlink(missing_ok=True)

    def sidecars(self) -> dict[str, Sidecar]:
        """Return all sidecars by file_id."""
        found = {}
        for path in sorted(self.folder.glob("??/*.json")):
            with contextlib.suppress(ValueError, TypeError):
                sidecar = Sidecar(**json.loads(path.read_text(encoding="utf-8")))
                found[sidecar.file_id] = sidecar
        return found

    def write_sidecar(self, sidecar: Sidecar) -> None:
        """Write one sidecar, whole or not at all."""
        path = self.place(sidecar.file_sha256).with_name(f"{sidecar.file_sha256}.{sidecar.file_id[:16]}.json")
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(sidecar), ensure_ascii=False, indent=1), encoding="utf-8")
        temporary.chmod(0o600)
        temporary.replace(path)

    def remove_sidecar(self, sidecar: Sidecar) -> None:
        """Forget how an input was read, before it is read another way."""
        path = self.place(sidecar.file_sha256).with_name(f"{sidecar.file_sha256}.{sidecar.file_id[:16]}.json")
        path.unlink(missing_ok=True)
