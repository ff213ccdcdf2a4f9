"""Verdicts by the EU's trusted lists: the service's status when sealed, and whether the seal is a qualified one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.lists.update import update
from mimis_seals.sandboxes.lists import ListedService, TrustListSandbox
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.settings import Pkcs12Settings
from mimis_seals.verifying.trust import read_anchors
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Check, Organisation, Trust

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox(now=lambda: NOW) as sandbox:
        yield sandbox


@pytest.fixture
def lists() -> Iterator[TrustListSandbox]:
    with TrustListSandbox(now=lambda: NOW) as sandbox:
        yield sandbox


@pytest.fixture
def make(pki: PkiSandbox, organisation: Organisation, document: Any, tmp_path: Path, seal: Any) -> Callable[..., bytes]:
    def make(settings: dict[str, Any] | None = None, **certificate: Any) -> bytes:
        key = pki.issue_seal(organisation, **certificate)
        (tmp_path / "seal.p12").write_bytes(key.pkcs12)
        table = {"file": str(tmp_path / "seal.p12"), "password": key.password}
        signer = Pkcs12Signer("signer", Pkcs12Settings.model_validate(table), now=lambda: NOW)
        content: bytes = seal(document, signer, **(settings or {})).content
        return content

    return make


@pytest.fixture
def judge(lists: TrustListSandbox, tmp_path: Path) -> Callable[..., dict[str, Check]]:
    """Fetch the lists as they are now, and verify by them alone, offline."""

    def judge(content: bytes, now: datetime = NOW) -> dict[str, Check]:
        folder = str(tmp_path / "lists")
        list(update(lists.lotl_url, read_anchors(lists.signer_pem), folder, NOW))
        verdict = JadesVerifier().verify(content, Trust(lists=folder, offline=True, now=now))
        return {check.type: check for check in verdict.checks}

    return judge


def issuing(pki: PkiSandbox) -> bytes:
    return pki.issuing.certificate.public_bytes(Encoding.DER)


def test_listed_authority_makes_the_owner_known(pki: Any, lists: Any, make: Any, judge: Any) -> None:
    lists.grant("SE", issuing(pki))
    check = judge(make())["owner"]
    assert check.status == "ok"
    assert "advanced one with a qualified certificate" in check.reason


def test_unqualified_certificate_is_no_qualified_seal(pki: Any, lists: Any, make: Any, judge: Any) -> None:
    lists.grant("SE", issuing(pki))
    check = judge(make(qualified=False))["owner"]
    assert (check.status, "It is no qualified seal;" in check.reason) == ("ok", True)


def test_authority_is_found_though_the_file_lacks_it(pki: Any, lists: Any, make: Any, judge: Any) -> None:
    lists.grant("FI", issuing(pki))
    assert judge(make({"certificates": "signer"}))["owner"].status == "ok"


@pytest.mark.parametrize("kind", ["CA/PKC", "TSA/QTST"])
def test_listing_for_other_use_is_unknown_issuer(pki: Any, lists: Any, make: Any, judge: Any, kind: str) -> None:
    lists.grant("SE", issuing(pki), kind)
    check = judge(make())["owner"]
    assert (check.status, "calls itself qualified, but no list" in check.reason) == ("skipped", True)


@pytest.mark.parametrize(
    ("history", "status"),
    [
        ((("withdrawn", NOW - DAY, True), ("granted", NOW - 90 * DAY, True)), "skipped"),
        ((("granted", NOW - DAY, True), ("withdrawn", NOW - 90 * DAY, True)), "ok"),
        ((("granted", NOW + DAY, True),), "skipped"),
        ((("granted", NOW - DAY, False),), "skipped"),
    ],
    ids=["withdrawn", "again", "later", "not-for-seals"],
)
def test_status_when_sealed_decides(pki: Any, lists: Any, make: Any, judge: Any, history: Any, status: str) -> None:
    lists.countries["SE"].services = [ListedService(issuing(pki), history=history)]
    check = judge(make())["owner"]
    assert check.status == status
    assert ("did not grant" in check.reason) == (status == "skipped")


def test_withdrawal_after_timestamp_spares_the_seal(pki: Any, lists: Any, make: Any, judge: Any) -> None:
    history = (("withdrawn", NOW + 5 * DAY, True), ("granted", NOW - 90 * DAY, True))
    lists.countries["SE"].services = [ListedService(issuing(pki), history=history)]
    lists.grant("FI", pki.tsa_root.certificate.public_bytes(Encoding.DER), "TSA/QTST")
    stamped = make({"level": "LT", "tsa": {"url": pki.tsa_url}})
    assert judge(stamped, NOW + 10 * DAY)["owner"].status == "ok"
    assert judge(make(), NOW + 10 * DAY)["owner"].status == "skipped"


def test_listed_unit_itself_is_trusted_for_timestamps(pki: Any, lists: Any, make: Any, judge: Any) -> None:
    lists.grant("SE", issuing(pki))
    lists.grant("SE", pki.tsa.certificate.public_bytes(Encoding.DER), "TSA/QTST")
    assert judge(make({"level": "LT", "tsa": {"url": pki.tsa_url}}))["custom"].status == "ok"


def test_old_copy_is_said_in_the_reason(pki: Any, lists: Any, make: Any, judge: Any) -> None:
    lists.grant("SE", issuing(pki))
    content = make(days=(1, 730))
    assert "out of date" not in judge(content)["owner"].reason
    late = judge(content, NOW + 200 * DAY)["owner"]
    assert (late.status, "out of date (EU, SE)" in late.reason) == ("ok", True)


@pytest.mark.parametrize("content", ["", "{}", '{"format":1,"lotl":[],"national":[]}'])
def test_damaged_lists_are_said_and_trust_nobody(make: Any, tmp_path: Path, pki: Any, content: str) -> None:
    (tmp_path / "trusted-lists.json").write_text(content)
    trust = Trust(lists=str(tmp_path), offline=True, now=NOW)
    check = JadesVerifier().verify(make(), trust).checks[2]
    assert (check.status, "lists is damaged" in check.reason) == ("skipped", True)
    pinned = trust.model_copy(update={"anchors": (pki.anchor_pem,)})
    assert JadesVerifier().verify(make(), pinned).checks[2].status == "ok"


def test_lists_that_were_never_fetched_are_said(make: Any, tmp_path: Path) -> None:
    verdict = JadesVerifier().verify(make(), Trust(lists=str(tmp_path / "none"), offline=True, now=NOW))
    assert (verdict.verdict, "not been fetched yet" in verdict.checks[2].reason) == ("unknown", True)
