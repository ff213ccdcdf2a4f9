"""Which codes the controlled vocabularies have: membership, which the official shapes never check.

``codes.json`` is compiled from the enumerations of the official XML schemas (``mimis elm codes``); lists that no schema
has stand here, from facts section 3. A list that is known to have more codes than anyone published is not judged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

from mimis_core import DataError

SNB = "http://data.europa.eu/snb/"
NUTS = "http://data.europa.eu/nuts"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
VALUE = re.compile(r'<xs:enumeration\s+value="([^"#]+)"')
MORE = {
    f"{SNB}credential": "48b514e72a 6cf8e68c43 6dff8a0f87 bdc47cb449 c_7e400154 c_9a31f32a c_ae121a00 e34929035b",
    f"{SNB}evidence-type": "c_18016257 c_991b06c6 c_c4f849d7",
    f"{SNB}supervision-verification": "44314532f9 70be69aaf9 c598449d64 df2880c5cb",
    f"{SNB}verification": "1faf8d450f 271aef9eb4 2f5b89b96f 94d828f160 c_50990fe3 e2bbc86a28 f9c2016fe9",
    f"{SNB}verification-status": "641f0c5e5d 9895008394 9d26eb9a37",
}
"""Codes that facts section 3 gives, by the start of their addresses."""


def compile_codes(folder: Path) -> dict[str, str]:
    """The codes of all lists in the schemas of a folder, by the start of their addresses. Raises DataError."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.xsd")):
        for address in VALUE.findall(path.read_text(encoding="utf-8")):
            start, _, code = address.rpartition("/")
            if start.startswith((SNB, AUTHORITY, NUTS)):
                found.setdefault(start, set()).add(code)
    if not found:
        raise DataError(
            f"{folder}: holds no schema with a list of codes.",
            mend="Give the folder xsd/loq of the European Learning Model.",
            code="no_codes",
        )
    return {start: " ".join(sorted(codes)) for start, codes in sorted(found.items())}


def dump_codes(codes: dict[str, str]) -> str:
    """The codes as text, one line for each list."""
    return json.dumps(codes, indent=1) + "\n"


def members(scheme: str) -> frozenset[str] | None:
    """The addresses of all concepts of a list, by the list's own address; None when the list is not known here."""
    return _lists().get(scheme, _never)()


def list_of(concept: str) -> str:
    """The list that a concept's own address lies in, for a concept that names none; perhaps no list at all."""
    return concept.rpartition("/")[0]


def list_name(scheme: str) -> str:
    """The short name of a list, as people call it: ``country``, ``isced-f``."""
    return scheme.removesuffix("/25831c2").rsplit("/", 1)[-1]


def is_member(concept: str, schemes: Iterable[str]) -> bool:
    """False when one of the lists that a concept names is known and lacks it."""
    return all(known is None or concept in known for known in map(members, schemes))


def _never() -> None:
    return None


@cache
def _lists() -> dict[str, Callable[[], frozenset[str] | None]]:
    """How to get the addresses of each list: by the start of its addresses, and by the list's own address."""
    shipped: dict[str, str] = json.loads((files(__package__) / "codes.json").read_text(encoding="utf-8"))
    found: dict[str, Callable[[], frozenset[str] | None]] = {}
    for start in {*shipped, *MORE}:
        codes = f"{shipped.get(start, '')} {MORE.get(start, '')}"
        found[start] = cache(partial(_addresses, start, codes))
        found[NUTS if start.startswith(NUTS) else f"{start}/25831c2"] = found[start]
    return found


def _addresses(start: str, codes: str) -> frozenset[str]:
    return frozenset(f"{start}/{code}" for code in codes.split())
