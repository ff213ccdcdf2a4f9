"""Fixtures: a Moodle sandbox, the source connected to it, and a server that says what it is told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mimis_moodle.client import MoodleClient
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.source import MoodleSource
from pydantic import SecretStr

from mimis_core import Completion, CompletionKind, Grade, SourceLearner
from mimis_core.testing import Answer, Request, Sandbox

MakeCompletion = Callable[..., Completion]
Connect = Callable[..., MoodleSource]


class Scripted(Sandbox):
    """Answers what stands in ``script``, the last one for ever."""

    name = "scripted"

    def __init__(self) -> None:
        super().__init__()
        self.script: deque[Answer] = deque()

    def say(self, *bodies: Any) -> None:
        """Answer these JSON values one after another."""
        self.script.extend(Answer.of(body) for body in bodies)

    def handle(self, request: Request) -> Answer:
        return self.script.popleft() if len(self.script) > 1 else self.script[0]


@pytest.fixture
def make_completion() -> MakeCompletion:
    def make(user: int, course: int = 2, **changes: Any) -> Completion:
        name = f"Ängla Östberg{user}"
        learner = SourceLearner(source="school", key=str(user), full_name=name, email=f"u{user}@example.invalid")
        fields: dict[str, Any] = {
            "source": "school",
            "key": f"course:{course}/user:{user}",
            "learner": learner,
            "module": f"course:{course}",
            "title": f"Kurs {course} & mer",
            "completed_at": datetime(2026, 9, 1, 8, tzinfo=UTC) + timedelta(minutes=user),
            "grade": Grade(value=60.5, minimum=0, maximum=110),
        }
        return Completion(**{**fields, **changes})

    return make


@pytest.fixture
def activity(make_completion: MakeCompletion) -> Completion:
    return make_completion(
        10,
        key="course:2/activity:17/user:10",
        module="course:2/activity:17",
        title="Slutprov",
        kind=CompletionKind.ACTIVITY,
        grade=Grade(value=9, minimum=0, maximum=10),
    )


@pytest.fixture
def sample(make_completion: MakeCompletion) -> Sequence[Completion]:
    return [make_completion(user, course) for course in (2, 3) for user in range(10, 13)]


@pytest.fixture
def server(sample: Sequence[Completion]) -> Iterator[MoodleSandbox]:
    with MoodleSandbox() as sandbox:
        sandbox.load(sample)
        yield sandbox


@pytest.fixture
def connect(server: MoodleSandbox) -> Iterator[Connect]:
    opened: list[MoodleSource] = []

    def open_source(**changes: Any) -> MoodleSource:
        table = {name: value for name, value in server.settings().items() if name != "kind"}
        opened.append(MoodleSource("school", MoodleSettings(**{**table, **changes})))
        return opened[-1]

    yield open_source
    for source in opened:
        source.close()


@pytest.fixture
def source(connect: Connect) -> MoodleSource:
    return connect()


@pytest.fixture
def locked_out(connect: Connect) -> MoodleSource:
    return connect(token="0123456789abcdef0123456789abcdef")


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with Scripted() as server:
        yield server


@pytest.fixture
def client(scripted: Scripted) -> Iterator[MoodleClient]:
    client = MoodleClient(scripted.url, SecretStr("a-token"), retries=2, pause=0)
    yield client
    client.close()


@pytest.fixture(scope="session")
def pull(shared: Path) -> Path:
    return shared / "moodle" / "pull"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what a pull does with each fault."""
    reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    told = [text for report in reports for name, text in report.user_properties if name == "fault"]
    if told:
        terminalreporter.section("Moodle: faults and what a pull does")
        terminalreporter.write_line("\n".join(told))
