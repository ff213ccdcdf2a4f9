"""Issuing with a school's real settings: long levels and remote keys, and what happens while an authority is away."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mimis_seals.keys.certificates import utc_now
from mimis_seals.sandboxes.csc import CscSandbox
from mimis_seals.sandboxes.pki import PkiSandbox

from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.adapters.seals.test_levels import PARTS, names
from tests.school import HandCourier, HandPlugin, HandSource, done, page, someone


@pytest.fixture
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def csc(pki: PkiSandbox, school_folder: Path) -> Iterator[CscSandbox]:
    school = load_settings(school_folder).organisation
    with CscSandbox(pki.issue_seal(school)) as sandbox:
        yield sandbox


@pytest.fixture
def school(pki: PkiSandbox, csc: CscSandbox, school_folder: Path) -> Iterator[Services]:
    """A school whose seal is at a signing service, and whose level is LTA."""
    HandSource.pages, HandCourier.parcels, HandCourier.errors = [], [], []
    file = school_folder / "mimis.toml"
    start, _, rest = file.read_text("utf-8").partition("[signer]")
    _, _, rest = rest.partition("\n[")
    signer = "\n".join(f"{name} = {json.dumps(value)}" for name, value in csc.settings().items())
    tables = f'[signer]\n{signer}\n[sealer]\nlevel = "LTA"\ntsa = {{ url = "{pki.tsa_url}" }}\n\n['
    file.write_text(start + tables + rest, "utf-8")
    tomllib.loads(file.read_text("utf-8"))
    with open_services(load_settings(school_folder)) as services:
        services.plugins.manager.register(HandPlugin(), "hand")
        yield services


def sync(school: Services, *keys: str) -> None:
    HandSource.pages = [page(*(done("course:1", someone(key)) for key in keys))]
    school.sync()


def test_school_issues_at_long_level(school: Services, pki: PkiSandbox, csc: CscSandbox) -> None:
    sync(school, "1", "2", "3")
    assert school.drain().credentials == 3
    assert csc.signed == 3
    assert [names(one.content) for one in school.sealed_files()] == [PARTS["LTA"]] * 3
    assert [request.path for request in pki.requests].count("/ocsp") == 1


@pytest.mark.parametrize("away", ["tsa", "csc"])
def test_absent_authority_postpones_issue(school: Services, pki: PkiSandbox, csc: CscSandbox, away: str) -> None:
    sync(school, "1")
    fault: Any = pki.fail if away == "tsa" else csc.fail
    fault("busy" if away == "tsa" else "sad_ended", times=1)
    first = school.drain()
    assert (first.credentials, first.postponed, first.attention) == (0, 1, 0)
    school.clock = lambda: utc_now() + timedelta(hours=2)
    assert school.drain().credentials == 1
