"""The formats that are there: a module each in `formats/` and the plug-in folder, other packages', and the mappings."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from discovery.errors import BadSettings
from discovery.extension import FORMATS, Extension, extensions
from discovery.settings import Settings, SourceHint
from discovery.sources import formats as formats_package
from discovery.sources.formats.mapping import formats_of
from discovery.sources.layout import Layout
from discovery.sources.source import Fit, Format, Head, fit


@cache
def shipped_formats() -> tuple[Format, ...]:
    """Return the formats of the package, by name."""
    found = []
    for module in pkgutil.iter_modules(formats_package.__path__):
        fmt = getattr(importlib.import_module(f"{formats_package.__name__}.{module.name}"), "FORMAT", None)
        if isinstance(fmt, Format):
            found.append(fmt)
    return tuple(sorted(found, key=lambda f: f.name))


def known_formats(settings: Settings) -> tuple[Format, ...]:
    """Return all formats: shipped, of other packages, of the plug-in folder, mappings. Raises BadSettings."""
    found = list(shipped_formats())
    found += [_extension(one) for one in extensions(FORMATS)]
    if settings.plugins is not None:
        found += [_plugin(path) for path in sorted(settings.plugins.glob("*.py")) if path.name[0] != "_"]
    found += formats_of(settings.mappings)
    names = [f.name for f in found]
    for name in names:
        if names.count(name) > 1:
            raise BadSettings(f"two formats are called {name!r}: rename the mapping or the plug-in.")
    return tuple(found)


def unproven(settings: Settings) -> frozenset[str]:
    """Return the names of formats that come from general knowledge; mappings say themselves what a file holds."""
    return frozenset(f.name for f in known_formats(settings) if f.proven_by is None and f.system != "mapping")


def _extension(extension: Extension) -> Format:
    fmt = extension.load()
    if not isinstance(fmt, Format):
        raise BadSettings(f"{extension.origin}: expected a Format (see docs/extending.md)")
    return fmt


def _plugin(path: Path) -> Format:
    spec = importlib.util.spec_from_file_location(f"discovery_plugin_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BadSettings(f"{path}: is not a Python module")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadSettings(f"{path}: the plug-in fails on import: {error!r}") from error
    fmt = getattr(module, "FORMAT", None)
    if not isinstance(fmt, Format):
        raise BadSettings(f"{path}: has no FORMAT (see docs/add_a_source.md)")
    return fmt


@dataclass(frozen=True)
class Recognition:
    """What a text was recognised as (`fit`), or the nearest format and why it is not that (`reason`)."""

    fit: Fit | None
    layout: Layout
    head: Head
    reason: str | None = None


def recognise(heads: list[tuple[Layout, Head]], formats: tuple[Format, ...], hint: SourceHint) -> Recognition:
    """Find the one format that a text's beginning fits.

    A format named by the settings wins; then formats that are not weak; then the one that asks for most.
    Two that ask for equally much are ambiguous: nothing is chosen.
    """
    if hint.format is not None:
        named = tuple(f for f in formats if f.name == hint.format)
        if not named:
            known = ", ".join(sorted(f.name for f in formats))
            raise BadSettings(f"[[source]] format = {hint.format!r}; known formats: {known}")
        formats = named
    fits: list[tuple[Fit, Layout, Head]] = []
    nearest: tuple[Fit, Layout, Head] | None = None
    for index, (layout, head) in enumerate(heads):
        for fmt in formats:
            for shape in fmt.shapes:
                # Above the header of a sheet stands what people like to see on paper.
                if index > 0 and layout.header_line > shape.preamble and not layout.is_numbered:
                    continue
                one = fit(head, fmt, shape)
                if one.matches:
                    fits.append((one, layout, head))
                elif nearest is None or (one.closeness, one.required) > (
                    nearest[0].closeness,
                    nearest[0].required,
                ):
                    nearest = (one, layout, head)
    if fits:
        fits.sort(key=lambda f: (f[0].format.weak, f[1].header_line, -f[0].required, f[0].format.name))
        best = fits[0]
        rivals = sorted(
            {
                f[0].format.name
                for f in fits
                if f[0].format is not best[0].format
                and (f[0].format.weak, f[1].header_line, f[0].required)
                == (best[0].format.weak, best[1].header_line, best[0].required)
            }
        )
        if rivals:
            names = " and ".join([best[0].format.name, *rivals])
            return Recognition(
                None, best[1], best[2], f"fits {names} equally: say `format` in a [[source]] block"
            )
        return Recognition(best[0], best[1], best[2])
    layout, head = heads[0]
    if nearest is None or nearest[0].closeness == 0:
        return Recognition(None, layout, head, "no known format has any of its columns")
    one = nearest[0]
    if one.missing:
        why = f"missing: {', '.join(one.missing)}"
    elif one.forbidden:
        why = f"has {', '.join(one.forbidden)}"
    else:
        why = "it has these columns, but other values in them than that export has"
    return Recognition(None, layout, head, f"nearest format: {one.format.name} ({one.shape.name}); {why}")
