"""What the tests of lists share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mimis_files.settings import FilesSettings
from mimis_files.source import FilesSource

from mimis_core import Completion, PulledPage, SetAside

HEADINGS = "deltagare-id;namn;mikromerit;datum;resultat"


@pytest.fixture
def source(tmp_path: Path) -> FilesSource:
    """A source named ``listor`` that reads the test's own folder."""
    return FilesSource("listor", FilesSettings(path=tmp_path))


@pytest.fixture
def pull(tmp_path: Path, source: FilesSource) -> Callable[..., tuple[list[Completion], list[SetAside]]]:
    """Write rows as a list and pull it: what is completed, and what is set aside."""

    def write_and_pull(*rows: str, headings: str = HEADINGS) -> tuple[list[Completion], list[SetAside]]:
        (tmp_path / "lista.csv").write_text("\n".join((headings, *rows)), encoding="utf-8")
        return split(list(source.pull(None)))

    return write_and_pull


def split(pages: list[PulledPage]) -> tuple[list[Completion], list[SetAside]]:
    """All completions and all that was set aside of some pages."""
    return [one for page in pages for one in page.completions], [one for page in pages for one in page.set_aside]
