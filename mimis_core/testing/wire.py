"""HTTP as a sandbox sees it: requests, answers, and the server that carries them."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as the sandbox received it; ``path`` is still percent-encoded, ``query`` and headers are decoded.

    ``target`` is path and query exactly as they were sent; header names are in lower case.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    target: str = ""

    def form(self) -> dict[str, list[str]]:
        """Fields of a form-encoded body."""
        return parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def json(self) -> Any:
        """The body as JSON; raises ValueError when it is none."""
        return json.loads(self.body)


@dataclass
class Answer:
    """What the sandbox sends back."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> Self:
        """An answer with ``value`` as JSON; header names are written with underscores."""
        body = json.dumps(value, ensure_ascii=False).encode()
        return cls(status, body, headers={name.replace("_", "-"): text for name, text in headers.items()})


RESET = Answer(status=0)
"""In place of an answer: the connection is reset, so that the client sees an error and no end."""


class Server(ThreadingHTTPServer):
    """Serves on a free port of 127.0.0.1, a thread for each connection; ``answer`` says what is sent, None hangs up."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[Request], Answer | None]) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._resetting: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def reset(self, connection: socket.socket) -> None:
        """Let this connection end with a reset, once its handler is done."""
        # Lingering for no time at all makes the system send RST in place of an orderly end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with self._guard:
            self._resetting.add(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note the connection, so that it can be closed at the end."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it, in order or not."""
        with self._guard:
            self._open.discard(request)
            hard = request in self._resetting
            self._resetting.discard(request)
        if hard:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def end(self) -> None:
        """Stop listening and hang up on everybody who is still connected."""
        self.shutdown()
        self.server_close()
        with self._guard:
            for connection in self._open:
                with suppress(OSError):  # the other side was faster
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the play; anything else is a fault of the sandbox and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        split = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=split.path,
            query=parse_qs(split.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            target=self.path,
        )
        answer = self.server.answer(request)
        if answer is not None and answer is not RESET:
            self._send(answer)
            return
        self.close_connection = True
        if answer is RESET:
            self.server.reset(self.connection)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  # names that the base class calls

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: requests are kept in ``sandbox.requests``."""
