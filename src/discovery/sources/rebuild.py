"""The warehouse from the vault: inputs that the registry lost, and browsing, of which only records are kept.

The bytes of an input lie in the vault and are read again as its sidecar says. Of browsing, and of archives with
browsing in them, the vault holds the reduced records instead, one Parquet file per kind beside the sidecar, with
the balance of the input in the sidecar itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from discovery.errors import SourceFailed
from discovery.sources.input import Input, Listed
from discovery.sources.lake import Written, write_kept
from discovery.sources.source import Format
from discovery.sources.vault import Sidecar, Vault
from discovery.store import Store, make_private, quoted


def inputs_of_vault(store: Store, vault: Vault, formats: Mapping[str, Format],
                    found: list[Input]) -> tuple[list[Input], list[Listed]]:  # fmt: skip
    """Return the inputs that the vault has and neither the registry nor the inbox: the warehouse was lost.

    An input whose format is not known any more is listed as refused.
    """
    known = {str(r[0]) for r in store.rows("SELECT file_id FROM sources.source_file")}
    known |= {one.file_id for one in found}
    inputs: list[Input] = []
    refused: list[Listed] = []
    for one in vault.sidecars_but(known):
        if one.format in formats:
            inputs.append(Input(
                one.file_id, one.file_sha256, one.member, one.file_name, one.format, one.shape, one.system,
                one.instance, one.instance_from, one.person_hint,
                date.fromisoformat(one.snapshot_on) if one.snapshot_on else None,
            ))  # fmt: skip
        else:
            refused.append(Listed(
                one.file_sha256, one.member, one.file_name, "refused",
                f"was read as {one.format}, a format that is not there any more: bring back its plug-in or mapping",
                one.format, one.system,
            ))  # fmt: skip
    return inputs, refused


def keep_reduced(store: Store, vault: Vault, sidecar: Sidecar, written: Mapping[str, Written]) -> None:
    """Copy the records of an input, as they go into the lake, to the vault."""
    for kind, one in written.items():
        if not one.parts:
            vault.reduced(sidecar, kind).unlink(missing_ok=True)
            continue
        target = vault.reduced(sidecar, kind)
        temporary = target.with_suffix(".tmp")
        paths = ", ".join(quoted(str(part.staged)) for part in one.parts)
        store.run(
            f"COPY (SELECT * FROM read_parquet([{paths}], hive_partitioning=false)) TO {quoted(str(temporary))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        temporary.chmod(0o600)
        temporary.replace(target)


def restore_reduced(
    store: Store, vault: Vault, sidecar: Sidecar, fmt: Format, folder: Path
) -> dict[str, Written]:
    """Lay the kept records of an input out for the lake again, as `write_records` does.

    Raises SourceFailed where the vault holds none of them.
    """
    kinds = {kind: vault.reduced(sidecar, kind) for kind in fmt.kinds}
    loaded = sidecar.rows_read - sum(sidecar.ignored.values()) - len(sidecar.quarantined)
    if loaded and not any(path.exists() for path in kinds.values()):
        raise SourceFailed(
            "neither its bytes nor its records are in the vault: put the file into the inbox again"
        )
    written = {
        kind: write_kept(
            store, kind, path, make_private(folder / kind), file_id=sidecar.file_id, system=sidecar.system,
            instance=sidecar.instance,
        ) if path.exists() else Written((), {}, 0, 0, 0)
        for kind, path in kinds.items()
    }  # fmt: skip
    primary = written[fmt.kind]
    ignored = dict(sidecar.ignored)
    for reason, count in primary.ignored.items():
        ignored[reason] = ignored.get(reason, 0) + count
    written[fmt.kind] = Written(
        primary.parts,
        ignored,
        len(sidecar.quarantined),
        sidecar.rows_elsewhere,
        sidecar.rows_read,
    )
    return written
