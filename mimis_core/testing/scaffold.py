"""Writes a new adapter that works: against an invented API, with its sandbox and its conformance suite.

The texts are in ``mimis_core/data/adapter``: what all kinds share in ``common``, the rest in a folder for each kind.
``NAME`` in a path and ``$name`` in a text stand for what the adapter is called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from mimis_core import __version__
from mimis_core.errors import ConfigurationError

CATEGORIES = {"source": "sources", "courier": "couriers", "feed": "feeds"}
"""Kinds that there are templates for, and where their tables stand in ``mimis.toml``."""
LONGEST_NAME = 30
_ENDING = ".tmpl"


@dataclass(frozen=True)
class Plan:
    """An adapter to be: what it is called, and its files by their paths."""

    distribution: str
    files: dict[str, str]


def plan(name: str, kind: str, taken: frozenset[str] = frozenset()) -> Plan:
    """All files of a new adapter.

    Arguments:
        name: what it is called in ``mimis.toml``: lower case, digits, and single hyphens between.
        kind: one of :data:`CATEGORIES`.
        taken: names of adapters that are there already.

    Raises ConfigurationError for a name or a kind that cannot be.
    """
    if kind not in CATEGORIES:
        known = ", ".join(CATEGORIES)
        raise ConfigurationError(f"There is no template for {kind!r}.", mend=f"Choose one of {known}.")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > LONGEST_NAME:
        raise ConfigurationError(
            "An adapter's name has lower-case letters, digits and single hyphens, starts with a letter, "
            f"and is no longer than {LONGEST_NAME}.",
            mend="Choose another name, such as kursbanken or hr-desk.",
        )
    if name in taken or name == "core":
        raise ConfigurationError(f"There is an adapter {name!r} already.", mend="Choose another name.")
    words = _words(name, kind)
    root = files("mimis_core") / "data" / "adapter"
    found = {path: text for part in ("common", kind) for path, text in _templates(root / part)}
    filled = {path.replace("NAME", name.replace("-", "_")): text for path, text in found.items()}
    return Plan(
        words["distribution"], {path: Template(text).substitute(words) for path, text in sorted(filled.items())}
    )


def write(plan: Plan, folder: Path) -> None:
    """Write the files. Raises ConfigurationError when the folder has anything in it: nothing is ever overwritten."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigurationError(f"{folder} is not empty.", mend="Give another folder with --out.")
        for path, text in plan.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"{folder} cannot be written: {reason}.", mend="Give another folder.") from None


def _words(name: str, kind: str) -> dict[str, str]:
    title = " ".join(part.capitalize() for part in name.split("-"))
    rows = ["| `url` | base address of the API |", "| `key` | its key |"]
    rows += ["| `page_size` | results asked for in one call |"] if kind == "source" else []
    return {
        "name": name,
        "kind": kind,
        "title": title,
        "Class": title.replace(" ", ""),
        "package": f"mimis_{name.replace('-', '_')}",
        "distribution": f"mimis-{name}",
        "env_name": f"{name.replace('-', '_').upper()}_KEY",
        "settings_rows": "\n".join(rows),
        "version": __version__,
    }


def _templates(folder: Traversable, place: str = "") -> list[tuple[str, str]]:
    """Path and text of every template below a folder, without their ending."""
    found = []
    for one in folder.iterdir():
        if one.is_dir():
            found += _templates(one, f"{place}{one.name}/")
        elif one.name.endswith(_ENDING):
            found.append((f"{place}{one.name.removesuffix(_ENDING)}", one.read_text(encoding="utf-8")))
    return found
