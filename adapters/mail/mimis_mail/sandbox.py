"""A mail server on loopback that keeps what it receives, and goes wrong in the ways that mail servers do."""

from __future__ import annotations

import asyncio
import hmac
import logging
import socket
import ssl
from collections.abc import Awaitable
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mimis_core.testing import SLOWEST, Sandbox

ACCEPTED = "250 2.0.0 Accepted"
FAULT_ANSWERS = {
    "500": "451 4.3.0 Local error in processing",
    "503": "421 4.3.2 System not accepting messages",
    "429": "450 4.7.1 Too many messages, try later",
    "429-silent": "450 4.7.1 Too many messages",
    "html": "<html><body>login</body></html>",
    "truncated": "25",
    "empty": "",
    "types": "OK 250",
    "slow": ACCEPTED,
}
"""How a web server's faults look in a mail server: its answer to a whole message. ``drop`` and ``reset`` give none.

After ``500``, ``503``, ``429`` and ``reset`` the message was not accepted; after the others it was, and only the answer
is lost or, with ``slow``, late.
"""
logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's library would log whole conversations
_NOT_ACCEPTED = frozenset({"500", "503", "429", "429-silent", "reset"})


class MailSandbox(Sandbox):
    """An SMTP server that accepts everything until told otherwise.

    Besides the faults of the base class: :meth:`refuse` lets an address bounce, :meth:`require_login` asks for a
    sign-in, ``tls`` (set before the start) is a server context for STARTTLS. ``requests`` stays empty.
    """

    name = "mail"

    def __init__(self) -> None:
        super().__init__()
        self.tls: ssl.SSLContext | None = None
        self._controller: _LoopbackController | None = None
        self._mails: list[bytes] = []
        self._refusals: dict[str, int] = {}
        self._login: tuple[bytes, bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the server, as ``smtp://127.0.0.1:PORT``."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The free port that the server was started on."""
        if self._controller is None:
            raise RuntimeError("the sandbox is not started")
        return int(self._controller.port)

    def start(self) -> None:
        """Serve on a free port of 127.0.0.1 in a thread."""
        self._controller = _LoopbackController(self, self.tls)
        self._controller.start()

    def stop(self) -> None:
        """Stop serving; open connections are closed."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def settings(self) -> dict[str, Any]:
        """The courier's table of ``mimis.toml``; with no encryption, as nothing leaves this computer."""
        sender = "Exempelskolan <bevis@skolan.example>"
        return {
            "kind": "mail",
            "host": "127.0.0.1",
            "port": self.port,
            "sender": sender,
            "starttls": self.tls is not None,
        }

    def received(self) -> list[tuple[str, bytes]]:
        """Accepted messages in the order of arrival, as (file name ending ``.eml``, bytes)."""
        with self._lock:
            return [(f"{number:03d}.eml", content) for number, content in enumerate(self._mails, 1)]

    def messages(self) -> list[EmailMessage]:
        """Accepted messages, parsed; headers may be UTF-8 (RFC 6532), bodies are ASCII as the courier sends them."""
        parsed = [message_from_string(content.decode(), policy=default) for _, content in self.received()]
        return [message for message in parsed if isinstance(message, EmailMessage)]

    def refuse(self, address: str, code: int = 550) -> None:
        """Answer every message to ``address`` with this code: 550 bounces for good, 450 for now; 250 takes it back."""
        self._refusals[address.casefold()] = code

    def require_login(self, username: str, password: str) -> None:
        """Accept messages only after this sign-in."""
        self._login = (username.encode(), password.encode())

    # The conversation, called by the server's thread -----------------------------------------------------------

    def knows(self, name: bytes, password: bytes) -> bool:
        """Whether a sign-in is right."""
        return self._login is not None and all(map(hmac.compare_digest, (name, password), self._login))

    def answer_sender(self, session: Session) -> str | None:
        """The refusal of a client that has not signed in though it must."""
        if self._login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        return None

    def answer_recipient(self, address: str) -> str | None:
        """The refusal of an address, which repeats it as real servers do."""
        code = self._refusals.get(address.casefold(), 250)
        if code == 250:
            return None
        return f"{code} {'5.1.1' if code >= 500 else '4.2.0'} <{address}>: refused"

    def take(self, content: bytes) -> tuple[str | None, float]:
        """Keep a whole message; gives the answer, None to drop the connection instead, and after how many seconds."""
        fault = self.take_fault("DATA")
        if fault not in _NOT_ACCEPTED:
            with self._lock:
                self._mails.append(content)
        late = min(self.slowness, SLOWEST) if fault == "slow" else 0.0
        return (FAULT_ANSWERS.get(fault) if fault else ACCEPTED), self.delay + late


class _Handler:
    """Translates between the SMTP library's hooks and the sandbox."""

    def __init__(self, sandbox: MailSandbox) -> None:
        self._sandbox = sandbox

    async def handle_MAIL(  # noqa: N802  # the library looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self._sandbox.answer_sender(session)
        if refusal is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refusal or "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  # the library looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self._sandbox.answer_recipient(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        content = envelope.content
        answer, late = self._sandbox.take(content if isinstance(content, bytes) else str(content).encode())
        await asyncio.sleep(late)
        if answer is None and server.transport is not None:
            server.transport.close()
        return "421 gone" if answer is None else answer


class _LoopbackController(Controller):
    """Listens on a port that the system chose before the library asks for its number."""

    def __init__(self, sandbox: MailSandbox, tls: ssl.SSLContext | None) -> None:
        self._sandbox = sandbox
        self._tls = tls
        super().__init__(_Handler(sandbox), hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        """One server side of a connection."""
        return SMTP(
            self.handler,
            loop=self.loop,
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            auth_require_tls=False,
            authenticator=self._authenticate,
            hostname="localhost",
        )

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        # Named as TCP: asyncio sends small answers at once only where it reads that.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        created: Awaitable[asyncio.AbstractServer] = self.loop.create_server(self._factory_invoker, sock=listener)
        return created

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and self._sandbox.knows(data.login, data.password)
        return AuthResult(success=known, handled=False)
