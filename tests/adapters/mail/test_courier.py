"""The mail courier against its sandbox: at most once, and honest about what happened."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from mimis_mail.courier import MailCourier
from mimis_mail.sandbox import MailSandbox
from mimis_mail.settings import MailSettings
from pydantic import ValidationError

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    MimisError,
    Parcel,
    PermanentError,
    Sealed,
    TemporaryError,
)
from mimis_core.testing import FAULTS
from mimis_core.testing.conformance import CourierConformance

Connect = Callable[..., MailCourier]


class TestMailConforms(CourierConformance):
    """A mailbox cannot be asked what it has."""

    adapter_type = MailCourier
    asks = False

    @pytest.fixture
    def locked_out(self, server: MailSandbox, connect: Connect) -> MailCourier:
        server.require_login("skolan", "the right one")
        return connect(username="skolan", password="a wrong one")


def test_message_arrives_as_made(courier: MailCourier, server: MailSandbox, parcel: Parcel) -> None:
    receipt = courier.deliver(parcel)
    (message,) = server.messages()
    assert message["Subject"] == parcel.subject
    assert message.get_content().splitlines() == parcel.text.splitlines()
    assert (receipt.courier, receipt.reference, receipt.already) == ("mejl", message["Message-ID"], False)


def test_sealed_file_arrives_unchanged(
    courier: MailCourier, server: MailSandbox, parcel: Parcel, sealed: Sealed
) -> None:
    courier.deliver(parcel.model_copy(update={"sealed": sealed}))
    (attached,) = server.messages()[0].iter_attachments()
    assert attached.get_content() == sealed.content


@pytest.mark.parametrize("to", ["åsa@exempel.se", "åsa@räksmörgås.se"])
def test_swedish_address_is_reached(courier: MailCourier, server: MailSandbox, parcel: Parcel, to: str) -> None:
    courier.deliver(parcel.model_copy(update={"to": to}))
    (message,) = server.messages()
    assert message["To"].addresses[0].username == "åsa"
    assert message["Subject"] == parcel.subject


def test_answer_goes_to_a_person(connect: Connect, server: MailSandbox, parcel: Parcel) -> None:
    connect(reply_to="Rektorn <rektor@skolan.example>").deliver(parcel)
    assert server.messages()[0]["Reply-To"].addresses[0].addr_spec == "rektor@skolan.example"


@pytest.mark.parametrize("fault", ["500", "503", "429"])
def test_certain_failure_is_repeated(courier: MailCourier, server: MailSandbox, parcel: Parcel, fault: str) -> None:
    server.fail(fault)
    with pytest.raises(TemporaryError) as caught:
        courier.deliver(parcel)
    assert caught.value.mend
    assert server.received() == []
    courier.deliver(parcel)
    assert len(server.received()) == 1


@pytest.mark.parametrize("fault", ["html", "truncated", "drop"])
def test_doubt_is_never_repeated(courier: MailCourier, server: MailSandbox, parcel: Parcel, fault: str) -> None:
    server.fail(fault)
    with pytest.raises(PermanentError) as caught:
        courier.deliver(parcel)
    assert caught.value.code == "doubt"
    assert server.messages()[0]["Message-ID"] in str(caught.value)
    assert "log" in (caught.value.mend or "")


def test_every_fault_is_known(server: MailSandbox, courier: MailCourier, parcel: Parcel) -> None:
    for fault in sorted(set(FAULTS) - {"slow"}):
        server.fail(fault)
        with pytest.raises(MimisError):
            courier.deliver(parcel)
    assert courier.deliver(parcel).reference


@pytest.mark.parametrize(
    ("code", "error"), [(550, PermanentError), (552, PermanentError), (450, TemporaryError), (421, TemporaryError)]
)
def test_bounce_is_told_without_address(
    courier: MailCourier, server: MailSandbox, parcel: Parcel, code: int, error: type[MimisError]
) -> None:
    server.refuse(parcel.to.upper(), code)
    with pytest.raises(error) as caught:
        courier.deliver(parcel)
    assert caught.value.mend
    assert "exempel" not in str(caught.value)
    assert server.received() == []


def test_bounce_says_why(courier: MailCourier, server: MailSandbox, parcel: Parcel) -> None:
    server.refuse(parcel.to)
    with pytest.raises(PermanentError) as caught:
        courier.deliver(parcel)
    assert caught.value.code == "5.1.1"
    assert "no such mailbox" in str(caught.value)


def test_other_addresses_go_on(courier: MailCourier, server: MailSandbox, parcel: Parcel) -> None:
    server.refuse("eli@exempel.se")
    courier.deliver(parcel)
    server.refuse(parcel.to)
    server.refuse(parcel.to, 250)
    courier.deliver(parcel)
    assert len(server.received()) == 2


def test_no_address_sends_nothing(courier: MailCourier, server: MailSandbox, parcel: Parcel) -> None:
    with pytest.raises(PermanentError):
        courier.deliver(parcel.model_copy(update={"to": "eli@exempel.se, saman@exempel.se"}))
    assert server.received() == []


def test_logs_hold_no_address(
    courier: MailCourier, server: MailSandbox, parcel: Parcel, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuse(parcel.to)
    with caplog.at_level(logging.DEBUG), pytest.raises(PermanentError):
        courier.deliver(parcel)
    assert not [record for record in caplog.records if record.name.split(".")[0] not in ("mail", "asyncio")]


def test_sign_in_opens_the_server(connect: Connect, server: MailSandbox, parcel: Parcel) -> None:
    server.require_login("skolan", "hemligt")
    connect(username="skolan", password="hemligt").deliver(parcel)
    assert len(server.received()) == 1


@pytest.mark.parametrize("given", [{}, {"username": "skolan", "password": "fel"}, {"username": "x", "password": "åäö"}])
def test_wrong_sign_in_is_told(connect: Connect, server: MailSandbox, parcel: Parcel, given: dict[str, str]) -> None:
    server.require_login("skolan", "hemligt")
    with pytest.raises(AuthenticationError) as caught:
        connect(**given).deliver(parcel)
    assert caught.value.mend
    assert "fel" not in caught.value.message.split()
    assert server.received() == []


def test_encrypted_server_is_reached(encrypted: MailSandbox, connect: Connect, parcel: Parcel, authority: Path) -> None:
    encrypted.require_login("skolan", "hemligt")
    table = {**encrypted.settings(), "username": "skolan", "password": "hemligt", "ca_file": authority}
    connect(**table).deliver(parcel)
    assert len(encrypted.received()) == 1


def test_unknown_certificate_is_refused(encrypted: MailSandbox, connect: Connect, parcel: Parcel) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect(**encrypted.settings()).deliver(parcel)
    assert "ca_file" in (caught.value.mend or "")


def test_encryption_is_never_given_up(connect: Connect, server: MailSandbox, parcel: Parcel) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect(starttls=True).deliver(parcel)
    assert "starttls" in (caught.value.mend or "")
    assert server.received() == []


def test_plain_server_fails_ssl_softly(connect: Connect, parcel: Parcel) -> None:
    with pytest.raises(TemporaryError) as caught:
        connect(ssl=True).deliver(parcel)
    assert "ssl" in (caught.value.mend or "")


def test_missing_ca_file_is_told(connect: Connect, parcel: Parcel, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ca_file"):
        connect(ssl=True, ca_file=tmp_path / "none.pem").deliver(parcel)


def test_check_sends_nothing(courier: MailCourier, server: MailSandbox) -> None:
    assert [finding.status for finding in courier.check()] == ["ok"]
    assert server.received() == []


def test_check_names_mend_when_locked_out(connect: Connect, server: MailSandbox) -> None:
    server.require_login("skolan", "hemligt")
    (finding,) = connect(username="skolan", password="fel").check()
    assert finding.status == "error"
    assert "password" in (finding.mend or "")


def test_check_reminds_of_open_ends() -> None:
    settings = MailSettings(host="mail.example", sender="a@b.se", starttls=False)
    findings = list(MailCourier("mejl", settings)._reminders("courier mejl"))
    assert [finding.status for finding in findings] == ["warning", "warning"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "skolan"},
        {"sender": "a@b.se\r\nBcc: x@y.se"},
        {"reply_to": "a@b.se, c@d.se"},
        {"port": 0},
        {"timeout": 0},
        {"username": "skolan"},
        {"password": "hemligt"},
        {"username": "skolan", "password": "hemligt", "starttls": False},
        {"unknown": 1},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        MailSettings.model_validate({"host": "mail.example", "sender": "a@b.se", **wrong})
    assert "hemligt" not in str(caught.value.errors(include_input=False))


@pytest.mark.parametrize("way", [{"ssl": True}, {"starttls": True}, {"host": "localhost", "starttls": False}])
def test_password_may_travel_safely(way: dict[str, object]) -> None:
    table = {"host": "mail.example", "sender": "a@b.se", "username": "skolan", "password": "hemligt", **way}
    assert "hemligt" not in repr(MailSettings.model_validate(table))
