"""A whole pull through the recorder, and again from its recording: as many completions, and nobody known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mimis_core import Completion, Grade, Source, SourceLearner
from mimis_core.plugins import load_plugins
from mimis_core.testing.conformance import completions_of, pull_all
from mimis_core.testing.record import Recorder, Replay
from tests.command import sandbox

MODULES = {"moodle": "course:2", "openedx": "course:course-v1:KTH+MC101+2026_T1"}
SECRETS = ("token", "client_secret")
KEYS = {"moodle": "course:2/user:{}", "openedx": "course-v1:KTH+MC101+2026_T1/user:{}"}


def completion(kind: str, user: int) -> Completion:
    name = f"Ängla Östberg{chr(97 + user)}"
    learner = SourceLearner(source=kind, key=str(user), full_name=name, email=f"angla{user}@skolan.example")
    return Completion(
        source=kind,
        key=KEYS[kind].format(user),
        learner=learner,
        module=MODULES[kind],
        title="Batterier",
        completed_at=datetime(2026, 9, 1, 8, user, tzinfo=UTC),
        grade=Grade(value=80, minimum=0, maximum=100),
    )


@contextmanager
def opened(table: dict[str, Any], url: str) -> Iterator[Source[Any]]:
    with load_plugins().open("source", str(table["kind"]), {**table, "url": url}) as source:
        assert isinstance(source, Source)
        yield source


@pytest.fixture(params=sorted(MODULES))
def recorded(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[dict[str, Any], list[Completion], Path]:
    """The settings, what was pulled through the recorder, and its file."""
    kind = str(request.param)
    with sandbox(kind) as server:
        server.load([completion(kind, user) for user in range(10, 14)])
        own = [str(value) for name, value in server.settings().items() if name not in (*SECRETS, "url")]
        with Recorder(server.url, own=own) as recorder, opened(server.settings(), recorder.url) as source:
            found = completions_of(pull_all(source))
        recorder.save(tmp_path / "requests.jsonl")
        return server.settings(), found, tmp_path / "requests.jsonl"


def test_replayed_pull_finds_as_many(recorded: tuple[dict[str, Any], list[Completion], Path]) -> None:
    table, found, file = recorded
    with Replay(file) as replay, opened(table, replay.url) as source:
        again = completions_of(pull_all(source))
    assert len(again) == len(found) >= 4
    assert sorted(one.completed_at for one in again) == sorted(one.completed_at for one in found)
    assert sorted(one.grade.percent or 0 for one in again if one.grade) == [80.0] * len(found)


def test_recorded_pull_names_nobody(recorded: tuple[dict[str, Any], list[Completion], Path]) -> None:
    table, found, file = recorded
    text = file.read_text("utf-8").casefold()
    secrets = [str(table[name]) for name in SECRETS if name in table]
    for word in [word for one in found for word in (*one.learner.full_name.split(), str(one.learner.email))]:
        assert word.casefold() not in text
    assert not [secret for secret in secrets if secret.casefold() in text]


@pytest.mark.official
def test_real_pull_is_replayed_whole(shared: Path, tmp_path: Path) -> None:
    with sandbox("moodle") as server:
        server.load_recording(shared / "moodle" / "pull")
        table, file = server.settings(), tmp_path / "requests.jsonl"
        with Recorder(server.url) as recorder, opened(table, recorder.url) as source:
            pages = pull_all(source)
        recorder.save(file)
    with Replay(file) as replay, opened(table, replay.url) as source:
        again = pull_all(source)
    assert len(completions_of(again)) == len(completions_of(pages)) > 10
    assert [len(page.set_aside) for page in again] == [len(page.set_aside) for page in pages]
    text = file.read_text("utf-8").casefold()
    words = {
        word.casefold() for one in completions_of(pages) for word in one.learner.full_name.split() if len(word) > 2
    }
    assert not {word for word in words if word in text}
