"""A source that reads a list from its settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import Field

from mimis_core import AdapterSettings, Completion, PulledPage, Source, SourceLearner


class SampleSettings(AdapterSettings):
    """One table ``[sources.NAME]`` with ``kind = "sample"``."""

    learners: tuple[str, ...] = Field(default=(), description="Names of those who completed the module")


class SampleSource(Source[SampleSettings]):
    """Everybody on the list completed the module ``course:sample`` at the start of 2026."""

    kind = "sample"
    Settings = SampleSettings

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """Yield the list as one page."""
        names = enumerate(self.settings.learners, start=1)
        yield PulledPage(completions=tuple(self._completion(str(number), name) for number, name in names))

    def _completion(self, key: str, full_name: str) -> Completion:
        return Completion(
            source=self.name,
            key=f"course:sample/user:{key}",
            learner=SourceLearner(source=self.name, key=key, full_name=full_name),
            module="course:sample",
            title="Sample",
            completed_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
