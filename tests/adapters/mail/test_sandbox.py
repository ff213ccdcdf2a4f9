"""The mail sandbox as a server of its own, and the hooks that offer it."""

from __future__ import annotations

import smtplib
from importlib import import_module

import pytest
from mimis_mail import plugin
from mimis_mail.courier import MailCourier
from mimis_mail.sandbox import MailSandbox

from mimis_core import Parcel


def test_hooks_offer_courier_and_sandbox() -> None:
    assert plugin.mimis_couriers() == [MailCourier]
    ((name, target),) = plugin.mimis_sandboxes()
    module, _, attribute = target.partition(":")
    assert getattr(import_module(module), attribute)().name == name


def test_unstarted_sandbox_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        _ = MailSandbox().url


def test_started_again_is_another_run(parcel: Parcel) -> None:
    sandbox = MailSandbox()
    for _ in range(2):
        sandbox.start()
        assert sandbox.url == f"smtp://127.0.0.1:{sandbox.port}"
        sandbox.stop()
    sandbox.stop()


def test_two_sandboxes_live_side_by_side() -> None:
    with MailSandbox() as first, MailSandbox() as second:
        assert first.port != second.port


def test_stop_closes_open_connections() -> None:
    with MailSandbox() as sandbox:
        client = smtplib.SMTP("127.0.0.1", sandbox.port, timeout=5)
        client.ehlo()
    with client, pytest.raises(smtplib.SMTPServerDisconnected):
        client.docmd("NOOP")


def test_files_are_numbered_messages(server: MailSandbox, courier: MailCourier, parcel: Parcel) -> None:
    for number in range(2):
        courier.deliver(parcel.model_copy(update={"key": str(number)}))
    assert [name for name, _ in server.received()] == ["001.eml", "002.eml"]
    assert all(content.startswith(b"From: ") for _, content in server.received())
    assert len({message["Message-ID"] for message in server.messages()}) == 2


@pytest.mark.parametrize("line", ["NONSENSE", "MAIL FROM", "RCPT TO:<a@b.se>", "DATA"])
def test_odd_commands_are_refused(server: MailSandbox, line: str) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        client.ehlo()
        assert client.docmd(line)[0] >= 500


def test_settings_carry_kind_and_port(server: MailSandbox) -> None:
    assert server.settings()["kind"] == MailCourier.kind
    assert server.settings()["port"] == server.port
