"""The EU's trusted lists: fetched, believed only from those who may sign them, and kept as a copy with its age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from mimis_seals.lists.copy import FILENAME, TrustedLists, load_lists
from mimis_seals.lists.parsing import FOR_SEALS, NAMESPACES, read_list
from mimis_seals.lists.update import Outcome, update
from mimis_seals.sandboxes.lists import ListedService, TrustListSandbox
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.verifying.trust import read_anchors

from mimis_core import ConfigurationError, TemporaryError
from mimis_core.testing import Request

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
QUALIFIERS = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"


@pytest.fixture(scope="module")
def authority() -> bytes:
    with PkiSandbox(now=lambda: NOW) as pki:
        return pki.issuing.certificate.public_bytes(Encoding.DER)


@pytest.fixture
def lists(authority: bytes) -> Iterator[TrustListSandbox]:
    with TrustListSandbox(now=lambda: NOW) as sandbox:
        sandbox.grant("SE", authority)
        yield sandbox


def fetched(lists: TrustListSandbox, folder: Path, now: datetime = NOW) -> dict[str, Outcome]:
    signers = read_anchors(lists.signer_pem)
    return {one.territory: one for one in update(lists.lotl_url, signers, str(folder), now)}


def copy_in(folder: Path) -> TrustedLists:
    found = load_lists(str(folder))
    assert found is not None
    return found


def test_lists_are_fetched_and_kept(lists: TrustListSandbox, tmp_path: Path) -> None:
    outcomes = fetched(lists, tmp_path)
    assert [one.failure for one in outcomes.values()] == [None, None, None]
    copy = copy_in(tmp_path)
    assert (copy.lotl.sequence, [one.territory for one in copy.national]) == (300, ["SE", "FI"])
    (service,) = copy.national[0].services
    assert (service.provider, service.kind, service.trusted_at(NOW)) == ("Sandbox Trust AB", "seal", True)


@pytest.mark.parametrize("fault", ["signer", "tampered", "unsigned", "bomb", "outside", "away"])
def test_bad_list_of_lists_changes_nothing(lists: TrustListSandbox, tmp_path: Path, fault: str) -> None:
    fetched(lists, tmp_path)
    before = (tmp_path / FILENAME).read_bytes()
    lists.lotl_fault = fault
    with pytest.raises(TemporaryError, match="list of trusted lists cannot be used"):
        fetched(lists, tmp_path)
    assert (tmp_path / FILENAME).read_bytes() == before


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("signer", "not signed by one of those"),
        ("tampered", "signature does not hold"),
        ("unsigned", "not signed by one of those"),
        ("bomb", "not XML|document type"),
        ("outside", "not XML|document type"),
        ("territory", "another country's"),
        ("away", "refused"),
    ],
)
def test_bad_national_list_leaves_the_rest(lists: TrustListSandbox, tmp_path: Path, fault: str, words: str) -> None:
    lists.countries["SE"].fault = fault
    outcomes = fetched(lists, tmp_path)
    assert outcomes["FI"].failure is None
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(outcomes["SE"].failure)
    assert [one.territory for one in copy_in(tmp_path).national] == ["FI"]


def test_earlier_copy_of_country_stays(lists: TrustListSandbox, tmp_path: Path) -> None:
    fetched(lists, tmp_path)
    lists.countries["SE"].fault = "away"
    outcome = fetched(lists, tmp_path, NOW + timedelta(days=1))["SE"]
    assert (outcome.kept, outcome.failure is None) == (True, False)
    kept = copy_in(tmp_path).of("SE")
    assert kept is not None
    assert kept.fetched == NOW


def test_played_back_list_is_refused(lists: TrustListSandbox, tmp_path: Path) -> None:
    fetched(lists, tmp_path)
    lists.countries["SE"].sequence = 6
    assert "older than the copy" in (fetched(lists, tmp_path)["SE"].failure or "")
    lists.lotl_sequence = 299
    with pytest.raises(TemporaryError, match="older than the copy"):
        fetched(lists, tmp_path)


def test_overdue_lists_are_told(lists: TrustListSandbox, tmp_path: Path) -> None:
    lists.countries["FI"].valid_days = -1
    fetched(lists, tmp_path)
    assert copy_in(tmp_path).old(NOW) == ["FI"]
    assert copy_in(tmp_path).old(NOW + timedelta(days=200)) == ["EU", "SE", "FI"]


def test_status_follows_the_history(lists: TrustListSandbox, tmp_path: Path, authority: bytes) -> None:
    day = timedelta(days=1)
    history = (
        ("withdrawn", NOW - 10 * day, True),
        ("granted", NOW - 50 * day, True),
        ("granted", NOW - 90 * day, False),
    )
    lists.countries["SE"].services = [ListedService(authority, history=history)]
    fetched(lists, tmp_path)
    (service,) = copy_in(tmp_path).national[0].services
    assert [service.trusted_at(NOW - days * day) for days in (5, 20, 60, 100)] == [False, True, False, False]


@pytest.mark.parametrize(
    ("written", "fit"),
    [
        ("<URI>http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures</URI>", False),
        (f'<Qualifier xmlns="{NAMESPACES["e"]}" uri="{QUALIFIERS}QCForESig"/>', False),
        (f'<Qualifier xmlns="{NAMESPACES["e"]}" uri="{QUALIFIERS}QCForESeal"/>', True),
        (f"<URI>{FOR_SEALS}</URI>", True),
    ],
    ids=["signatures", "qualified-signatures", "qualified-seals", "seals"],
)
def test_only_services_for_seals_are_fit(lists: TrustListSandbox, written: str, fit: bool) -> None:
    body = lists.handle(Request("GET", "/SE.xml", {}, {}, b"")).body
    changed = body.replace(f"<URI>{FOR_SEALS}</URI>".encode(), written.encode())
    (service,) = read_list(etree.fromstring(changed), NOW).services
    assert service.trusted_at(NOW) == fit


def test_services_of_other_kinds_are_left_out(lists: TrustListSandbox, tmp_path: Path, authority: bytes) -> None:
    lists.countries["SE"].services.clear()
    for kind in ("CA/PKC", "TSA/QTST", "NationalRootCA-QC"):
        lists.grant("SE", authority, kind)
    fetched(lists, tmp_path)
    assert [service.kind for service in copy_in(tmp_path).national[0].services] == ["timestamp"]


def test_damaged_certificate_costs_one_service(lists: TrustListSandbox, tmp_path: Path) -> None:
    lists.grant("SE", b"\x30\x03\x02\x01\x00")
    fetched(lists, tmp_path)
    assert len(copy_in(tmp_path).national[0].services) == 1


@pytest.mark.parametrize("content", ["", "{}", '{"format":2}', '{"format":1,"lotl":{},"national":[]}', "[1]"])
def test_damaged_copy_is_configuration_error(tmp_path: Path, content: str) -> None:
    (tmp_path / FILENAME).write_text(content)
    with pytest.raises(ConfigurationError, match="damaged"):
        load_lists(str(tmp_path))


def test_missing_copy_is_none(tmp_path: Path) -> None:
    assert load_lists(str(tmp_path)) is None
    assert load_lists(None) is None
