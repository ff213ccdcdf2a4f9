"""The sandbox wallet in a process of its own, so that its work does not count as ours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from mimis_core.testing import Answer, Request


@contextmanager
def open_wallet(anchor: str) -> Iterator[Wallet]:
    """A wallet that trusts this certificate."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, anchor), daemon=True)
    process.start()
    try:
        yield Wallet(here)
    finally:
        here.send(None)
        process.join(10)


class Wallet:
    """What the bench asks of it."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def settings(self) -> dict[str, Any]:
        """The courier's table."""
        table: dict[str, Any] = self._ask("settings")
        return table

    def held(self) -> int:
        """How many different credentials it has."""
        return int(self._ask("held"))

    def seconds(self) -> float:
        """Processor time that it has used."""
        return float(self._ask("seconds"))

    def _ask(self, what: str) -> Any:
        self._line.send(what)
        return self._line.recv()


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
        answers = {"settings": sandbox.settings, "held": lambda: sandbox.held, "seconds": time.process_time}
        while (wanted := line.recv()) is not None:
            line.send(answers[wanted]())
