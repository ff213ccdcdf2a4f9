"""What a recruiter is mailed, how often, and what she is asked for when a share ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from mimis_ats.employer import Desk
from mimis_ats.generic.sandbox_mail import PASSWORD, RecruiterMailSandbox

from mimis_core import AuthenticationError, ConfigurationError, PermanentError, TemporaryError
from mimis_core.testing import Answer, Sandbox
from tests.adapters.ats.conftest import FakeEmployer, WebServer, settings_for
from tests.adapters.ats.generic.conftest import ENTRY, connect
from tests.adapters.ats.test_employer import REVOKED, SHARE


@pytest.fixture
def sandbox() -> Sandbox:
    return RecruiterMailSandbox()


def mails(server: RecruiterMailSandbox) -> list[EmailMessage]:
    found = [message_from_bytes(one, policy=policy.default) for one in server.mails]
    return [one for one in found if isinstance(one, EmailMessage)]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def test_mail_has_the_link_and_names_nobody_by_itself(feed: Any, server: RecruiterMailSandbox) -> None:
    feed.put(ENTRY, None)
    (mail,) = mails(server)
    assert (mail["To"], mail["From"]) == ("rekrytering@bolaget.example", "mimis@bolaget.example")
    assert ENTRY.url in text_of(mail).splitlines()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert list(mail.iter_attachments()) == []


def test_life_of_a_share_is_told_in_three_mails_of_one_thread(tmp_path: Path, server: RecruiterMailSandbox) -> None:
    with connect(server) as feed:
        employer = FakeEmployer(settings_for(tmp_path, role="employer"), [feed])
        desk = Desk(employer)  # type: ignore[arg-type]  # the fake has what the desk uses
        share = desk.recheck(desk.take(SHARE).share).share
        employer.verdict = REVOKED
        changed = desk.recheck(share).share
        gone = desk.take_back(desk.take_back(changed).share).share
    assert len({mail["References"] for mail in mails(server)}) == 1
    assert len({mail["Message-ID"] for mail in mails(server)}) == len(server.mails) == 3
    assert "återkallat" in text_of(mails(server)[1])
    assert "Radera mejlen" in text_of(mails(server)[2])
    assert str(SHARE.link) not in text_of(mails(server)[2])
    # A mail stays where it is, whatever its reader was asked for: that is what the learner is told.
    assert (gone.state, [trace.state for trace in gone.untold]) == ("withdrawn", ["written", "updated", "not_removed"])


def test_lost_answer_is_a_double_by_its_message_id(feed: Any, server: RecruiterMailSandbox) -> None:
    server.fail("drop", path="DATA")
    with pytest.raises(TemporaryError):
        feed.put(ENTRY, None)
    feed.put(ENTRY, None)
    assert len(server.mails) == 2
    assert len({mail["Message-ID"] for mail in mails(server)}) == 1


@pytest.mark.parametrize("many", [1, 3], ids=str)
def test_pdfs_of_the_share_page_are_attached(server: RecruiterMailSandbox, web: WebServer, many: int) -> None:
    web.reply = Answer(200, b"%PDF-1.7 ...", "application/pdf")
    details = {f"Bevis {number}": "Skolan" for number in range(many)}
    with connect(server, attach_pdf=True) as feed:
        feed.put(ENTRY.model_copy(update={"url": f"{web.url}/s/token", "details": details}), None)
    (mail,) = mails(server)
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["application/pdf"] * many
    assert [one.path for one in web.requests] == [f"/s/token/files/{number}/pdf" for number in range(1, many + 1)]


def test_what_is_no_pdf_is_not_attached(server: RecruiterMailSandbox, web: WebServer) -> None:
    web.reply = Answer(200, b"<html>", "text/html")
    with connect(server, attach_pdf=True) as feed, pytest.raises(PermanentError):
        feed.put(ENTRY.model_copy(update={"url": f"{web.url}/s/token"}), None)
    assert server.mails == []


def test_attachments_are_warned_of(server: RecruiterMailSandbox) -> None:
    with connect(server, attach_pdf=True) as feed:
        assert [finding.status for finding in feed.check()] == ["ok", "warning"]


@pytest.fixture
def guarded() -> Iterator[RecruiterMailSandbox]:
    with RecruiterMailSandbox(login=True) as server:
        yield server


def test_sign_in_is_used(guarded: RecruiterMailSandbox) -> None:
    with connect(guarded) as feed:
        feed.put(ENTRY, None)
    assert len(guarded.mails) == 1


def test_wrong_sign_in_is_told(guarded: RecruiterMailSandbox) -> None:
    with connect(guarded, password="wrong") as feed, pytest.raises(AuthenticationError) as caught:
        feed.put(ENTRY, None)
    assert PASSWORD not in str(caught.value)
    assert guarded.mails == []


def test_missing_sign_in_is_told(guarded: RecruiterMailSandbox) -> None:
    with connect(guarded, username=None) as feed, pytest.raises(PermanentError):
        feed.put(ENTRY, None)
    assert guarded.mails == []


def test_server_that_cannot_encrypt_is_not_used(server: RecruiterMailSandbox) -> None:
    with connect(server, starttls=True) as feed, pytest.raises(ConfigurationError):
        feed.put(ENTRY, None)
    assert server.mails == []


def test_server_that_is_away_is_tried_again(server: RecruiterMailSandbox) -> None:
    with connect(server, port=9) as feed, pytest.raises(TemporaryError):
        feed.put(ENTRY, None)


@pytest.mark.parametrize("field", ["to", "sender"])
@pytest.mark.parametrize(
    "text", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "A <a@b.example>", "a"], ids=range(4)
)
def test_only_one_plain_address_is_taken(server: RecruiterMailSandbox, field: str, text: str) -> None:
    with pytest.raises(ValueError, match=field):
        connect(server, **{field: text})


def test_two_processes_mail_once(server: RecruiterMailSandbox) -> None:
    def write() -> None:
        with connect(server) as feed:
            feed.put(ENTRY, None)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.mails) == 1
