"""What is Greenhouse's own: files that can be removed, notes that cannot, fields that are shared, pages by cursor."""

from __future__ import annotations

import pytest
from mimis_ats.greenhouse.feed import GreenhouseFeed
from mimis_ats.greenhouse.mapping import filename_of, text_of
from mimis_ats.greenhouse.sandbox import FIELD, GreenhouseSandbox

from mimis_core import Candidate, DataError, PermanentError, Person, TemporaryError
from mimis_core.testing.suites.feed import put_until_done
from tests.adapters.ats.greenhouse.conftest import EMAIL, ENTRY, Connect


def test_attachment_is_for_admins_and_never_a_resume(feed: GreenhouseFeed, server: GreenhouseSandbox) -> None:
    receipt = feed.put(ENTRY, None)
    (row,) = server.rows["attachments"].values()
    assert receipt.external_id == f"attachment:{row['id']}"
    assert (row["visibility"], row["type"]) == ("admin_only", "other")
    assert server.received() == [(filename_of(ENTRY), text_of(ENTRY).encode())]


def test_name_of_the_file_tells_nobody_the_share(feed: GreenhouseFeed, server: GreenhouseSandbox) -> None:
    feed.put(ENTRY, None)
    assert ENTRY.key not in server.received()[0][0]


def test_attachment_hangs_on_the_job_of_the_application(feed: GreenhouseFeed, server: GreenhouseSandbox) -> None:
    server.rows["applications"][1] = {"id": 1, "candidate_id": 978031, "job_id": 12}
    feed.put(ENTRY.model_copy(update={"candidate": Candidate(id="978031", job_id="12")}), None)
    assert [row["application_id"] for row in server.rows["attachments"].values()] == [1]


def test_candidate_without_application_is_told(feed: GreenhouseFeed, server: GreenhouseSandbox) -> None:
    server.rows["applications"].clear()
    with pytest.raises(PermanentError) as caught:
        feed.put(ENTRY, None)
    assert caught.value.code == "application"


def test_attachment_and_field_are_written_and_removed_together(connect: Connect, server: GreenhouseSandbox) -> None:
    feed = connect(custom_field=FIELD)
    receipt = feed.put(ENTRY, None)
    assert len(server.received()) == 2
    feed.remove(receipt)
    assert server.received() == []


def test_field_keeps_what_a_recruiter_wrote_into_it(connect: Connect, server: GreenhouseSandbox) -> None:
    server.rows["candidates"][978031]["custom_fields"][FIELD] = "Ring på måndag"
    feed = connect(v1=True)
    receipt = feed.put(ENTRY, None)
    feed.put(ENTRY.model_copy(update={"summary": "Två"}), receipt)
    feed.remove(receipt)
    assert server.received() == [("field-978031.txt", "Ring på måndag".encode())]


@pytest.mark.parametrize("v1", [False, True], ids=["v3", "v1"])
def test_note_is_written_once_and_said_to_stay(connect: Connect, server: GreenhouseSandbox, v1: bool) -> None:
    feed = connect(v1=v1, note=True)
    receipt = feed.put(ENTRY, None)
    receipt = feed.put(ENTRY.model_copy(update={"summary": "Två"}), receipt)
    assert len(server.rows["notes"]) == 1
    with pytest.raises(PermanentError) as caught:
        feed.remove(receipt)
    assert (caught.value.code, bool(caught.value.mend)) == ("note", True)
    assert [name for name, _ in server.received()] == [f"note-{next(iter(server.rows['notes']))}.txt"]
    server.rows["notes"].clear()
    feed.remove(receipt)


@pytest.mark.parametrize("v1", [False, True], ids=["v3", "v1"])
def test_note_of_a_deleted_candidate_is_gone_with_her(connect: Connect, server: GreenhouseSandbox, v1: bool) -> None:
    feed = connect(v1=v1, note=True)
    receipt = feed.put(ENTRY, None)
    assert server.received() != []
    server.delete_candidate("978031")
    feed.remove(receipt)
    assert server.received() == []


@pytest.mark.parametrize("fault", ["drop", "reset", "500", "429"])
@pytest.mark.parametrize("v1", [False, True], ids=["v3", "v1"])
def test_lost_answer_never_doubles_a_note(connect: Connect, server: GreenhouseSandbox, v1: bool, fault: str) -> None:
    server.fail(fault, path="POST .*notes")
    put_until_done(connect(v1=v1, note=True), ENTRY)
    assert len(server.rows["notes"]) == 1


def test_notes_are_warned_of(connect: Connect) -> None:
    findings = list(connect(note=True).check())
    assert [finding.status for finding in findings] == ["ok", "warning"]
    assert all(finding.mend for finding in findings[1:])


def test_other_candidate_moves_the_attachment(feed: GreenhouseFeed, server: GreenhouseSandbox) -> None:
    server.add_candidate("other@example.org")
    other = str(max(server.rows["candidates"]))
    receipt = feed.put(ENTRY, None)
    feed.put(ENTRY.model_copy(update={"candidate": Candidate(id=other)}), receipt)
    assert [str(row["candidate_id"]) for row in server.rows["attachments"].values()] == [other]


def test_attachment_removed_by_hand_is_remade(feed: GreenhouseFeed, server: GreenhouseSandbox) -> None:
    receipt = feed.put(ENTRY, None)
    server.rows["attachments"].clear()
    assert feed.put(ENTRY, receipt).external_id != receipt.external_id
    assert len(server.received()) == 1


def test_old_attachment_stays_until_the_new_one_is_there(feed: GreenhouseFeed, server: GreenhouseSandbox) -> None:
    receipt = feed.put(ENTRY, None)
    server.fail("reset", path="POST /v3/attachments")
    with pytest.raises(TemporaryError):
        feed.put(ENTRY.model_copy(update={"summary": "Två"}), receipt)
    assert len(server.received()) == 1


def test_pages_are_followed_by_cursor_alone(feed: GreenhouseFeed, server: GreenhouseSandbox, person: Person) -> None:
    server.page = 2
    for _ in range(4):
        server.add_candidate(EMAIL)
    assert len(feed.find(person)) == 5
    followed = [request.query for request in server.requests if "cursor" in request.query]
    assert [set(query) for query in followed] == [{"cursor"}, {"cursor"}]


@pytest.mark.parametrize("v1", [False, True], ids=["v3", "v1"])
def test_ignored_filter_is_no_list_of_everybody(
    connect: Connect, server: GreenhouseSandbox, person: Person, monkeypatch: pytest.MonkeyPatch, v1: bool
) -> None:
    monkeypatch.setattr("mimis_ats.greenhouse.sandbox._matches", lambda row, asked: True)
    for number in range(150):
        server.add_candidate(f"person{number}@example.org")
    with pytest.raises(DataError):
        connect(v1=v1).find(person)


def test_second_address_of_a_candidate_counts(feed: GreenhouseFeed, server: GreenhouseSandbox) -> None:
    server.rows["candidates"][978031]["email_addresses"].append({"value": "A+B@example.org", "type": "work"})
    assert [one.email for one in feed.find(Person(email="a+b@example.org"))] == ["A+B@example.org"]
