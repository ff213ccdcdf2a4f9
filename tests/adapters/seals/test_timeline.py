"""Verdicts by timestamps: what they prove, for how long, and what is said when they prove nothing."""

from __future__ import annotations

import json
import ssl
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mimis_seals.form.jws import encode
from mimis_seals.form.timestamps import read_token
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings, Pkcs12Settings
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Check, Document, Organisation, Trust, Verdict

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
Judge = Callable[..., dict[str, Check]]


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox(now=lambda: NOW) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def make(
    pki: PkiSandbox, organisation: Organisation, document: Document, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., bytes]:
    """Seal at a level with a certificate of the sandbox that ends after some days."""
    folder = tmp_path_factory.mktemp("pki")

    def make(level: str, days: int = 30, content: Document = document, **settings: Any) -> bytes:
        key = pki.issue_seal(organisation, days=(30, days))
        file = folder / f"{key.serial}.p12"
        file.write_bytes(key.pkcs12)
        signer = Pkcs12Signer(
            "signer",
            Pkcs12Settings.model_validate({"file": str(file), "password": key.password}),
            now=lambda: NOW,
        )
        table = {"level": level, "tsa": {"url": pki.tsa_url}, **settings}
        sealer = JadesSealer("sealer", JadesSettings.model_validate(table), now=lambda: NOW)
        return sealer.seal(content, signer).content

    return make


@pytest.fixture(scope="module")
def sealed_at(make: Callable[..., bytes]) -> dict[str, bytes]:
    return {level: make(level) for level in ("B", "T", "LT", "LTA")}


@pytest.fixture
def judge(pki: PkiSandbox) -> Judge:
    """The checks by type; further ones, of timestamps, as ``custom``. Offline unless told."""

    def judge(content: bytes, now: datetime = NOW, anchors: tuple[str, ...] | None = None, **trust: Any) -> Any:
        known = (pki.anchor_pem, pki.tsa_anchor_pem) if anchors is None else anchors
        reliance = Trust(**{"anchors": known, "now": now, "offline": True, **trust})
        verdict: Verdict = JadesVerifier().verify(content, reliance)
        assert (verdict.verdict == "invalid") == any(check.status == "error" for check in verdict.checks)
        return {check.type: check for check in verdict.checks}

    return judge


def with_unsigned(content: bytes, change: Callable[[list[str]], list[str]]) -> bytes:
    value = json.loads(content)
    header = value["signatures"][0]["header"]
    header["etsiU"] = change(header["etsiU"])
    return json.dumps(value).encode()


def token_of(content: bytes, name: str = "sigTst") -> bytes:
    entries = json.loads(content)["signatures"][0]["header"]["etsiU"]
    members = (json.loads(urlsafe_b64decode(entry + "==")) for entry in entries)
    return b64decode(next(one[name] for one in members if name in one)["tstTokens"][0]["val"])


@pytest.mark.parametrize("level", ["B", "T", "LT", "LTA"])
def test_every_level_is_owned_while_certificate_holds(sealed_at: dict[str, bytes], judge: Judge, level: str) -> None:
    checks = judge(sealed_at[level])
    assert [checks[kind].status for kind in ("format", "seal", "owner")] == ["ok", "ok", "ok"]


@pytest.mark.parametrize(("level", "owner"), [("B", "skipped"), ("T", "skipped"), ("LT", "ok"), ("LTA", "ok")])
def test_expired_certificate_needs_timestamp_and_proofs(
    sealed_at: dict[str, bytes], judge: Judge, level: str, owner: str
) -> None:
    checks = judge(sealed_at[level], now=NOW + YEAR)
    assert (checks["seal"].status, checks["owner"].status) == ("ok", owner)
    assert ("no trusted timestamp" in checks["owner"].reason) == (owner == "skipped")


def test_proved_time_is_told(sealed_at: dict[str, bytes], judge: Judge) -> None:
    check = judge(sealed_at["LT"], now=NOW + YEAR)["custom"]
    assert (check.status, "existed on 2026-11-24 12:00 UTC" in check.reason) == ("ok", True)


def test_archive_carries_beyond_end_of_authority(sealed_at: dict[str, bytes], judge: Judge) -> None:
    late = judge(sealed_at["LTA"], now=NOW + 11 * YEAR)
    assert (late["owner"].status, late["custom"].status) == ("skipped", "skipped")
    assert "expired" in late["custom"].reason


