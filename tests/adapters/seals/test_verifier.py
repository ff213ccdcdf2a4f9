"""Verdicts on honest files: what is checked, in which order, with which reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from mimis_seals.verifying.verifier import JadesVerifier, conclude

from mimis_core import Check, ConfigurationError, Sealed, Trust, Verdict

ORDER = ["format", "seal", "owner", "accreditation", "revocation", "expiry"]

Verify = Callable[..., Verdict]
Failing = Callable[[Verdict], list[str]]


def statuses(verdict: Verdict) -> dict[str, str]:
    return {check.type: check.status for check in verdict.checks}


def reason(verdict: Verdict, kind: str) -> str:
    return next(check.reason for check in verdict.checks if check.type == kind)


@pytest.mark.official
def test_official_sample_has_sound_seal(shared: Any) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()
    verdict = JadesVerifier().verify(content, Trust())
    assert verdict.verdict == "unknown"
    assert (statuses(verdict)["seal"], statuses(verdict)["owner"]) == ("ok", "skipped")
    assert "Unknown issuer" in reason(verdict, "owner")


@pytest.mark.official
@pytest.mark.parametrize("member", ["payload", "protected", "signature"])
def test_changed_official_sample_is_invalid(shared: Any, failing: Failing, member: str) -> None:
    value = json.loads((shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes())
    holder = value if member == "payload" else value["signatures"][0]
    middle = holder[member].index("e", len(holder[member]) // 2)
    holder[member] = f"{holder[member][:middle]}f{holder[member][middle + 1 :]}"
    verdict = JadesVerifier().verify(json.dumps(value).encode(), Trust())
    assert (verdict.verdict, failing(verdict)) == ("invalid", ["seal"])


@pytest.mark.official
def test_unsealed_official_sample_is_no_seal(shared: Any, failing: Failing) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-unsigned.jsonld").read_bytes()
    assert failing(JadesVerifier().verify(content, Trust())) == ["format"]


def test_own_credential_is_valid(sealed: Sealed, trust: Trust, status: Any) -> None:
    verdict = JadesVerifier().verify(sealed.content, trust)
    assert verdict.verdict == "valid"
    assert [check.type for check in verdict.checks] == ORDER
    assert all(check.reason.endswith(".") for check in verdict.checks)


def test_trial_seal_is_named(sealed: Sealed, verify: Verify) -> None:
    assert "trial seal" in reason(verify(sealed.content), "owner")


@pytest.mark.parametrize("form", ["flattened", "compact"])
def test_other_serialisations_are_read(forge: Any, verify: Verify, form: str) -> None:
    from mimis_seals.form.jws import encode

    if form == "flattened":
        content = json.dumps({"payload": forge.text, **forge.sign(forge.text, forge.header({}))}).encode()
    else:
        payload = encode(forge.text.encode())
        parts = forge.sign(payload, forge.header({"b64": None, "crit": ["sigT"]}))
        content = f"{parts['protected']}.{payload}.{parts['signature']}".encode()
    assert [statuses(verify(content))[kind] for kind in ORDER[:3]] == ["ok", "ok", "ok"]


def test_seal_of_other_anchor_is_unknown(
    seal: Callable[..., Sealed], document: Any, rsa_signer: Any, verify: Verify
) -> None:
    verdict = verify(seal(document, rsa_signer).content)
    assert verdict.verdict == "unknown"
    assert statuses(verdict)["owner"] == "skipped"


def test_one_of_many_anchors_is_enough(sealed: Sealed, trust: Trust, rsa_key: Any, verify: Verify) -> None:
    bundle = rsa_key.anchor_pem + trust.anchors[0]
    assert statuses(verify(sealed.content, anchors=(bundle,)))["owner"] == "ok"


def test_unknown_issuer_is_not_contacted(sealed: Sealed, trust: Trust, status: Any) -> None:
    verdict = JadesVerifier().verify(sealed.content, trust.model_copy(update={"anchors": ()}))
    assert (verdict.verdict, status.requests) == ("unknown", [])


@pytest.mark.parametrize("pem", ["", "no pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_broken_anchor_is_configuration_error(sealed: Sealed, verify: Verify, pem: str) -> None:
    with pytest.raises(ConfigurationError, match="PEM"):
        verify(sealed.content, anchors=(pem,))


@pytest.mark.parametrize(
    "notation", ["NTRSE-802002-6509", "NTRSE-168020026509", "VATSE-802002650901", "ntrse-8020026509"]
)
def test_spellings_of_one_number_match(forge: Any, verify: Verify, notation: str) -> None:
    content = forge.changed(issuer={"eIDASIdentifier": {"notation": notation}})
    assert statuses(verify(content))["owner"] == "ok"


@pytest.mark.parametrize(
    "issuer",
    [
        {"eIDASIdentifier": {"notation": "NTRSE-2120001124"}},
        {"eIDASIdentifier": {"notation": "VATSE-8020026509"}},
        {"eIDASIdentifier": {"notation": "NTRNO-8020026509"}},
        {"eIDASIdentifier": [{"notation": "NTRSE-8020026509"}, {"notation": "NTRSE-2120001124"}]},
        {"eIDASIdentifier": "NTRSE-8020026509"},
        {"id": "urn:epass:org:1"},
        "urn:epass:org:1",
    ],
    ids=["other", "vat", "norway", "two", "text", "none", "reference"],
)
def test_other_issuer_is_owner_error(forge: Any, verify: Verify, failing: Failing, issuer: Any) -> None:
    assert failing(verify(forge.changed(issuer=issuer))) == ["owner"]


@pytest.mark.parametrize(
    ("members", "failed", "words"),
    [
        ({"validUntil": "2026-11-24T11:00:00Z"}, True, "expired on 2026-11-24"),
        ({"expirationDate": "2026-11-24T13:00:00+02:00"}, True, "expired on 2026-11-24"),
        (
            {"validUntil": "2027-11-24T11:00:00Z", "expirationDate": "2026-01-01T00:00:00Z"},
            True,
            "expired on 2026-01-01",
        ),
        ({"validUntil": "2027-11-24T11:00:00Z"}, False, "holds until 2027-11-24"),
        ({"validFrom": "2027-01-01T00:00:00Z"}, True, "does not hold until 2027-01-01"),
        ({}, False, "no end date"),
    ],
)
def test_expiry_follows_the_dates(
    forge: Any, verify: Verify, failing: Failing, members: dict[str, str], failed: bool, words: str
) -> None:
    verdict = verify(forge.changed(**members))
    assert failing(verdict) == (["expiry"] if failed else [])
    assert words in reason(verdict, "expiry")


@pytest.mark.parametrize(
    "members",
    [
        {"type": ["VerifiableCredential"]},
        {"id": 4711},
        {"issuer": None},
        {"credentialSubject": None},
        {"validFrom": "2026-11-24"},
        {"validFrom": "2026-11-24T12:00:00"},
        {"validUntil": 1795521600},
    ],
    ids=["type", "id", "issuer", "subject", "bare-date", "naive", "number"],
)
def test_other_documents_are_format_error(
    forge: Any, verify: Verify, failing: Failing, members: dict[str, Any]
) -> None:
    verdict = verify(forge.changed(**members))
    assert (verdict.verdict, failing(verdict)) == ("invalid", ["format"])


@pytest.mark.parametrize(("claimed", "words"), [(None, "No accreditation"), ({"title": "x"}, "no register")])
def test_accreditation_alone_never_decides(forge: Any, verify: Verify, claimed: Any, words: str) -> None:
    verdict = verify(forge.changed(evidence=[{"accreditation": claimed}]))
    assert statuses(verdict)["accreditation"] == "skipped"
    assert words in reason(verdict, "accreditation")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "valid"),
        ({"accreditation": "skipped", "expiry": "skipped"}, "valid"),
        ({"owner": "skipped"}, "unknown"),
        ({"revocation": "skipped"}, "unknown"),
        ({"revocation": "skipped", "expiry": "error"}, "invalid"),
        ({"custom": "error"}, "invalid"),
    ],
)
def test_verdict_adds_up_the_checks(changes: dict[str, Any], expected: str) -> None:
    found: dict[Any, Any] = {**dict.fromkeys(ORDER, "ok"), **changes}
    assert conclude(tuple(Check(type=kind, status=found[kind], reason="x") for kind in found)) == expected


def test_expired_certificate_without_timestamp_is_unknown(sealed: Sealed, verify: Verify, trust: Trust) -> None:
    assert trust.now
    verdict = verify(sealed.content, now=trust.now + timedelta(days=3000))
    assert (verdict.verdict, statuses(verdict)["owner"]) == ("unknown", "skipped")
    assert "no trusted timestamp" in reason(verdict, "owner")


@pytest.mark.parametrize("sig_t", ["2020-01-01T00:00:00Z", "2026-11-20T00:00:00Z"])
def test_seal_before_certificate_is_owner_error(forge: Any, verify: Verify, failing: Failing, sig_t: str) -> None:
    assert failing(verify(forge.general({"sigT": sig_t}))) == ["owner"]
