"""Records what a real system answers, so that a sandbox can be built from it, without anybody's data.

:class:`Recorder` stands between an adapter under development and the real system, on loopback. What it sees stays in
memory until it ends; only then, and without persons and secrets (:mod:`mimis_core.testing.scrub`), is it written, a
JSON object a line (:mod:`mimis_core.testing.exchange`). :class:`Replay` answers from such a file.
``mimis adapter record URL --out FILE`` is the same from the command line.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mimis_core.errors import MimisError
from mimis_core.testing.exchange import Exchange, answered, read_recording, sent_in
from mimis_core.testing.replay import Replay
from mimis_core.testing.rules import Rules, plain
from mimis_core.testing.sandbox import Sandbox
from mimis_core.testing.scrub import RECORDED, Scrubber, scrubbed
from mimis_core.testing.wire import Answer, Request

__all__ = ["RECORDED", "Exchange", "Recorder", "Replay", "Rules", "Scrubber", "read_recording", "scrubbed"]

MOST_EXCHANGES = 20_000
"""What is recorded at most; what comes after it is passed on all the same."""
HOP_BY_HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection"}
NOT_SENT_ON = HOP_BY_HOP | {"host", "content-length", "accept-encoding"}
NOT_GIVEN_BACK = HOP_BY_HOP | {"content-length", "content-encoding", "content-type"}
SECRET_HEADERS = ("auth", "token", "key", "secret", "cookie", "session")


class Recorder(Sandbox):
    """A proxy of one system that remembers what was asked and answered.

    Put :attr:`url` where the system's address stands in the adapter's settings. Absolute addresses of the system in
    its answers are turned to the proxy, so that the adapter stays with it.

    Arguments:
        upstream: address of the real system, with the path that the settings have.
        rules: which fields hold persons and secrets; :meth:`Rules.with_fields` adds those of the system.
        key: for pseudonyms that are the same in several recordings.
        own: values of the settings that stay as they are, such as a client's id; without them a replay knows nobody.
    """

    name = "recorder"

    def __init__(
        self, upstream: str, rules: Rules | None = None, key: bytes | None = None, own: Iterable[str] = ()
    ) -> None:
        super().__init__()
        # Imported where a connection is made: the sandboxes of the demo need no HTTP client.
        from mimis_core.http import Client

        self.upstream = upstream.rstrip("/")
        self._client = Client(self.upstream, system="The recorded system", retries=0)
        self._scrubber = Scrubber(rules, hosts=(self.upstream, _origin(self.upstream)), key=key, own=own)
        self._exchanges: list[Exchange] = []

    def handle(self, request: Request) -> Answer:
        """Pass a request on, and its answer back; a system that does not answer is a 502."""
        headers = {name: value for name, value in request.headers.items() if name not in NOT_SENT_ON}
        try:
            response = self._client.ask(
                request.method,
                self.upstream + request.target,
                data=request.body or None,
                headers=headers,
                allow_redirects=False,
            )
        except MimisError as error:
            return Answer(502, str(error).encode(), "text/plain; charset=utf-8")
        content_type = response.headers.get("Content-Type", "")
        self._remember(
            request, answered(response.status_code, content_type, response.headers.items(), response.content)
        )
        given = {name: value for name, value in response.headers.items() if name.lower() not in NOT_GIVEN_BACK}
        given = {name: value.replace(self.upstream, self.url) for name, value in given.items()}
        return Answer(response.status_code, self._turned(response.content), content_type, given)

    def stop(self) -> None:
        """Stop passing on; what was recorded can still be written."""
        super().stop()
        self._client.close()

    @property
    def exchanges(self) -> int:
        """How many were recorded so far."""
        return len(self._exchanges)

    def recorded(self) -> list[Exchange]:
        """What was recorded so far, without persons and secrets."""
        with self._lock:
            return list(scrubbed(self._exchanges, self._scrubber))

    def save(self, file: Path) -> int:
        """Write the recording, for its owner's eyes only, in place of an earlier one; gives the number of exchanges."""
        exchanges = self.recorded()
        new = file.with_name(f".{file.name}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="\n") as out:
            out.writelines(f"{exchange.write()}\n" for exchange in exchanges)
        new.replace(file)
        return len(exchanges)

    def _remember(self, request: Request, response: dict[str, Any]) -> None:
        query, params, encoding = sent_in(request)
        made = Exchange(request.method, path=request.path, query=query, params=params, encoding=encoding, **response)
        with self._lock:
            self._scrubber.learn_secret(*_secrets_in(request.headers.items()))
            if len(self._exchanges) < MOST_EXCHANGES:
                self._exchanges.append(made)

    def _turned(self, content: bytes) -> bytes:
        real, here = self.upstream, self.url
        turned = content.replace(real.encode(), here.encode())
        return turned.replace(real.replace("/", r"\/").encode(), here.replace("/", r"\/").encode())


def _origin(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _secrets_in(headers: Iterable[tuple[str, str]]) -> list[str]:
    """What of a request's headers lets somebody in: whole values, and their parts without the scheme."""
    found: list[str] = []
    for name, value in headers:
        if any(word in plain(name) for word in SECRET_HEADERS):
            scheme, _, rest = value.rpartition(" ")
            found += [rest, *(part.partition("=")[2] for part in value.split(";") if "=" in part)]
            found += _basic(rest) if scheme.strip().lower() == "basic" else []
    return found


def _basic(encoded: str) -> list[str]:
    try:
        return [part for part in base64.b64decode(encoded, validate=True).decode().split(":", 1) if part]
    except ValueError:
        return []