def test_newer_archive_timestamp_carries_the_older(
    sealed_at: dict[str, bytes], judge: Judge, pki: PkiSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = NOW + 9 * YEAR
    with PkiSandbox(now=lambda: later) as successor:
        # The first authority still publishes its list then; the successor's unit is certified anew.
        monkeypatch.setattr(pki, "now", lambda: later)
        settings = JadesSettings.model_validate({"level": "LTA", "tsa": {"url": successor.tsa_url}})
        content = JadesSealer("sealer", settings, now=lambda: later).extend(sealed_at["LTA"], "LTA")
        anchors = (pki.anchor_pem, pki.tsa_anchor_pem, successor.tsa_anchor_pem)
        after_first = NOW + 11 * YEAR
        checks = judge(content, now=after_first, anchors=anchors, offline=False)
    assert judge(sealed_at["LTA"], now=after_first)["owner"].status == "skipped"
    assert (checks["owner"].status, checks["custom"].status) == ("ok", "ok")
    assert "2026-11-24" in checks["custom"].reason


@pytest.mark.parametrize("anchors", ["seal", "none"])
def test_unknown_authority_of_timestamps_is_said(
    sealed_at: dict[str, bytes], judge: Judge, pki: PkiSandbox, anchors: str
) -> None:
    known = (pki.anchor_pem,) if anchors == "seal" else ()
    checks = judge(sealed_at["LTA"], now=NOW + YEAR, anchors=known)
    assert (checks["owner"].status, checks["custom"].status) == ("skipped", "skipped")
    assert "no anchor or list names its authority" in checks["custom"].reason
    assert ("Unknown issuer" in checks["owner"].reason) == (anchors == "none")


def test_content_timestamp_must_fit(make: Callable[..., bytes], judge: Judge, document: Document) -> None:
    content = make("LT", content_timestamp=True)
    assert judge(content)["seal"].status == "ok"
    assert "adoTst" in json.loads(urlsafe_b64decode(json.loads(content)["signatures"][0]["protected"] + "=="))


def test_token_of_another_seal_is_seal_error(sealed_at: dict[str, bytes], judge: Judge) -> None:
    stranger = encode(json.dumps({"sigTst": {"tstTokens": [{"val": _text(token_of(sealed_at["T"]))}]}}).encode())
    content = with_unsigned(sealed_at["LT"], lambda entries: [stranger, *entries[1:]])
    check = judge(content)["seal"]
    assert (check.status, "belongs to something else" in check.reason) == ("error", True)


def test_change_below_archive_timestamp_is_seal_error(sealed_at: dict[str, bytes], judge: Judge) -> None:
    content = with_unsigned(sealed_at["LTA"], lambda entries: [entries[0], entries[2], entries[1], entries[3]])
    assert judge(content)["seal"].status == "error"


def test_timestamps_taken_away_leave_less(sealed_at: dict[str, bytes], judge: Judge) -> None:
    checks = judge(with_unsigned(sealed_at["LTA"], lambda entries: []), now=NOW + YEAR)
    assert (checks["seal"].status, checks["owner"].status, "custom" in checks) == ("ok", "skipped", False)


def test_seal_younger_than_its_timestamp_is_refused(
    sealed_at: dict[str, bytes], judge: Judge, make: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, pki: Any
) -> None:
    monkeypatch.setattr(pki, "now", lambda: NOW - timedelta(minutes=4, seconds=59))
    assert judge(make("T"))["seal"].status == "ok"
    checks = judge(sealed_at["LT"], now=NOW - timedelta(minutes=10))
    assert (checks["seal"].status, "in the future" in checks["seal"].reason) == ("error", True)


@pytest.mark.parametrize(
    "entries",
    [
        "x",
        [1],
        [{"sigTst": {}}],
        ["!!"],
        [encode(b"[]")],
        [encode(b'{"sigTst":[]}')],
        [encode(b'{"sigTst":{"tstTokens":[{"val":"AAAA"}]}}')],
        [encode(b'{"sigTst":{"tstTokens":[{"val":7}]}}')],
        [encode(b'{"rVals":{"crlVals":{}}}')],
        [encode(b'{"xVals":[{"x509Cert":{"val":"!"}}]}')],
        [encode(b'{"sigTst":{"tstTokens":[]},"sigTst":{}}')],
        [encode(b"{}")] * 41,
        [encode(b'{"x":"' + b"a" * 5_000_000 + b'"}')],
        [encode(json.dumps({"sigTst": {"tstTokens": [{"val": "MAA="}] * 13}}).encode())],
        [encode(json.dumps({"xVals": [{"x509Cert": {"val": "MAA="}}] * 41}).encode())],
        [encode(json.dumps({"rVals": {"ocspVals": [{"val": "MAA="}] * 41}}).encode())],
        [encode(json.dumps({"sigTst": {"tstTokens": [{"val": "MIAA" * 30_000}]}}).encode())],
        [encode(json.dumps({"sigTst": {"tstTokens": [{"val": "MIAw" * 10_000}]}}).encode())],
    ],
    ids=range(18),
)
def test_hostile_additions_are_seal_error(sealed_at: dict[str, bytes], judge: Judge, entries: Any) -> None:
    check = judge(with_unsigned(sealed_at["T"], lambda _: entries))["seal"]
    assert check.status == "error"


@pytest.mark.official
def test_official_sample_is_judged_at_its_timestamp(shared: Path, judge: Judge) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()
    checks = judge(content, now=NOW, anchors=())
    assert [checks[kind].status for kind in ("seal", "owner", "custom")] == ["ok", "skipped", "skipped"]
    assert all(words in checks["owner"].reason for words in ("Unknown issuer", "expired on 2025-05-10"))
    assert "The timestamp of 2023-09-27 proves nothing here" in checks["custom"].reason


@pytest.mark.official
@pytest.mark.parametrize(
    ("year", "status", "words"), [(2023, "ok", "existed on 2023-09-27 11:54"), (2026, "skipped", "has expired")]
)
def test_official_sample_is_proved_by_pinned_authority(
    shared: Path, judge: Judge, year: int, status: str, words: str
) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()
    roots = tuple(ssl.DER_cert_to_PEM_cert(root) for root in read_token(token_of(content)).chain[-1:])
    check = judge(content, now=datetime(year, 12, 1, tzinfo=UTC), anchors=roots)["custom"]
    assert (check.status, words in check.reason) == (status, True)


def _text(der: bytes) -> str:
    return b64encode(der).decode()
