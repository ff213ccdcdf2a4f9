"""``mimis attestations``: a teacher asks by command, hands a link over, and takes a request back."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core.services import configured
from tests.command import Mimis
from tests.school import HandCourier
from tests.services.attesting import ENTRY, answer, enrol

WORDS = ("--name", "Petra Sjö", "--workplace", "Hotell Demo", "--first", "2026-10-05", "--last", "2026-11-13")
BY = ("--by", "Lo Berg")


@pytest.fixture
def learner(folder: Path) -> str:
    with configured(folder) as services:
        return enrol(services)


def test_link_without_an_address_is_printed_and_works(folder: Path, mimis: Mimis, learner: str) -> None:
    made = mimis("attestations", "ask", learner, ENTRY, *WORDS, *BY, "--config", folder, "--json").json
    with configured(folder) as services:
        assert services.open_attestation(made["url"].rpartition("/")[2]).workplace == "Hotell Demo"
    (one,) = mimis("attestations", "--config", folder, "--json").json["attestations"]
    assert (one["id"], one["state"], one["learner"]) == (made["id"], "asked", learner)


def test_mailed_link_is_not_printed(folder: Path, mimis: Mimis, learner: str) -> None:
    words = (*WORDS, *BY, "--email", "petra@hotell.example", "--hours", "180", "--phone", "070-1")
    made = mimis("attestations", "ask", learner, ENTRY, *words, "--config", folder, "--json").json
    assert (made["mailed"], made["url"], len(HandCourier.parcels)) == (True, None, 1)
    mimis("attestations", "remind", made["id"], *BY, "--config", folder)
    assert len(HandCourier.parcels) == 2
    again = mimis("attestations", "remind", made["id"], *BY, "--hand-over", "--config", folder, "--json").json
    assert (again["mailed"], "/attest/" in again["url"], len(HandCourier.parcels)) == (False, True, 2)


def test_withdrawn_and_answered_requests_are_listed_apart(folder: Path, mimis: Mimis, learner: str) -> None:
    ids = [
        mimis("attestations", "ask", learner, ENTRY, *WORDS, *BY, "--config", folder, "--json").json["id"]
        for _ in range(2)
    ]
    assert mimis("attestations", "withdraw", ids[0], *BY, "--config", folder).code == 0
    with configured(folder) as services:
        answer(services, services.remind_attestation(ids[1], "Lo Berg", mail=False), "yes", "no")
    for state, wanted in (("over", (ids[0], None)), ("answered", (ids[1], 1))):
        listed = mimis("attestations", "--state", state, "--config", folder, "--json").json["attestations"]
        assert [(one["id"], one["missing"] and 1) for one in listed] == [wanted]
    refused = mimis("attestations", "withdraw", ids[1], *BY, "--config", folder)
    assert (refused.code, "answered" in refused.err) == (2, True)


def test_more_than_a_page_is_listed(folder: Path, mimis: Mimis, learner: str) -> None:
    for _ in range(51):
        mimis("attestations", "ask", learner, ENTRY, *WORDS, *BY, "--config", folder)
    assert len(mimis("attestations", "--config", folder, "--json").json["attestations"]) == 51
