"""``mimis`` as processes of their own, which a test ends, kills, and listens to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIMIS = Path(sys.executable).with_name("mimis")


@contextmanager
def running(*arguments: object, ready: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """A command that runs until the block ends; ``ready`` is what it says on stderr when it has begun."""
    command = [str(one) for one in (MIMIS, *arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            if ready is not None:
                assert process.stderr is not None
                assert any(ready in line for line in process.stderr), "it ended before it was ready"
            yield process
        finally:
            process.kill()


def address(server: subprocess.Popen[str]) -> str:
    """Where ``mimis serve --json`` answers, as it says itself."""
    assert server.stdout is not None
    lines = [server.stdout.readline() for _ in range(3)]
    return str(json.loads("".join(lines))["address"])
