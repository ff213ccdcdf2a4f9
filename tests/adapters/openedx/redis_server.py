"""A Redis of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


class RedisServer:
    """A Redis of the test's own, without persistence, on a socket file."""

    def __init__(self, program: str, folder: Path) -> None:
        self.url = f"unix://{folder / 'redis.sock'}"
        self._command = [program, "--port", "0", "--unixsocket", str(folder / "redis.sock"), "--save", "", "--dir"]
        self._command.append(str(folder))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if b"eady to accept connections" in line:
                return
        raise RuntimeError("Redis did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None


def find_redis() -> str:
    """The program; without it the test is skipped, or fails where MIMIS_REDIS=1 says that it must be there."""
    program = shutil.which("redis-server")
    if program is None:
        sentence = "redis-server is not installed: install it to run the tests of the event bus"
        if os.environ.get("MIMIS_REDIS") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return program
