"""The owner's pages of rights: another organisation of the installation may issue, until that is ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mimis_core.services import Role, Services
from tests.adapters.portal.catalogue.conftest import Enter
from tests.installation import OURS, THEIRS, make_installation, open_both
from tests.school import Clock
from tests.web.site import Browser

PAGE = "/school/rights"
ENTRY = "digitala-arbetsmiljoer"


@pytest.fixture
def both(school_template: Path, tmp_path: Path, clock: Clock) -> Iterator[tuple[Services, Services]]:
    """Two organisations of one installation."""
    folder = make_installation(school_template, tmp_path / "both", f"sqlite:///{tmp_path}/both.db")
    with open_both(folder, clock) as opened:
        yield opened


@pytest.fixture
def school(both: tuple[Services, Services]) -> Services:
    """The one whose pages are looked at."""
    return both[0]


@pytest.fixture
def other(both: tuple[Services, Services]) -> Services:
    """The one that is let issue."""
    return both[1]


@pytest.fixture
def owner(as_role: Enter) -> Browser:
    """Who answers for the content."""
    return as_role(Role.OWNER)


def test_right_is_given_by_name_to_both(owner: Browser, school: Services, other: Services) -> None:
    owner.get(f"{PAGE}/new?lang=sv")
    owner.send(f"{PAGE}/new", entry=ENTRY, to=THEIRS, statement="Styrelsen har beslutat.")
    assert owner.path == PAGE
    assert "Rätten är given." in owner.page.text
    assert "Styrelsen har beslutat." in owner.page.text
    (ours,), (theirs,) = school.rights(), other.rights()
    assert (ours, ours.issuer, ours.granted_by) == (theirs, THEIRS, "Person 1")


def test_right_names_organisation_and_entry(owner: Browser, school: Services, other: Services) -> None:
    name = other.settings.organisation.legal_name["sv"]
    assert f">{name}</option>" in owner.get(f"{PAGE}/new?lang=sv").text
    owner.send(f"{PAGE}/new", entry=ENTRY, to=THEIRS, statement="")
    (right,) = school.rights()
    title = next(one.title["sv"] for one in school.catalogue.latest() if one.id == ENTRY)
    assert right.statement == f"{school.settings.organisation.legal_name['sv']} låter {name} utfärda ”{title}”."
    assert f">{name}</td>" in owner.page.text
    assert name in owner.get(f"{PAGE}/{right.number}/end").text


def test_right_is_ended_for_both_after_a_question(owner: Browser, school: Services, other: Services) -> None:
    number = school.grant_right(ENTRY, THEIRS, "Rektor").right.number
    assert "Vill du avsluta rätten?" in owner.get(f"{PAGE}/{number}/end?lang=sv").text
    owner.send(f"{PAGE}/{number}/end")
    assert owner.path == PAGE
    assert all(one.rights()[0].ended_at is not None for one in (school, other))


@pytest.mark.parametrize("wrong", [{"entry": "another"}, {"to": "nobody"}, {"to": OURS}], ids=["entry", "to", "self"])
def test_wrong_choice_is_said_beside_its_field(owner: Browser, school: Services, wrong: dict[str, str]) -> None:
    owner.get(f"{PAGE}/new")
    owner.send(f"{PAGE}/new", **{"entry": ENTRY, "to": THEIRS, **wrong})
    assert (owner.page.status_code, school.rights()) == (400, [])


def test_taken_right_is_shown_and_not_ended_here(owner: Browser, school: Services, other: Services) -> None:
    number = other.grant_right(ENTRY, OURS, "Rektor där").right.number
    assert "Rektor där" in owner.get(PAGE).text
    assert f"{number}/end" not in owner.page.text
    assert owner.get(f"{PAGE}/{number}/end").status_code == 404


def test_reader_sees_rights_and_changes_none(as_role: Enter, school: Services) -> None:
    number = school.grant_right(ENTRY, THEIRS, "Rektor").right.number
    reader = as_role(Role.READER)
    assert f"{number}/end" not in reader.get(PAGE).text
    assert (reader.page.status_code, reader.get(f"{PAGE}/new").status_code) == (200, 403)
