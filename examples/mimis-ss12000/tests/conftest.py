"""A register with a few people, and sources connected to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from mimis_ss12000.sandbox import SS12000Sandbox
from mimis_ss12000.sandbox_data import PERSONAL_NUMBER, make_id, make_person
from mimis_ss12000.settings import SS12000Settings
from mimis_ss12000.source import SS12000Source

from mimis_core import Completion, Grade, SourceLearner

DAY = date(2026, 6, 10)
PEOPLE = {"asa": ("Åsa", "Öberg"), "eli": ("Eli", "Ström"), "amina": ("Амина", "Nur"), "li": ("Lī", "af Klint")}
CODE = "VÅRVÅR01"


def completion(name: str, code: str = CODE, value: str = "C") -> Completion:
    """One completion as a pull gives it."""
    given, family = PEOPLE[name]
    person = make_id("person", name)
    learner = SourceLearner(
        source="register",
        key=person,
        full_name=f"{given} {family}",
        aliases={"eduPersonPrincipalName": f"{person[:8]}@skola.example"},
        given_name=given,
        family_name=family,
        email=f"{name}@example.org",
    )
    return Completion(
        source="register",
        key=f"grade:{make_id('grade', name, code)}",
        learner=learner,
        module=f"syllabus:{code}",
        title="Vård och omsorg",
        completed_at=datetime(2026, 6, 10, 12, tzinfo=UTC),
        grade=Grade(text=value),
        evidence="Betyg",
    )


LOADED = [completion("asa"), completion("asa", "SVESVE02", "Godkänt"), completion("eli"), completion("amina")]


@pytest.fixture
def server() -> Iterator[SS12000Sandbox]:
    with SS12000Sandbox() as sandbox:
        sandbox.load(LOADED)
        yield sandbox


def connect(server: SS12000Sandbox, **changed: Any) -> SS12000Source:
    """A source on the sandbox with some settings changed."""
    table = {**server.settings(), **changed}
    table.pop("kind")
    return SS12000Source("register", SS12000Settings(**table))


@pytest.fixture
def source(server: SS12000Sandbox) -> Iterator[SS12000Source]:
    with connect(server) as source:
        yield source


@pytest.fixture
def locked_out(server: SS12000Sandbox) -> Iterator[SS12000Source]:
    with connect(server, client_secret="wrong") as source:
        yield source


@pytest.fixture
def late() -> Completion:
    return completion("li")


def add_person(server: SS12000Sandbox, name: str, **fields: Any) -> str:
    """A person of the register beside those that were loaded; gives her id."""
    person = make_person(make_id("person", name), name.title(), "Prov", **fields)
    server.put("persons", person)
    return str(person["id"])


__all__ = ["CODE", "DAY", "LOADED", "PERSONAL_NUMBER", "add_person", "completion", "connect"]
