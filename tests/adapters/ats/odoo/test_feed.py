"""Where notes and tags stand in Odoo, and when they go."""

from __future__ import annotations

from mimis_ats.odoo.feed import OdooFeed
from mimis_ats.odoo.sandbox import OdooSandbox

from mimis_core import Candidate
from tests.adapters.ats.odoo.conftest import ENTRY, REVOKED, Connect, each_version


def test_note_stands_on_the_application(server: OdooSandbox, feed: OdooFeed) -> None:
    feed.put(ENTRY, None)
    ((name, content),) = server.received()
    assert name.startswith("hr.applicant-42-")
    assert 'href="https://school.example/s/token"' in content.decode()


def test_note_stands_on_the_application_for_the_job(server: OdooSandbox, feed: OdooFeed) -> None:
    wanted = server.models.add("hr.applicant", candidate_id=41, job_id=9)
    server.models.add("hr.applicant", candidate_id=41, job_id=8)
    feed.put(ENTRY.model_copy(update={"candidate": Candidate(id="41", job_id="9")}), None)
    assert server.received()[0][0].startswith(f"hr.applicant-{wanted}-")


def test_candidate_without_application_gets_the_note_herself(server: OdooSandbox, feed: OdooFeed) -> None:
    server.models.erase("hr.applicant", 42)
    feed.put(ENTRY, None)
    assert server.received()[0][0].startswith("hr.candidate-41-")


def test_note_on_an_archived_application_is_found_again(server: OdooSandbox, feed: OdooFeed) -> None:
    receipt = feed.put(ENTRY, None)
    server.models.rows["hr.applicant"][42]["active"] = False
    feed.put(REVOKED, receipt)
    feed.put(REVOKED, None)
    assert len(server.received()) == 1


def test_unchanged_note_is_left_alone(server: OdooSandbox, feed: OdooFeed) -> None:
    written = r"mail.message.(write|create)|message_post"
    receipt = feed.put(ENTRY, None)
    assert server.count(written) == 1
    server.forget()
    feed.put(ENTRY, receipt)
    assert server.count(written) == 0


def test_tag_stands_where_the_note_stands(server: OdooSandbox, feed: OdooFeed) -> None:
    receipt = feed.put(ENTRY, None)
    server.models.add("hr.applicant", candidate_id=41)
    feed.remove(feed.put(REVOKED, feed.put(ENTRY, receipt)))
    assert (server.tags(), server.received()) == ([], [])


def test_tag_moves_with_a_note_that_is_made_anew(server: OdooSandbox, feed: OdooFeed) -> None:
    receipt = feed.put(ENTRY, None)
    server.models.rows["mail.message"].clear()
    newest = server.models.add("hr.applicant", candidate_id=41)
    again = feed.put(ENTRY, receipt)
    assert server.received()[0][0].startswith(f"hr.applicant-{newest}-")
    assert len(server.tags()) == 1
    feed.remove(again)
    assert server.tags() == []


def test_note_removed_by_hand_is_remade(server: OdooSandbox, feed: OdooFeed) -> None:
    receipt = feed.put(ENTRY, None)
    server.models.rows["mail.message"].clear()
    assert feed.put(ENTRY, receipt).external_id != receipt.external_id
    assert len(server.received()) == 1


def test_other_candidate_moves_the_note(server: OdooSandbox, feed: OdooFeed) -> None:
    server.add_candidate("other@example.org")
    receipt = feed.put(ENTRY, None)
    feed.put(ENTRY.model_copy(update={"candidate": Candidate(id="43")}), receipt)
    ((name, _),) = server.received()
    assert name.startswith("hr.applicant-44-")
    assert server.tags() == ["Mikromeriter"]


@each_version
def test_tag_stays_while_one_share_stands(server: OdooSandbox, feed: OdooFeed, version: int) -> None:
    first = feed.put(ENTRY, None)
    second = feed.put(ENTRY.model_copy(update={"key": "k2"}), None)
    assert server.tags() == ["Mikromeriter"]
    feed.remove(first)
    assert server.tags() == ["Mikromeriter"]
    feed.remove(second)
    assert server.tags() == []
    assert len(server.models.rows["hr.applicant.category"]) == 1


def test_tag_goes_when_nothing_holds(server: OdooSandbox, feed: OdooFeed) -> None:
    receipt = feed.put(ENTRY, None)
    assert feed.put(REVOKED, receipt).external_id == receipt.external_id.partition(" ")[0]
    assert server.tags() == []


def test_no_tag_is_a_setting(server: OdooSandbox, connect: Connect) -> None:
    connect(tag=None).put(ENTRY, None)
    assert server.models.rows["hr.applicant.category"] == {}
