"""The real command, killed: ``mimis worker`` in processes of its own, with its threads, its queue and its clock."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import Random

import pytest

from tests.kill.ground import LONG, PATIENCE, Ground
from tests.kill.truth import check

KILLS = 12 if LONG else 2

MAIN = "import sys; from mimis_core.cli import main; main(sys.argv[1:])"


@contextmanager
def mimis_worker(school: Ground, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """``mimis worker`` on the school's folder."""
    command = [sys.executable, "-P", "-c", MAIN, "worker", "--config", str(school.folder), *options]
    with subprocess.Popen(command, cwd=school.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def test_command_killed_while_it_works(school: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random("command")
    school.ahead = timedelta()  # the command has the real clock
    at_work = threading.Event()
    handle = school.wallet.handle
    monkeypatch.setattr(school.wallet, "handle", lambda request: (at_work.set(), handle(request))[1])
    for _ in range(KILLS):
        school.enrol(6)
        school.run(("sync",))
        at_work.clear()
        with mimis_worker(school) as process:
            assert at_work.wait(PATIENCE), "the worker delivers nothing"
            with suppress(subprocess.TimeoutExpired):
                process.wait(random.uniform(0, 0.2))
            process.kill()
        school.kills += 1
        school.forward(minutes=11)
    school.come_to_rest()
    check(school)
