"""Titles of valid credentials as skills: given, taken back, and those of others left alone."""

from __future__ import annotations

import pytest
from mimis_ats.odoo.feed import MOST
from mimis_ats.odoo.sandbox import OdooSandbox

from mimis_core import ConfigurationError
from tests.adapters.ats.odoo.conftest import ENTRY, REVOKED, SKILLS, TITLE, Connect, each_version


@each_version
@pytest.mark.parametrize("records", ["recruitment", "employees"])
def test_skill_is_given_and_taken_back(server: OdooSandbox, connect: Connect, version: int, records: str) -> None:
    server.add_skill_type(SKILLS, TITLE.upper())
    feed = connect(skill_type=SKILLS)
    receipt = feed.put(ENTRY, None)
    assert server.skills() == [TITLE.upper()]
    assert feed.put(ENTRY, receipt) == receipt
    feed.remove(receipt)
    assert server.skills() == []


def test_skill_goes_when_the_credential_is_revoked(server: OdooSandbox, connect: Connect) -> None:
    server.add_skill_type(SKILLS, TITLE)
    feed = connect(skill_type=SKILLS)
    feed.put(REVOKED, feed.put(ENTRY, None))
    assert server.skills() == []
    assert len(server.received()) == 1


def test_unknown_skill_is_made_only_where_allowed(server: OdooSandbox, connect: Connect) -> None:
    server.add_skill_type(SKILLS)
    connect(skill_type=SKILLS).put(ENTRY, None)
    assert server.skills() == []
    connect(skill_type=SKILLS, create_skills=True).put(ENTRY, None)
    assert server.skills() == [TITLE]


def test_skill_of_a_recruiter_is_left_alone(server: OdooSandbox, connect: Connect) -> None:
    server.add_skill_type(SKILLS, TITLE)
    (skill,) = server.models.rows["hr.skill"]
    row = server.models.add("hr.candidate.skill", candidate_id=41, skill_id=skill)
    feed = connect(skill_type=SKILLS)
    feed.remove(feed.put(ENTRY, None))
    assert list(server.models.rows["hr.candidate.skill"]) == [row]


def test_skill_whose_receipt_was_lost_is_ours_again(server: OdooSandbox, connect: Connect) -> None:
    server.add_skill_type(SKILLS, TITLE)
    feed = connect(skill_type=SKILLS)
    feed.put(ENTRY, None)
    feed.remove(feed.put(ENTRY, None))
    assert server.skills() == []


def test_skill_that_no_receipt_names_is_taken_back(server: OdooSandbox, connect: Connect) -> None:
    server.add_skill_type(SKILLS)
    receipt = connect(skill_type=SKILLS).put(ENTRY, None)
    feed = connect(skill_type=SKILLS, create_skills=True)
    feed.put(ENTRY, receipt)
    feed.remove(receipt)
    assert (server.skills(), server.received()) == ([], [])


def test_skill_of_another_share_stays(server: OdooSandbox, connect: Connect) -> None:
    server.add_skill_type(SKILLS, TITLE, "Annat")
    feed = connect(skill_type=SKILLS)
    receipt = feed.put(ENTRY, None)
    feed.put(ENTRY.model_copy(update={"key": "k2", "details": {"Annat": "Skolan"}}), None)
    feed.remove(receipt)
    assert server.skills() == ["Annat"]


def test_skill_of_another_share_stays_among_many_notes(server: OdooSandbox, connect: Connect) -> None:
    server.add_skill_type(SKILLS, TITLE, "Annat")
    feed = connect(skill_type=SKILLS)
    receipt = feed.put(ENTRY, None)
    for number in range(MOST):
        server.models.add("mail.message", model="hr.applicant", res_id=1000 + number, body="<p>mimis 0123 4567</p>")
    feed.put(ENTRY.model_copy(update={"key": "k2", "details": {"Annat": "Skolan"}}), None)
    feed.remove(receipt)
    assert server.skills() == ["Annat"]


@pytest.mark.parametrize("drop", [True, False], ids=["no-module", "no-type"])
def test_missing_skill_type_is_named(server: OdooSandbox, connect: Connect, drop: bool) -> None:
    if drop:
        server.models.drop("hr.candidate.skill")
    feed = connect(skill_type=SKILLS)
    (finding,) = feed.check()
    assert (finding.status, bool(finding.mend)) == ("error", True)
    with pytest.raises(ConfigurationError):
        feed.put(ENTRY, None)
