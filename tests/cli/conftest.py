"""A school folder that commands work on, with its source and couriers in the test's hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Mimis, plugins_with_hand
from tests.school import HandCourier, HandSource, done, page


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    return Mimis(capsys)


@pytest.fixture
def folder(school_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A school's folder; what its source gives is put into ``HandSource.pages``."""
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    for module in ("services", "cli.check"):
        monkeypatch.setattr(f"mimis_core.{module}.load_plugins", plugins_with_hand)
    return school_folder


@pytest.fixture
def credential(folder: Path, mimis: Mimis) -> str:
    """Id of a credential that ``mimis sync`` issued."""
    HandSource.pages = [page(done("course:1"))]
    assert mimis("sync", "--config", folder).code == 0
    listed = mimis("credentials", "list", "--config", folder, "--json").json["credentials"]
    return str(listed[0]["id"])


@pytest.fixture
def learner(credential: str, folder: Path, mimis: Mimis) -> str:
    """Id of the learner who has it."""
    return str(mimis("learners", "list", "--config", folder, "--json").json["learners"][0]["id"])
