"""The catalogue folder: what is there, and new entries written beside it, never silently over it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from mimis_core import Achievement, ConfigurationError

What = Literal["new", "same", "changed", "issued"]
"""``changed``: another text stands there; ``issued``: the same, and somebody has it, so that it may not change."""
_HEAD = "# Skriven av mimis files catalogue. Allt förklaras i docs/katalog.md.\n"
_NOTHING = frozenset({"", "~", "null"})


@dataclass(frozen=True)
class Known:
    """An entry of the folder and its file."""

    path: Path
    entry: Achievement


def read_folder(folder: Path) -> dict[str, Known]:
    """All entries of a folder by id and version; none when there is no folder.

    Raises ConfigurationError for a file that cannot be read: what it holds could be overwritten otherwise.
    """
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            # As texts: the model knows what is a number or a date, and 0716 stays what it is.
            raw = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
            entry = Achievement.model_validate(_filled(raw))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError):
            raise ConfigurationError(
                f"{path.name} in the catalogue cannot be read.", mend="Run: mimis catalogue check"
            ) from None
        found[entry.ref] = Known(path, entry)
    return found


def compare(entry: Achievement, known: Mapping[str, Known], issued: Iterable[str]) -> What:
    """What an entry is beside those of the folder. ``issued`` are id and version of what somebody has."""
    if entry.ref not in known:
        return "new"
    if _plain(entry) == _plain(known[entry.ref].entry):
        return "same"
    return "issued" if entry.ref in issued else "changed"


def write_entry(folder: Path, entry: Achievement, known: Mapping[str, Known]) -> Path:
    """Write an entry to its file, or to a new one; gives the file. Raises ConfigurationError when it cannot."""
    path = known[entry.ref].path if entry.ref in known else _free_path(folder, entry)
    text = yaml.safe_dump(_plain(entry), allow_unicode=True, sort_keys=False, width=110)
    part = path.with_name(f"{path.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(_HEAD + text, encoding="utf-8")
        os.replace(part, path)
    except OSError:
        raise ConfigurationError(f"{path} cannot be written.", mend="Check the rights to the folder.") from None
    return path


def _free_path(folder: Path, entry: Achievement) -> Path:
    names = [entry.id, f"{entry.id}-{entry.version}", *(f"{entry.id}-{entry.version}-{n}" for n in range(2, 100))]
    return next(path for path in (folder / f"{name}.yaml" for name in names) if not path.exists())


def _plain(entry: Achievement) -> dict[str, Any]:
    """The entry without what goes without saying; id and version always."""
    values = entry.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return {"id": entry.id, "version": entry.version, **values}


def _filled(value: Any) -> Any:
    """YAML without its empty values, which say the same as none."""
    if isinstance(value, dict):
        kept = {key: _filled(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one is not None}
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if isinstance(value, str):
        return None if value.strip() in _NOTHING else value.strip()
    return value
