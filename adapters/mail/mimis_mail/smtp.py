"""One conversation with a mail server, step by step, so that what happened to the message is always known."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from mimis_core import AuthenticationError, ConfigurationError, TemporaryError
from mimis_mail.replies import doubtful, refusal
from mimis_mail.settings import MailSettings

T = TypeVar("T")


class Conversation:
    """A connection to the mail server, encrypted and signed in as the settings say."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._server = _step(self._connect)
        try:
            _step(self._greet)
        except BaseException:
            self._server.close()
            raise

    def send(self, sender: str, to: str, content: bytes, reference: str) -> None:
        """Hand over one message (with CRLF line ends) to one address.

        Raises TemporaryError or PermanentError when the server certainly did not accept it. Once the last byte is on
        its way an answer that does not come, or that is none, leaves a doubt: PermanentError with code ``doubt``.
        """
        options = self._options(to, len(content))
        _require(_step(lambda: self._server.mail(sender, options)), "the sender", (250,))
        _require(_step(lambda: self._server.rcpt(to)), "the address", (250, 251))
        _require(_step(lambda: self._server.docmd("DATA")), "the message", (354,))
        _step(lambda: self._server.send(re.sub(rb"(?m)^\.", b"..", content)))
        self._finish(reference)

    def close(self) -> None:
        """Say goodbye; what is accepted stays accepted even if the server has gone."""
        try:
            self._server.quit()
        except (smtplib.SMTPException, OSError):
            self._server.close()

    def _finish(self, reference: str) -> None:
        try:
            if self._server.sock is not None:
                # RFC 5321 4.5.3.2.6: a client that gives up early here is what doubles mail.
                self._server.sock.settimeout(self._settings.end_timeout)
            number, text = self._server.docmd(".")
        except (smtplib.SMTPException, OSError):
            raise doubtful(reference) from None
        if number == 250:
            return
        if not 400 <= number < 600:
            raise doubtful(reference)
        raise refusal(number, text, "the message")

    def _options(self, to: str, size: int) -> list[str]:
        options = [f"SIZE={size}"] if self._server.has_extn("size") else []
        if to.isascii():
            return options
        if not self._server.has_extn("smtputf8"):
            raise refusal(553, b"5.6.7", "the address")
        return [*options, "SMTPUTF8", "BODY=8BITMIME"]

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.ssl:
            context = self._tls_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
        # The end of a message is a write of its own; it must not wait for the receipt of the one before.
        if server.sock is not None:
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return server

    def _greet(self) -> None:
        settings = self._settings
        self._server.ehlo_or_helo_if_needed()
        if settings.starttls and not settings.ssl:
            self._start_tls()
        if settings.username is not None and settings.password is not None:
            self._sign_in(settings.username, settings.password.get_secret_value())

    def _start_tls(self) -> None:
        try:
            self._server.starttls(context=self._tls_context())
        except smtplib.SMTPNotSupportedError:
            raise ConfigurationError(
                "The mail server cannot encrypt on this port.",
                mend="Use port 587 with starttls or 465 with ssl; set starttls = false only inside your network.",
            ) from None
        self._server.ehlo_or_helo_if_needed()

    def _sign_in(self, username: str, password: str) -> None:
        try:
            self._server.login(username, password)
        except smtplib.SMTPAuthenticationError as error:
            if 400 <= error.smtp_code < 500:
                raise
            raise refusal(535, b"", "the sign-in") from None
        except smtplib.SMTPNotSupportedError:
            raise ConfigurationError(
                "The mail server takes no sign-in on this connection.",
                mend="Remove username and password, or turn on starttls or ssl.",
            ) from None
        except UnicodeEncodeError:
            raise AuthenticationError(
                "The mail server's sign-in takes only ASCII letters.", mend="Choose a password without å, ä and ö."
            ) from None

    def _tls_context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._settings.ca_file)
        except (OSError, ssl.SSLError):
            raise ConfigurationError(
                "The mail courier's ca_file cannot be read.", mend="It must be a PEM file with certificates."
            ) from None


@contextmanager
def conversation(settings: MailSettings) -> Iterator[Conversation]:
    """Open a connection for a block, and say goodbye after it."""
    opened = Conversation(settings)
    try:
        yield opened
    finally:
        opened.close()


def _step(call: Callable[[], T]) -> T:
    """Do one step before the end of a message: whatever fails here, nothing was accepted."""
    try:
        return call()
    except smtplib.SMTPResponseException as error:
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        raise _refused(error.smtp_code, text, "the connection") from None
    except ssl.SSLCertVerificationError:
        raise ConfigurationError(
            "The mail server's certificate is not trusted, or is for another name.",
            mend="Check host, or give the authority's certificate as ca_file.",
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise TemporaryError(
            f"The mail server did not answer ({type(error).__name__}).",
            mend="Check host, port, starttls and ssl; it is tried again later.",
        ) from None


def _require(answer: tuple[int, bytes], step: str, wanted: tuple[int, ...]) -> None:
    if answer[0] not in wanted:
        raise _refused(*answer, step)


def _refused(number: int, text: bytes, step: str) -> Exception:
    if 400 <= number < 600:
        return refusal(number, text, step)
    return TemporaryError(
        "What answers at the mail server's address does not speak SMTP as expected.",
        mend="Check host and port; it is tried again later.",
    )
