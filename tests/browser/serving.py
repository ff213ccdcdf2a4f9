"""``mimis serve`` as users run it: a process of its own, on a school's folder, at an address that passkeys work at."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.processes import MIMIS

TRIES = 5
END_WITHIN = 10
PROXY = "127.0.0.1"
"""Visitors come as through a reverse proxy on this machine: each then has an address of her own to the rate limits."""


@contextmanager
def serving(folder: Path, *, jobs: bool = False) -> Iterator[str]:
    """Serve a school's folder until the block ends; gives the address, which its settings have from then on.

    Without ``jobs`` it serves pages alone, and nothing is issued or sent.

    Passkeys are made for one address, so that it must be known before the server begins. Its port is therefore chosen
    here, and another one if somebody takes that meanwhile. Raises RuntimeError when the server does not begin.
    """
    with (folder / "serve.log").open("w+", encoding="utf-8") as log:
        for _ in range(TRIES):
            port = _free_port()
            _set_address(folder / "mimis.toml", f"http://localhost:{port}")
            options = ["--json", "--port", str(port), "--config", str(folder), *([] if jobs else ["--no-jobs"])]
            command = [str(MIMIS), "serve", *options]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
                if process.stdout is not None and process.stdout.readline():
                    try:
                        yield f"http://localhost:{port}"
                    finally:
                        _end(process)
                    return
        log.seek(0)
        raise RuntimeError(f"mimis serve did not begin:\n{log.read()}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _set_address(config: Path, address: str) -> None:
    text = re.sub(r"(?m)^trusted_proxy = .*\n", "", config.read_text("utf-8"))
    lines = f'base_url = "{address}"\ntrusted_proxy = "{PROXY}"'
    config.write_text(re.sub(r"(?m)^base_url = .*$", lines, text, count=1), "utf-8")


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(END_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
