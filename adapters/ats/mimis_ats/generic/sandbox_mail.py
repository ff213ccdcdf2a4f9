"""A recruiter's mailbox on loopback, and the mail server before it."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Awaitable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, ClassVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mimis_core.testing import Request, Sandbox

ACCEPTED = "250 2.0.0 Accepted"
REFUSED = {"500": "451 4.3.0 Error", "503": "421 4.3.2 Busy", "429": "450 4.7.1 Too many", "429-silent": "450 Too many"}
"""Faults after which a mail was not taken; after the others it was, and its answer is lost or makes no sense."""
ODD = {"html": "<html></html>", "truncated": "25", "empty": "", "types": "OK 250", "slow": ACCEPTED}
PASSWORD = "the-mail-servers-password"


class RecruiterMailSandbox(Sandbox):
    """Takes mails for one recruiter, who deletes what she is asked to delete and sees a double once.

    ``login`` makes it ask for a sign-in.
    """

    name: ClassVar[str] = "recruiter-mail"

    def __init__(self, login: bool = False) -> None:
        super().__init__()
        self.login = login
        self.mails: list[bytes] = []
        self._controller: _Loopback | None = None
        self._place: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> None:
        """Serve on a free port of 127.0.0.1, with a folder beside; starting again changes nothing."""
        if self._controller is None:
            self._place = tempfile.TemporaryDirectory(prefix="mimis-mailed-")
            self._controller = _Loopback(self)
            self._controller.start()

    def stop(self) -> None:
        """Stop serving, and remove the folder."""
        if self._controller is not None and self._place is not None:
            self._controller.stop()
            self._place.cleanup()
            self._controller = self._place = None

    @property
    def memory(self) -> Path:
        """Where the feed remembers what it has mailed."""
        if self._place is None:
            raise RuntimeError("the sandbox is not started")
        return Path(self._place.name)

    def settings(self) -> dict[str, Any]:
        """The table of ``mimis.toml`` that mails here; unencrypted, as nothing leaves this computer."""
        if self._controller is None:
            raise RuntimeError("the sandbox is not started")
        table = {
            "kind": "recruiter-mail",
            "to": "rekrytering@bolaget.example",
            "memory": str(self.memory),
            "host": "127.0.0.1",
            "port": int(self._controller.port),
            "starttls": False,
            "sender": "mimis@bolaget.example",
        }
        return table | ({"username": "mimis", "password": PASSWORD} if self.login else {})

    def received(self) -> list[tuple[str, bytes]]:
        """The newest mail about each share that is not taken back, readable."""
        threads: dict[str, tuple[str, bytes]] = {}
        for content in list(self.mails):
            message = message_from_bytes(content, policy=policy.default)
            mark, _, version = str(message["Message-ID"]).strip("<>").partition("@")[0].partition(".")
            body = message.get_body(("plain",))
            text = body.get_content().encode() if body is not None else b""
            if version == "gone":
                threads.pop(mark, None)
            else:
                threads[mark] = (f"{mark}.eml", text)
        return list(threads.values())

    def take(self, content: bytes) -> str | None:
        """Keep a mail; gives the answer, None to drop the connection instead."""
        request = Request("DATA", "/", {}, {}, content)
        self.requests.append(request)
        fault = self.take_fault(self.place(request))
        if fault in REFUSED:
            return REFUSED[fault]
        if fault != "reset":
            self.mails.append(content)
        return ODD.get(fault) if fault else ACCEPTED


class _Handler:
    """Translates between the SMTP library's hook and the sandbox."""

    def __init__(self, sandbox: RecruiterMailSandbox) -> None:
        self._sandbox = sandbox

    async def handle_MAIL(  # noqa: N802  # the library looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sandbox.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # its name
        content = envelope.content
        answer = self._sandbox.take(content if isinstance(content, bytes) else str(content).encode())
        if answer is None and server.transport is not None:
            server.transport.close()
        return "421 gone" if answer is None else answer


class _Loopback(Controller):
    """Listens on a port that the system chose before the library asks for its number."""

    def __init__(self, sandbox: RecruiterMailSandbox) -> None:
        super().__init__(_Handler(sandbox), hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        """One server side of a connection."""
        return SMTP(
            self.handler,
            loop=self.loop,
            auth_require_tls=False,
            authenticator=_authenticate,
            hostname="localhost",
        )

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        created: Awaitable[asyncio.AbstractServer] = self.loop.create_server(self._factory_invoker, sock=listener)
        return created


def _authenticate(server: SMTP, session: Session, envelope: Envelope, way: str, given: Any) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=False)
