"""The standard tests of a Source, on a folder of lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from mimis_files.sandbox import FilesSandbox
from mimis_files.settings import FilesSettings
from mimis_files.source import FilesSource

from mimis_core import Completion, ConfigurationError, SourceLearner
from mimis_core.testing.conformance import SourceConformance


def completed(learner: str, achievement: str = "verktygsvana") -> Completion:
    """A row of a list, without what a list need not have."""
    return Completion(
        source="listor",
        key=f"achievement:{achievement}/learner:{learner}",
        learner=SourceLearner(
            source="listor", key=learner, full_name=f"Åsa Öberg{learner}", email=f"asa{learner}@demo.example"
        ),
        module=f"achievement:{achievement}",
        title=achievement,
        completed_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
    )


@pytest.mark.usefixtures("quick")
class TestFilesConformance(SourceConformance):
    adapter_type = FilesSource
    refusal = ConfigurationError

    @pytest.fixture
    def server(self) -> Iterator[FilesSandbox]:
        with FilesSandbox() as sandbox:
            sandbox.load([completed("1"), completed("2"), completed("2", "solenergi-grund")])
            yield sandbox

    @pytest.fixture
    def source(self, server: FilesSandbox) -> FilesSource:
        return FilesSource("listor", FilesSettings(path=server.folder))

    @pytest.fixture
    def locked_out(self, server: FilesSandbox) -> FilesSource:
        return FilesSource("listor", FilesSettings(path=server.folder / "borta"))

    @pytest.fixture
    def late(self) -> Completion:
        return completed("3")
