"""An Open edX sandbox with a few people, and sources connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.settings import OpenEdxSettings
from mimis_openedx.source import OpenEdxSource

from mimis_core import Completion, Grade, SourceLearner
from mimis_core.testing import Answer, Request

COURSE = "course-v1:KTH+MC101+2026_T1"
OLD_COURSE = "Sunderby/Vard1/HT26"
PEOPLE = {"7": "Åsa Öberg", "8": "Eli Ström", "9": "Амина Nur"}


def completion(user: str, course: str = COURSE, percent: float = 87.5) -> Completion:
    """One completion as an Open edX pull gives it."""
    mail = f"u{user}@example.org"
    learner = SourceLearner(source="edx", key=user, full_name=PEOPLE[user], email=mail, email_verified=True)
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


def connect(server: OpenEdxSandbox, **changed: object) -> OpenEdxSource:
    """A source on the sandbox with some settings changed."""
    table = {**server.settings(), **changed}
    table.pop("kind")
    return OpenEdxSource("edx", OpenEdxSettings(**table))


@pytest.fixture
def source(server: OpenEdxSandbox) -> Iterator[OpenEdxSource]:
    with connect(server) as source:
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


def asked(server: OpenEdxSandbox, part: str) -> list[Request]:
    """Requests that the sandbox received for addresses with ``part``."""
    return [request for request in server.requests if part in request.path]
