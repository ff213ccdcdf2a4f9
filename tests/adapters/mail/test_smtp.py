"""Conversations that go wrong at each step: certain before the end of the message, in doubt after it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest
from mimis_mail.courier import MailCourier
from mimis_mail.sandbox import MailSandbox

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    MimisError,
    Parcel,
    PermanentError,
    TemporaryError,
)

from .conftest import Script

Connect = Callable[..., MailCourier]
HELLO, EHLO, OK, GO = "220 hej", "250-hej\r\n250 SIZE", "250 2.0.0 ok", "354 go"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (["554 5.7.1 go away"], ConfigurationError),
        (["421 4.3.2 later"], TemporaryError),
        (["HTTP/1.1 400 Bad Request"], TemporaryError),
        ([], TemporaryError),
        ([HELLO], TemporaryError),
        ([HELLO, EHLO], TemporaryError),
        ([HELLO, EHLO, "550 5.7.1 not your domain"], ConfigurationError),
        ([HELLO, EHLO, "530 5.7.0 sign in"], AuthenticationError),
        ([HELLO, EHLO, "552 5.3.4 too large"], PermanentError),
        ([HELLO, EHLO, OK], TemporaryError),
        ([HELLO, EHLO, OK, "what?"], TemporaryError),
        ([HELLO, EHLO, OK, "550 relay denied"], PermanentError),
        ([HELLO, EHLO, OK, OK], TemporaryError),
        ([HELLO, EHLO, OK, OK, "451 later"], TemporaryError),
        ([HELLO, EHLO, OK, OK, "554 5.7.1 no"], PermanentError),
    ],
)
def test_failure_before_the_end_is_certain(
    connect: Connect, parcel: Parcel, answers: list[str], error: type[MimisError]
) -> None:
    with Script(*answers) as script, pytest.raises(error) as caught:
        connect(**script.table).deliver(parcel)
    assert caught.value.code != "doubt"
    assert caught.value.mend
    assert not [line for line in script.heard if line == b".\r\n"]


def test_closed_port_is_temporary(connect: Connect, server: MailSandbox, parcel: Parcel) -> None:
    courier = connect()
    server.stop()
    with pytest.raises(TemporaryError) as caught:
        courier.deliver(parcel)
    assert "ConnectionRefusedError" in str(caught.value)


@pytest.mark.parametrize(
    ("last", "error", "code"),
    [
        (["451 4.3.0 no"], TemporaryError, "4.3.0"),
        (["554 5.6.0 spam"], PermanentError, "5.6.0"),
        (["552 large"], PermanentError, "552"),
        ([], PermanentError, "doubt"),
        (["what?"], PermanentError, "doubt"),
        (["999 9.9.9"], PermanentError, "doubt"),
    ],
)
def test_last_answer_decides(
    connect: Connect, parcel: Parcel, last: list[str], error: type[MimisError], code: str
) -> None:
    with Script(HELLO, EHLO, OK, OK, GO, *last) as script, pytest.raises(error) as caught:
        connect(**script.table).deliver(parcel)
    assert caught.value.code == code
    assert script.heard[-1] == b".\r\n"


@pytest.mark.parametrize(("answers", "code"), [([HELLO, EHLO, OK, OK, GO], "doubt"), ([HELLO, EHLO, OK], None)])
def test_silence_is_doubt_only_at_end(connect: Connect, parcel: Parcel, answers: list[str], code: str | None) -> None:
    waits = {"timeout": 3 if code else 0.2, "end_timeout": 0.2}
    began = monotonic()
    with Script(*answers, hold=True) as script, pytest.raises((TemporaryError, PermanentError)) as caught:
        connect(**{**script.table, **waits}).deliver(parcel)
    assert caught.value.code == code
    assert monotonic() - began < 3


def test_accepted_stays_accepted_without_goodbye(connect: Connect, parcel: Parcel) -> None:
    with Script(HELLO, EHLO, OK, OK, GO, "250 2.0.0 ok") as script:
        assert connect(**script.table).deliver(parcel).reference


@pytest.mark.parametrize(
    ("answer", "error"),
    [("504 5.5.4 no", AuthenticationError), ("535 5.7.8 no", AuthenticationError), ("454 4.7.0 later", TemporaryError)],
)
def test_refused_sign_in_needs_a_person(connect: Connect, parcel: Parcel, answer: str, error: type[MimisError]) -> None:
    with Script(HELLO, "250-hej\r\n250 AUTH PLAIN", answer) as script, pytest.raises(error) as caught:
        connect(**script.table, username="skolan", password="hemligt").deliver(parcel)
    assert caught.value.mend


def test_server_without_sign_in_is_told(connect: Connect, parcel: Parcel) -> None:
    with Script(HELLO, EHLO) as script, pytest.raises(ConfigurationError):
        connect(**script.table, username="skolan", password="hemligt").deliver(parcel)
