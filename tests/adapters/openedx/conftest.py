"""An Open edX sandbox with a few people, and sources connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from mimis_openedx.pace import Timing
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.settings import OpenEdxSettings
from mimis_openedx.source import OpenEdxSource

from mimis_core import Completion, Grade, MimisError, SourceLearner
from mimis_core.testing import Answer, Request

from .redis_server import RedisServer, find_redis

COURSE = "course-v1:KTH+MC101+2026_T1"
OLD_COURSE = "Sunderby/Vard1/HT26"
PEOPLE = {"7": "Åsa Öberg", "8": "Eli Ström", "9": "Амина Nur"}


def completion(user: str, course: str = COURSE, percent: float = 87.5) -> Completion:
    """One completion as an Open edX pull gives it."""
    mail = f"u{user}@example.org"
    learner = SourceLearner(
        source="edx",
        key=user,
        full_name=PEOPLE[user],
        email=mail,
        email_verified=True,
        aliases={"username": f"deltagare+{user}"},
    )
    return Completion(
        source="edx",
        key=f"{course}/user:{user}",
        learner=learner,
        module=f"course:{course}",
        title="Batterier för nybörjare",
        completed_at=datetime(2026, 5, 4, 10, 11, 12, 123456, tzinfo=UTC),
        grade=Grade(value=percent, minimum=0, maximum=100, text="Pass"),
        evidence="Open edX certificate (verified)",
    )


LOADED = [completion("7"), completion("8"), completion("9"), completion("7", OLD_COURSE, percent=29)]


@pytest.fixture
def server() -> Iterator[OpenEdxSandbox]:
    with OpenEdxSandbox() as sandbox:
        sandbox.load(LOADED)
        yield sandbox


class Times:
    """The time of a test: a clock that moves only as somebody waits, and a day that the test turns."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.now = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
        self.timing = Timing(clock=lambda: sum(self.waits), sleep=self.waits.append)

    def next_day(self) -> datetime:
        """Let a day go by."""
        self.now += timedelta(days=1)
        return self.now


def connect(server: OpenEdxSandbox, times: Times | None = None, **changed: object) -> OpenEdxSource:
    """A source on the sandbox with some settings changed, that waits for nothing."""
    table = {**server.settings(), **changed}
    table.pop("kind")
    times = times or Times()
    return OpenEdxSource("edx", OpenEdxSettings(**table), times.timing, lambda: times.now)


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause between two tries of the HTTP client is left out; what a server asks for by Retry-After is not."""
    monkeypatch.setattr("urllib3.util.Retry._sleep_backoff", lambda self: None)


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def source(server: OpenEdxSandbox, times: Times) -> Iterator[OpenEdxSource]:
    with connect(server, times) as source:
        yield source


@pytest.fixture
def locked_out(server: OpenEdxSandbox) -> Iterator[OpenEdxSource]:
    with connect(server, client_secret="wrong") as source:
        yield source


def override(server: OpenEdxSandbox, part: str, answer: Answer | Callable[[Request], Answer]) -> None:
    """Let the sandbox give this answer wherever ``part`` stands in the path."""
    usual = server.handle

    def handle(request: Request) -> Answer:
        if part not in request.path:
            return usual(request)
        return answer(request) if callable(answer) else answer

    server.handle = handle  # type: ignore[method-assign]  # a documented answer in place of the sandbox's own


def told(call: Callable[[], object]) -> str:
    """The text of the error that a call ends with; empty when it ends well."""
    try:
        call()
    except MimisError as error:
        return str(error)
    return ""


def asked(server: OpenEdxSandbox, part: str) -> list[Request]:
    """Requests that the sandbox received for addresses with ``part``."""
    return [request for request in server.requests if part in request.path]


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    started = RedisServer(find_redis(), tmp_path_factory.mktemp("r"))
    started.start()
    yield started
    started.stop()
