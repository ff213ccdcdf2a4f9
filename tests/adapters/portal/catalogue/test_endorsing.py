"""What employers say of an entry, signed: asked for, taken in, and taken away on the pages of the catalogue."""

from __future__ import annotations

from html import unescape

import pytest

from mimis_core.services import EndorsementOrder, Role, Services
from tests.adapters.portal.catalogue.conftest import Enter
from tests.services.test_endorsements import ENTRY, OTHER, WORDS, employer, employer_template, signed
from tests.web.site import Browser

__all__ = ["employer", "employer_template"]

HERE = f"/school/catalogue/{ENTRY}/endorsements"


def take_in(owner: Browser, content: bytes) -> str:
    owner.get(f"{HERE}/new")
    return unescape(owner.send_file(f"{HERE}/new", "endorsement.jwt", content).text)


def confirm(owner: Browser, content: bytes) -> None:
    take_in(owner, content)
    owner.send(f"{HERE}/new", text=content.decode(), confirmed="yes")


def test_request_is_what_the_employer_signs(owner: Browser, school: Services, employer: Services) -> None:
    asked = EndorsementOrder.model_validate_json(owner.get(f"{HERE}/request").content)
    content = employer.endorse(asked.model_copy(update={"words": WORDS})).content
    assert school.read_endorsement(content).words == WORDS


def test_owner_is_asked_to_vouch_for_a_stranger(owner: Browser, school: Services, employer: Services) -> None:
    content = signed(school, employer)
    shown = take_in(owner, content)
    for words in ("Verkstad AB", "556036-0793", WORDS, "Underskriften är deras. Jag har frågat dem."):
        assert words in shown
    assert school.endorsements_of(ENTRY) == []
    confirm(owner, content)
    (one,) = school.endorsements_of(ENTRY)
    assert (one.name, one.confirmed, owner.path) == ("Verkstad AB", True, HERE)
    assert WORDS in unescape(owner.page.text)
    assert "1 organisation rekommenderar den." in unescape(owner.get(f"/school/catalogue/{ENTRY}@1").text)


def test_endorsement_of_something_else_is_told(owner: Browser, school: Services, employer: Services) -> None:
    confirm(owner, signed(school, employer, OTHER))
    assert "Filen handlar om något annat" in unescape(owner.page.text)
    assert school.endorsements_of(ENTRY) == []


@pytest.mark.parametrize("content", [b"en bild", b"{}"], ids=["text", "json"])
def test_what_is_no_endorsement_is_told(owner: Browser, school: Services, content: bytes) -> None:
    assert "Det här är ingen förseglad rekommendation." in take_in(owner, content)


def test_broken_signature_is_told_and_nobody_can_vouch_for_it(
    owner: Browser, school: Services, employer: Services
) -> None:
    head, payload, _ = signed(school, employer).split(b".")
    forged = b".".join((head, payload, b"AA"))
    assert "Underskriften stämmer inte." in take_in(owner, forged)
    owner.send(f"{HERE}/new", text=forged.decode(), confirmed="yes")
    assert school.endorsements_of(ENTRY) == []


def test_it_is_taken_away_with_a_reason(owner: Browser, school: Services, employer: Services) -> None:
    confirm(owner, signed(school, employer))
    (one,) = school.endorsements_of(ENTRY)
    away = f"{HERE}/{one.id}/withdraw"
    owner.get(away)
    assert owner.send(away, reason=" ").status_code == 400
    assert school.endorsements_of(ENTRY)[0].withdrawn_at is None
    owner.send(away, reason="Företaget finns inte mer.")
    assert school.endorsements_of(ENTRY)[0].withdrawn_at is not None
    assert owner.get(away).status_code == 404


def test_reader_sees_them_and_changes_nothing(
    as_role: Enter, owner: Browser, school: Services, employer: Services
) -> None:
    confirm(owner, signed(school, employer))
    shown = as_role(Role.READER).get(HERE).text
    assert (WORDS in unescape(shown), "/withdraw" in shown, "/new" in shown) == (True, False, False)
