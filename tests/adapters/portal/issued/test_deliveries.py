"""Deliveries: what stopped and is tried again, what waits, and what was sent."""

from __future__ import annotations

import pytest

from mimis_core import PermanentError
from mimis_core.services import CredentialView, Services
from tests.school import HandCourier
from tests.web.site import Browser

LIST = "/school/deliveries"
Views = list[CredentialView]


@pytest.fixture
def refused(school: Services, issued: Views) -> CredentialView:
    """A credential that its wallet did not take."""
    HandCourier.errors = [PermanentError("The address is unknown.", mend="Ask the learner.")]
    asa, _ = issued
    school.request_delivery(asa.learner_id, asa.id, "europass", "asa1@demo.example")
    school.drain()
    return asa


def test_what_stopped_is_shown_with_the_mend(reader: Browser, refused: CredentialView) -> None:
    page = reader.get(f"{LIST}?lang=en").text
    assert reader.page.status_code == 200
    assert refused.learner_name in page
    assert "The credential could not be sent." in page
    assert "See that the address is right" in page
    assert "Try again" not in page


def test_one_is_tried_again(issuer: Browser, refused: CredentialView, school: Services) -> None:
    issuer.get(LIST)
    (work,) = school.stopped_page().work
    issuer.send(f"{LIST}/{work.id}/again")
    assert issuer.path == LIST
    school.drain()
    assert school.stopped_page().work == ()
    assert refused.learner_name in issuer.get(f"{LIST}?state=sent").text


def test_all_of_a_destination_are_tried_again(issuer: Browser, refused: CredentialView, school: Services) -> None:
    asked = issuer.get(f"{LIST}/again?to=couriers.europass&lang=en").text
    assert "1 has stopped on the way to Europass." in asked
    issuer.send(f"{LIST}/again", to="couriers.europass")
    assert school.stopped_page().work == ()
    (waiting,) = school.delivery_page("queued").deliveries
    assert ("work.retry", "staff") in {(one.action, one.actor.kind) for one in school.audit_lines_of(waiting.id)}


def test_other_destinations_are_left_as_they_are(issuer: Browser, refused: CredentialView, school: Services) -> None:
    issuer.get(f"{LIST}/again?to=couriers.mail")
    issuer.send(f"{LIST}/again", to="couriers.mail")
    assert len(school.stopped_page("couriers.europass").work) == 1


def test_what_waits_is_shown(reader: Browser, issued: Views, school: Services) -> None:
    asa, _ = issued
    school.request_delivery(asa.learner_id, asa.id, "europass", "asa1@demo.example")
    assert asa.learner_name in reader.get(f"{LIST}?state=queued").text
    assert asa.learner_name not in reader.get(f"{LIST}?state=sent").text


def test_destination_that_is_none_is_not_found(issuer: Browser, issued: Views) -> None:
    assert issuer.get(f"{LIST}/again?to=couriers.nobody").status_code == 404
    assert issuer.get(f"{LIST}/{'0' * 32}/again").status_code == 404


def test_reader_may_not_try_again(reader: Browser, refused: CredentialView) -> None:
    assert reader.get(f"{LIST}/again?to=couriers.europass").status_code == 403
