"""The PDF for an application: a learner finds it at her share, an employer on the page of the share."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from mimis_core.services import Services, ShareOrder, ShareView
from tests.filled_school import Known, fill
from tests.walk import app_of, text_of, visitor

OPEN = "/pdf/"
"""Part of the address at a learner's own share."""


@pytest.fixture
def known(school: Services) -> Known:
    return fill(school)


@pytest.fixture
def learner(school: Services, known: Known) -> FlaskClient:
    return visitor(app_of(school), known)


@pytest.fixture
def employer(school: Services) -> FlaskClient:
    """The browser of somebody whom nobody knows."""
    return app_of(school).test_client()


def share(school: Services, known: Known, **changes: Any) -> ShareView:
    until = school.clock().date() + timedelta(days=9)
    order = {"credential_ids": (known["credential_id"],), "purpose": "Vikariat", "until": until, **changes}
    return school.create_share(known["learner_id"], ShareOrder(**order))


def path_of(made: ShareView) -> str:
    return "/s/" + made.url.rpartition("/")[2]


def addresses(page: str, part: str) -> list[str]:
    return [one for one in re.findall(r'href="([^"]+)"', page) if part in one]


def test_learner_makes_the_pdf_at_her_share(learner: FlaskClient, school: Services, known: Known) -> None:
    made = share(school, known)
    (address,) = addresses(learner.get("/me/shares").text, f"{made.id}{OPEN}")
    answer = learner.get(address)
    assert answer.mimetype == "application/pdf"
    assert made.url in "".join(text_of(answer).split())


@pytest.mark.parametrize("how", ["without a name", "to an employer", "taken back"])
def test_other_shares_have_none(learner: FlaskClient, school: Services, known: Known, how: str) -> None:
    changes = {"without a name": {"anonymous": True}, "to an employer": {"partner_id": known["partner_id"]}}
    made = share(school, known, **changes.get(how, {}))
    if how == "taken back":
        school.withdraw_share(known["learner_id"], made.id)
    assert addresses(learner.get("/me/shares").text, f"{made.id}{OPEN}") == []
    assert learner.get(f"/me/shares/{made.id}{OPEN}{known['credential_id']}").status_code == 404


def test_employer_saves_the_pdf_from_the_share(employer: FlaskClient, school: Services, known: Known) -> None:
    made = share(school, known)
    (address,) = addresses(employer.get(path_of(made)).text, "/files/1/pdf")
    answer = employer.get(address)
    assert answer.mimetype == "application/pdf"
    assert made.url in "".join(text_of(answer).split())
    looks = next(one for one in school.shares_of(known["learner_id"]) if one.id == made.id).disclosures
    assert [one.viewer for one in looks] == ["link", "link-file"]


def test_share_without_a_name_offers_no_pdf(employer: FlaskClient, school: Services, known: Known) -> None:
    path = path_of(share(school, known, anonymous=True))
    assert addresses(employer.get(path).text, "/pdf") == []
    assert employer.get(f"{path}/files/1/pdf").status_code == 404


def test_pdf_ends_with_the_share(employer: FlaskClient, school: Services, known: Known) -> None:
    made = share(school, known)
    school.withdraw_share(known["learner_id"], made.id)
    answer = employer.get(f"{path_of(made)}/files/1/pdf")
    assert (answer.status_code, answer.mimetype) == (410, "text/html")


def test_program_that_looks_ahead_gets_nothing(employer: FlaskClient, school: Services, known: Known) -> None:
    made = share(school, known)
    answer = employer.get(f"{path_of(made)}/files/1/pdf", headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
    assert answer.status_code == 204
    looked = next(one for one in school.shares_of(known["learner_id"]) if one.id == made.id)
    assert looked.disclosures == ()
