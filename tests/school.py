"""A school for tests: real folder, real seal and format, and a source and couriers that a test holds in its hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from mimis_core import (
    AdapterSettings,
    Completion,
    CompletionKind,
    Courier,
    DataError,
    Grade,
    MimisError,
    Parcel,
    PulledPage,
    Receipt,
    Source,
    SourceLearner,
    hookimpl,
)
from mimis_core.services import Services, open_services
from mimis_core.settings import Settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class HandSettings(AdapterSettings):
    """No settings."""


class HandSourceSettings(AdapterSettings):
    """One that decides what is pulled, and one that is secret."""

    courses: tuple[str, ...] = ()
    event_token: SecretStr | None = None


class HandSource(Source[HandSourceSettings]):
    """Gives the pages that the test put into ``pages``, and for hints those in ``led_to``; an exception is raised.

    ``cursors`` holds what each pull started from, ``followed`` the hints, last ones last.
    """

    kind = "hand"
    Settings = HandSourceSettings
    pages: list[PulledPage | MimisError] = []
    led_to: dict[str, list[PulledPage | MimisError]] = {}
    cursors: list[str | None] = []
    followed: list[str] = []

    @classmethod
    def start_anew(cls) -> None:
        """Forget all that an earlier test did."""
        cls.pages, cls.led_to, cls.cursors, cls.followed = [], {}, [], []

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """The pages, in order."""
        self.cursors.append(cursor)
        yield from _give(self.pages)

    def read_event(self, body: bytes, content_type: str) -> tuple[str, ...]:
        """A JSON list of hints."""
        try:
            return tuple(json.loads(body))
        except ValueError:
            raise DataError("This is no list of hints.") from None

    def follow(self, hint: str) -> Iterator[PulledPage]:
        """What the test says that the hint leads to."""
        self.followed.append(hint)
        yield from _give(self.led_to.get(hint, []))


def _give(pages: list[PulledPage | MimisError]) -> Iterator[PulledPage]:
    for page in pages:
        if isinstance(page, MimisError):
            raise page
        yield page


class HandCourier(Courier[HandSettings]):
    """Keeps parcels by key and recipient; raises what the test put into ``errors`` first."""

    kind = "hand"
    Settings = HandSettings
    parcels: list[Parcel] = []
    errors: list[MimisError] = []

    def deliver(self, parcel: Parcel) -> Receipt:
        """Take the parcel, or refuse it as told."""
        if self.errors:
            raise self.errors.pop(0)
        already = any(known.key == parcel.key for known in self.parcels)
        if not already:
            self.parcels.append(parcel)
        return Receipt(courier="hand", reference=parcel.key, already=already)


class HandPlugin:
    """Registers both."""

    @hookimpl
    def mimis_sources(self) -> Sequence[type[Source[Any]]]:
        """The source."""
        return (HandSource,)

    @hookimpl
    def mimis_couriers(self) -> Sequence[type[Courier[Any]]]:
        """The courier."""
        return (HandCourier,)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        """Move it."""
        self.now += timedelta(**amount)


@contextmanager
def opened(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Services]:
    """An organisation whose source and couriers are in the test's hand, at the test's time."""
    with open_services(settings) as services:
        services.plugins.manager.register(HandPlugin(), "hand")
        services.clock = clock
        yield services


def someone(key: str = "1", **changes: Any) -> SourceLearner:
    """A learner as the source knows her."""
    known: dict[str, Any] = {
        "source": "hand", "key": key, "full_name": f"Åsa Öberg {key}", "given_name": "Åsa",
        "email": f"asa{key}@demo.example", "email_verified": True,
    }  # fmt: skip
    return SourceLearner(**{**known, **changes})


def done(module: str, learner: SourceLearner | None = None, **changes: Any) -> Completion:
    """A completion of a module."""
    learner = learner or someone()
    known: dict[str, Any] = {
        "source": learner.source, "key": f"{module}/{learner.key}", "learner": learner, "module": module,
        "title": "En kurs", "completed_at": NOW - timedelta(days=3), "kind": CompletionKind.COURSE,
        "grade": Grade(value=80, minimum=0, maximum=100),
    }  # fmt: skip
    return Completion(**{**known, **changes})


def page(*completions: Completion, **changes: Any) -> PulledPage:
    """One pulled page."""
    return PulledPage(completions=completions, **changes)


def change_entry(folder: Path, entry: str = "digitala-arbetsmiljoer", /, **changes: Any) -> None:
    """Change the file of an entry, of the one that is awarded by rule; who reads the catalogue after it sees that."""
    file = folder / "catalogue" / f"{entry}.yaml"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")
