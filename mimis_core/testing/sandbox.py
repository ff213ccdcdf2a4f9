"""Base of the sandboxes: a small HTTP server on loopback that behaves as a real system does, faults included."""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

from mimis_core.model import Completion


@dataclass(frozen=True)
class Request:
    """One request as the sandbox received it; ``path`` is still percent-encoded, ``query`` and headers are decoded."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

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


FAULTS: dict[str, Callable[[Answer], Answer | None]] = {
    "500": lambda answer: Answer(500, b"oops", "text/plain"),
    "503": lambda answer: Answer(503, b"<html>maintenance</html>", "text/html", {"Retry-After": "0"}),
    "429": lambda answer: Answer(429, b"{}", headers={"Retry-After": "0"}),
    "html": lambda answer: Answer(200, b"<html><body>login</body></html>", "text/html"),
    "truncated": lambda answer: Answer(answer.status, answer.body[: len(answer.body) // 2], answer.content_type),
    "drop": lambda answer: None,
}
"""Faults by name: what happens to the answer on its way. ``drop`` closes the connection *after* the work was done."""


class Sandbox:
    """A stand-in of one real system. Subclasses answer requests in :meth:`handle`.

    Used as a context manager: started on a free loopback port, ended on leaving. ``requests`` counts and keeps what
    came in; :meth:`fail` makes the next answers go wrong.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._faults: deque[str] = deque()
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    # What a subclass gives -------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer:
        """Answer one request as the real system would. Called from many threads."""
        raise NotImplementedError

    def load(self, completions: Sequence[Completion]) -> None:
        """Fill an LMS sandbox so that pulling it gives these completions; other sandboxes have nothing to load."""

    def settings(self) -> dict[str, Any]:
        """The table of ``mimis.toml`` that connects to this sandbox (without secrets by reference)."""
        raise NotImplementedError

    def received(self) -> list[tuple[str, bytes]]:
        """What the real system would now hold from us, as (file name, content), for people and tests to look at."""
        return []

    def trust(self, anchor: str) -> None:
        """Let a wallet sandbox accept seals under this PEM anchor; others have nothing to trust."""

    def add_candidate(self, email: str, name: str) -> None:
        """Let an ATS sandbox know an applicant; others know none."""

    def load_recording(self, folder: Path) -> None:
        """Fill the sandbox with recorded traffic of the real system, where it can."""

    # What it gets ----------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Base address, without a slash at the end."""
        if self._server is None:
            raise RuntimeError("the sandbox is not started")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, fault: str, times: int = 1) -> None:
        """Let the next ``times`` answers suffer a fault of :data:`FAULTS`."""
        self._faults.extend([fault] * times)

    def start(self) -> None:
        """Serve on a free port of 127.0.0.1 in a thread."""
        self._server = _Server(("127.0.0.1", 0), _handler_for(self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name=self.name).start()

    def stop(self) -> None:
        """Stop serving; open connections are closed."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, request: Request) -> Answer | None:
        """Record the request, answer it, and apply the next fault; None means that the connection is dropped."""
        with self._lock:
            self.requests.append(request)
            fault = self._faults.popleft() if self._faults else None
        answer = self.handle(request)
        return FAULTS[fault](answer) if fault else answer

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the play; anything else is a fault of the sandbox and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler_for(sandbox: Sandbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            split = urlsplit(self.path)
            request = Request(
                method=self.command,
                path=split.path,
                query=parse_qs(split.query, keep_blank_values=True),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            answer = sandbox.answer(request)
            if answer is None:
                self.close_connection = True
                return
            self._send(answer)

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

    return Handler
