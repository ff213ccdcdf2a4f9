"""The sandbox wallet in a process of its own, so that its work does not count as ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from bench.beside import answer, ask, beside
from mimis_core.testing import Answer, Request


@contextmanager
def open_wallet(anchor: str) -> Iterator[Wallet]:
    """A wallet that trusts this certificate."""
    with beside(_serve, anchor) as line:
        yield Wallet(line)


class Wallet:
    """What the bench asks of it."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def settings(self) -> dict[str, Any]:
        """The courier's table."""
        table: dict[str, Any] = ask(self._line, "settings")
        return table

    def held(self) -> int:
        """How many different credentials it has."""
        return int(ask(self._line, "held"))

    def seconds(self) -> float:
        """Processor time that it has used."""
        return float(ask(self._line, "seconds"))


def _serve(line: Connection, anchor: str) -> None:
    from mimis_europass.wallet.sandbox import WalletSandbox

    class LightWallet(WalletSandbox):
        """Judges and refuses as ever, but keeps neither requests nor files: a hundred thousand fill the memory."""

        held = 0

        def answer(self, request: Request) -> Answer | None:
            return self.handle(request)

        def _store_in(self, request: Request, wallet: Any, opened: Any, content: bytes) -> Answer:
            answer = super()._store_in(request, wallet, opened, content)
            wallet.credentials[opened.credential["id"]] = b""
            self.held += 1
            return answer

    with LightWallet() as sandbox:
        sandbox.trust(anchor)
        answers: dict[str, Callable[..., Any]] = {
            "settings": sandbox.settings,
            "held": lambda: sandbox.held,
            "seconds": time.process_time,
        }
        answer(line, answers.__getitem__)
