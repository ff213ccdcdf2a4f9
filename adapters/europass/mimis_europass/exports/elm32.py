"""A credential of ELM 3.1 in the form of ELM 3.2, as EBSI's JSON Schema of the EDC describes that.

The differences are data, ``elm32.json``: the types of the document, and for each class the properties with one value,
which JSON Schema wants bare where JSON-LD does not mind a list, and those with many. The tests hold the table against
the schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mimis_core import DataError
from mimis_europass.document.vocabulary import Json
from mimis_europass.rules.judge import find_violations

ALWAYS = ("id", "type", "@context")


@dataclass(frozen=True)
class Conversion:
    """The document in its new form, and what that form has no room for, as ``Class.property``."""

    document: Json
    lost: tuple[str, ...]


def convert(document: Json) -> Conversion:
    """Write a conforming document of ELM 3.1 in the form of ELM 3.2.

    The result is unsealed: a seal covers the exact bytes of the old form. Raises DataError when the document does not
    conform to begin with, since nothing could then be promised of the result.
    """
    if find_violations(document, strict=False):
        raise DataError(
            "The credential does not conform to ELM 3.1 and is not converted.",
            mend="See what is wrong with: mimis europass validate FILE",
            code="not_conforming",
        )
    lost: dict[str, None] = {}
    converted = _node(document, lost)
    converted["type"] = list(_table()["types"])
    return Conversion(converted, tuple(lost))


def _node(node: Mapping[str, Any], lost: dict[str, None]) -> Json:
    """One object in its new form, without the properties that its class no longer has."""
    types = node.get("type")
    names = [types] if isinstance(types, str) else list(types or ())
    kind = next((name for name in names if name in _table()["classes"]), None)
    if kind is None:
        return {key: _value(value, key, False, lost) for key, value in node.items()}
    known = _table()["classes"][kind]
    result: Json = {}
    for key, value in node.items():
        if key in ALWAYS:
            result[key] = kind if key == "type" else value
        elif key in known["one"] or key in known["many"]:
            result[key] = _value(value, f"{kind}.{key}", key in known["one"], lost)
        else:
            lost[f"{kind}.{key}"] = None
    return result


def _value(value: object, name: str, single: bool, lost: dict[str, None]) -> object:
    """A value in its new form. Of several where one has room, the first stays."""
    if isinstance(value, list):
        if single and value:
            if len(value) > 1:
                lost[name] = None
            return _value(value[0], name, single, lost)
        return [_value(item, name, False, lost) for item in value]
    if isinstance(value, dict):
        return _node(value, lost) if "type" in value or "id" in value else _texts(value)
    return str(value) if name == "CreditPoint.point" else value


def _texts(text: Mapping[str, Any]) -> Json:
    """A language map; the schema knows two letters alone, so ``sv-FI`` becomes ``sv`` where that is free."""
    result = {language: value for language, value in text.items() if len(language) == 2}
    for language, value in text.items():
        result.setdefault(language.partition("-")[0], value)
    return result


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((files(__package__) / "elm32.json").read_text(encoding="utf-8"))
    return table
