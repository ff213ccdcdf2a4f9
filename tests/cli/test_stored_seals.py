"""`mimis seals extend --stored`: the database's own seals at a higher level, judged by the verifier."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mimis_seals.form.jws import decode, read_envelope
from mimis_seals.sandboxes.pki import PkiSandbox

from mimis_core.services import configured
from tests.command import Mimis
from tests.school import HandSource, done, page, someone

PARTS = ["sigTst", "xVals", "rVals", "arcTst"]


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def issued(folder: Path, pki: PkiSandbox, mimis: Mimis) -> Path:
    """A school that issued two at level B, and has found an authority since."""
    HandSource.pages = [page(*(done("course:1", someone(key)) for key in "12"))]
    assert mimis("sync", "--config", folder).code == 0
    with (folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[sealer]\ntsa = {{ url = "{pki.tsa_url}" }}\n')
    return folder


def stored(folder: Path) -> list[bytes]:
    with configured(folder) as services:
        return [sealed.content for sealed in services.sealed_files()]


def added(content: bytes) -> list[str]:
    listed: list[str] = read_envelope(content).unprotected.get("etsiU", [])
    return [next(iter(json.loads(decode(one, "part")))) for one in listed]


def signed(content: bytes) -> tuple[Any, ...]:
    envelope = read_envelope(content)
    return (envelope.payload, envelope.protected, envelope.signature)


def test_stored_seals_reach_archive_level(issued: Path, mimis: Mimis) -> None:
    before = stored(issued)
    ended = mimis("seals", "extend", "--stored", "--config", issued)
    assert (ended.code, ended.out.count("raised to LTA")) == (0, 2)
    after = stored(issued)
    assert sorted(map(signed, after)) == sorted(map(signed, before))
    assert [added(content) for content in after] == [PARTS] * 2
    with configured(issued) as services:
        checks = [check for content in after for check in services.verify(content, offline=True).checks]
    assert {check.status for check in checks if check.type in ("format", "seal", "owner")} == {"ok"}


def test_second_run_asks_nobody(issued: Path, mimis: Mimis, pki: PkiSandbox) -> None:
    mimis("seals", "extend", "--stored", "--level", "T", "--config", issued)
    asked, files = len(pki.requests), stored(issued)
    ended = mimis("seals", "extend", "--stored", "--level", "T", "--config", issued)
    assert (ended.code, ended.out) == (0, "")
    assert (len(pki.requests), stored(issued)) == (asked, files)


def test_dry_run_tells_and_asks_nobody(issued: Path, mimis: Mimis, pki: PkiSandbox) -> None:
    asked, files = len(pki.requests), stored(issued)
    ended = mimis("seals", "extend", "--stored", "--dry-run", "--json", "--config", issued)
    told = [json.loads(line) for line in ended.out.splitlines()]
    assert [(one["done"], one["after"], one["dry_run"]) for one in told] == [(True, "LTA", True)] * 2
    assert (len(pki.requests), stored(issued)) == (asked, files)


def test_refusing_authority_fails_and_leaves_all(issued: Path, mimis: Mimis, pki: PkiSandbox) -> None:
    files = stored(issued)
    pki.fail("rejection", times=2)
    ended = mimis("seals", "extend", "--stored", "--level", "T", "--config", issued)
    assert (ended.code, "refused" in ended.err) == (1, True)
    assert stored(issued) == files
