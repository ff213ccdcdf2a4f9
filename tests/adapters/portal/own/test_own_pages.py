"""Helpers, decisions, data and the way to a whole: what she does there, and what comes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest

from mimis_core.services import Services
from tests.web.site import Browser

Come = Callable[[str | None], Browser]
Post = Callable[[], list[tuple[str, str]]]


def invite(her: Browser, **fields: str) -> str:
    """Make a link for a helper; gives its path."""
    her.get("/me/helpers")
    her.send("/me/helpers", **{"name": "Kim", "time": "week", **fields})
    found = re.search(r"(/in/helper/[\w-]+)", her.page.text)
    assert found is not None, her.page.text
    return found[1]


def test_helper_looks_and_she_sees_it(her: Browser, come_as: Come) -> None:
    path = invite(her)
    helper = come_as(None)
    seen = helper.get(path)
    assert (seen.status_code, "Åsa Öberg 1" in seen.text, "Digital" in seen.text) == (200, True, True)
    assert "asa1@demo.example" not in seen.text
    assert "Has looked 1 time." in her.get("/me/helpers").text


def test_link_is_shown_once(her: Browser) -> None:
    path = invite(her)
    assert path not in her.get("/me/helpers/link").text
    assert her.path == "/me/helpers"


def test_ended_help_is_gone(her: Browser, come_as: Come, school: Services, learner: str) -> None:
    path = invite(her)
    her.get("/me/helpers")
    her.send(f"/me/helpers/{school.helpers_of(learner)[0].id}/end")
    assert come_as(None).get(path).status_code == 410


@pytest.mark.parametrize("agent", ["WhatsApp/2.0", "Slackbot 1.0"], ids=["whatsapp", "slackbot"])
def test_preview_is_no_look(her: Browser, come_as: Come, agent: str, school: Services, learner: str) -> None:
    answer = come_as(None).get(invite(her), headers={"User-Agent": agent})
    assert ("Åsa" in answer.text, school.helpers_of(learner)[0].looks) == (False, ())


@pytest.mark.parametrize("shares", ["yes", ""], ids=["ticked", "not ticked"])
def test_recipients_are_shown_where_she_ticked_it(her: Browser, come_as: Come, shares: str) -> None:
    her.get("/me/share")
    credential = re.search(r'name="credential" value="(\w+)"', her.page.text)
    until = re.search(r'name="until"[^>]* value="([\d-]+)"', her.page.text)
    assert credential is not None
    assert until is not None
    her.send("/me/share", credential=credential[1], purpose="Jobb på lagret", until=until[1], step="yes")
    seen = come_as(None).get(invite(her, shares=shares))
    assert ("Jobb på lagret" in seen.text) is (shares == "yes")


@pytest.mark.parametrize("wrong", [{"name": ""}, {"time": "year"}, {"email": "x"}], ids=["name", "time", "email"])
def test_wrong_invitation_is_told_beside_the_field(her: Browser, wrong: dict[str, str]) -> None:
    her.get("/me/helpers")
    answer = her.send("/me/helpers", **{"name": "Kim", "time": "week", **wrong})
    assert (answer.status_code, f'id="{next(iter(wrong))}-error"' in answer.text) == (400, True)


def test_rejection_is_asked_about(her: Browser, school: Services, learner: str) -> None:
    waiting = next(one for one in school.awards() if one["state"] == "proposed")
    path = f"/me/decisions/{waiting['id']}/appeal"
    assert her.get(path).status_code == 404
    school.decide_award(waiting["id"], approve=False, by="Karin Ek", reason="Ett moment saknas.")
    assert "Ett moment saknas." in her.get(path).text
    assert her.send(path, text=" ").status_code == 400
    answer = her.send(path, text="Jag gjorde det den 3 november.")
    assert "You get an answer by 15 December 2026" in unescape(answer.text)
    assert [one["text"] for one in school.appeals_of(learner)] == ["Jag gjorde det den 3 november."]
    school.decide_appeal(school.appeals_of(learner)[0]["id"], "unchanged", "Rektor", "Momentet fattas.")
    assert "The decision stays" in her.get("/me/decisions").text


def test_revocation_is_asked_about(her: Browser, school: Services, learner: str) -> None:
    credential = school.credentials_of(learner)[0].id
    path = f"/me/credentials/{credential}/appeal"
    assert path not in her.get(f"/me/credentials/{credential}").text
    school.revoke_credential(credential, "Fel person", "Rektor")
    assert path in her.get(f"/me/credentials/{credential}").text
    her.get(path)
    her.send(path, text="Det är inte fel.")
    assert len(school.appeals_of(learner)) == 1


def test_nobody_asks_about_anothers(her: Browser, school: Services, other: str, learner: str) -> None:
    hers = school.credentials_of(other)[0].id
    assert her.get(f"/me/credentials/{hers}/appeal").status_code == 404


def test_data_are_downloaded(her: Browser, learner: str) -> None:
    her.get("/me/data")
    answer = her.send("/me/data/export")
    with ZipFile(BytesIO(answer.content)) as packed:
        names = packed.namelist()
        assert json.loads(packed.read("data.json"))["learner"] == learner
    assert {"data.json", "index.html"} < set(names)
    assert any(name.startswith("documents/") for name in names)


def test_private_school_erases_once_she_is_sure(her: Browser, school: Services, learner: str) -> None:
    assert "cannot be undone" in her.get("/me/data/erase").text
    assert her.send("/me/data/erase").status_code == 400
    answer = her.send("/me/data/erase", sure="yes")
    assert (her.path, "you are signed out" in answer.text) == ("/", True)
    assert school.learner(learner).full_name == "Raderad deltagare"


def test_public_body_decides_itself(her: Browser, school: Services, learner: str) -> None:
    public = school.settings.organisation.model_copy(update={"public_body": True})
    school.settings = school.settings.model_copy(update={"organisation": public})
    her.get("/me/data/erase")
    her.send("/me/data/erase", sure="yes")
    assert her.path == "/me/data"
    assert school.learner(learner).full_name == "Åsa Öberg 1"
    assert [one["kind"] for one in school.reviews()] == ["erasure"]


def test_path_is_shown(her: Browser) -> None:
    assert her.get("/me/path").status_code == 200
