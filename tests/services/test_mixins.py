"""The services are one class of many parts: none may take another's method away by having the same name for its own."""

from __future__ import annotations

from mimis_core.services import Services

ON_PURPOSE = {
    "_audit": "what employers are told follows from the record",
    "close": "each closes what it has opened, and then the others",
    "_finish_in_hand": "work that is asked for is told which of it is done",
    "_kinds": "work says which kinds there are",
}
"""Methods that a part overrides knowingly, and how."""


def test_no_part_hides_a_method_of_another() -> None:
    owners: dict[str, list[str]] = {}
    for part in Services.__mro__[:-1]:
        for name in (name for name in vars(part) if not name.startswith("__")):
            owners.setdefault(name, []).append(part.__name__)
    twice = {name: parts for name, parts in owners.items() if len(parts) > 1 and name not in ON_PURPOSE}
    assert twice == {}
