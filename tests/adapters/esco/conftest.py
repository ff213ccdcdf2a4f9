"""The sample of ESCO's files, a folder of it to spoil, and the school's commands."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.command import Mimis
from tests.esco import write_sample, write_whole


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    """Commands in this process."""
    return Mimis(capsys)


@pytest.fixture
def sample(shared: Path, tmp_path: Path) -> Path:
    """A folder with the small files."""
    return write_sample(shared, tmp_path / "download")


@pytest.fixture
def packed(sample: Path) -> Path:
    """The same as a ZIP file in the portal's way: the files in its root."""
    file = sample.parent / f"{sample.name}.zip"
    with ZipFile(file, "w") as archive:
        for one in sample.iterdir():
            archive.write(one, one.name)
    return file


@pytest.fixture(scope="session")
def whole(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the whole of ESCO 1.2.0."""
    return write_whole(shared, tmp_path_factory.mktemp("whole"))
