"""``mimis adapter record``: a proxy until it is told to end, and a file without anybody in it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mimis_core.http import Client
from mimis_core.testing import Answer, Request, Sandbox
from mimis_core.testing.record import read_recording
from tests.command import Mimis


class Course(Sandbox):
    """Gives one learner, by a German field."""

    name = "course"

    def handle(self, request: Request) -> Answer:
        return Answer.of({"email": "asa@skolan.example", "vorname": "Åsa", "titel": "Åsa", "fullname": "Cykelservice"})


@pytest.fixture
def real() -> Iterator[Course]:
    with Course() as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_recording_ends_in_good_order(real: Course, tmp_path: Path, number: int) -> None:
    file = tmp_path / "out.jsonl"
    words = ["adapter", "record", real.url, "--out", str(file), "--name", "vorname", "--keep", "fullname", "--json"]
    started = subprocess.Popen(
        [sys.executable, "-c", "from mimis_core.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with started:
        assert started.stdout is not None
        url = json.loads(started.stdout.readline())["url"]
        client = Client(url, system="recorder", retries=0)
        assert client.send("GET", "api/me").json()["vorname"] == "Åsa"
        client.close()
        os.kill(started.pid, number)
        printed, told = started.communicate(timeout=30)
    (exchange,) = read_recording(file)
    assert (started.returncode, stat.S_IMODE(file.stat().st_mode)) == (0, 0o600)
    assert json.loads(printed) == {"requests": 1, "file": str(file)}
    assert "Read it before you share it" in told
    assert exchange.body["fullname"] == "Cykelservice"
    assert exchange.body["titel"] == exchange.body["vorname"] != "Åsa"


def test_earlier_recording_is_never_overwritten(mimis: Mimis, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("mine", "utf-8")
    ended = mimis("adapter", "record", "https://school.example", "--out", tmp_path / "out.jsonl")
    assert (ended.code, (tmp_path / "out.jsonl").read_text("utf-8")) == (2, "mine")


def test_address_without_scheme_is_refused(mimis: Mimis, tmp_path: Path) -> None:
    ended = mimis("adapter", "record", "school.example", "--out", tmp_path / "out.jsonl")
    assert (ended.code, "https://" in ended.err) == (2, True)
