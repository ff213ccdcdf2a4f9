"""A school for tests: real folder, real seal and format, and a source and couriers that a test holds in its hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mimis_core import (
    AdapterSettings,
    Completion,
    CompletionKind,
    Courier,
    Grade,
    MimisError,
    Parcel,
    PulledPage,
    Receipt,
    Source,
    SourceLearner,
    hookimpl,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class HandSettings(AdapterSettings):
    """No settings."""


class HandSource(Source[HandSettings]):
    """Gives the pages that the test put into ``pages``; an exception among them is raised."""

    kind = "hand"
    Settings = HandSettings
    pages: list[PulledPage | MimisError] = []

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """The pages, in order."""
        for page in self.pages:
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


def change_entry(folder: Path, **changes: Any) -> None:
    """Change the file of the entry that is awarded by rule; who reads the catalogue after it sees that."""
    file = folder / "catalogue" / "digitala-arbetsmiljoer.yaml"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")
