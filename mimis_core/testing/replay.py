"""A sandbox that answers from a recording and from nothing else."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from mimis_core.testing.exchange import Exchange, read_recording, sent_in
from mimis_core.testing.rules import Rules, plain
from mimis_core.testing.sandbox import Sandbox
from mimis_core.testing.scrub import RECORDED
from mimis_core.testing.wire import Answer, Request

Asked = tuple[str, str]


class Replay(Sandbox):
    """Answers by method, path and parameters, as the recorded system did; secrets are not compared.

    A request that was recorded several times gets its answers in turn, the last one from then on: so a state that
    changes while it is asked is played again. What was not recorded is answered 501 with a sentence.

    Arguments:
        recording: file or exchanges.
        rules: those that it was made with.
        ignore: further parameters that are not compared, such as a time of the moment.
    """

    name = "replay"

    def __init__(
        self, recording: Path | Iterable[Exchange], rules: Rules | None = None, ignore: Iterable[str] = ()
    ) -> None:
        super().__init__()
        rules = rules or Rules()
        self._unlike = rules.secret | {plain(name) for name in ignore}
        self._answers: dict[Asked, deque[Exchange]] = {}
        self._guard = threading.Lock()
        for one in read_recording(recording) if isinstance(recording, Path) else recording:
            place = f"{one.method} {unquote(one.path or '*')}"
            self._answers.setdefault((place, self._like(one.query, one.params)), deque()).append(one)

    def handle(self, request: Request) -> Answer:
        """The recorded answer, its addresses turned to this sandbox."""
        query, params, _ = sent_in(request)
        like = self._like(query, params)
        with self._guard:
            found = next(
                (self._answers[place, like] for place in _places(request) if (place, like) in self._answers), None
            )
            if found is None:
                return self._unknown(request)
            exchange = found.popleft() if len(found) > 1 else found[0]
        return self._answer(exchange)

    def _answer(self, exchange: Exchange) -> Answer:
        headers = {name: value.replace(RECORDED, self.url) for name, value in exchange.headers.items()}
        if exchange.omitted:
            return Answer(exchange.status, b" " * exchange.omitted, exchange.content_type, headers)
        body = b"" if exchange.status == 204 else json.dumps(exchange.body, ensure_ascii=False).encode()
        return Answer(
            exchange.status, body.replace(RECORDED.encode(), self.url.encode()), exchange.content_type, headers
        )

    def _unknown(self, request: Request) -> Answer:
        known = any(place == one for place in _places(request) for one, _ in self._answers)
        what = "with these parameters" if known else "at all"
        text = f"The recording holds no {request.method} of this path {what}: record it, or build it into a sandbox."
        return Answer(501, text.encode(), "text/plain; charset=utf-8")

    def _like(self, query: Any, params: Any) -> str:
        """Query and parameters in one spelling: no secrets, numbers as texts, in any order."""
        return json.dumps([self._plain(query or {}), self._plain(params or {})], sort_keys=True, ensure_ascii=False)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._plain(one) for name, one in value.items() if plain(name) not in self._unlike}
        if isinstance(value, list):
            return [self._plain(one) for one in value]
        return value if isinstance(value, bool) or value is None else str(value)


def _places(request: Request) -> tuple[str, str]:
    return f"{request.method} {unquote(request.path)}", f"{request.method} *"
