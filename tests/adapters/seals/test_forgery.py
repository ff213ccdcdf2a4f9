"""Attempts to pass off a changed or wrongly made file: each must fail, at the check that people expect."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.x509 import load_der_x509_certificate
from hypothesis import given, settings
from hypothesis import strategies as st
from mimis_seals.form.jws import encode
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Sealed, Verdict

Verify = Callable[..., Verdict]
Failing = Callable[[Verdict], list[str]]


def flipped(content: bytes, position: int, bit: int = 0) -> bytes:
    changed = bytearray(content)
    changed[position] ^= 1 << bit
    return bytes(changed)


@pytest.mark.parametrize(
    ("mark", "after", "failed"),
    [
        (b"fullName", 21, "seal"),
        (b"NTRSE", 8, "seal"),
        (b'"protected":"', 200, "seal"),
        (b'"protected":"', 13, "seal"),
        (b'"signature":"', 40, "seal"),
        (b'"signature":"', 98, "seal"),
        (b'"payload":"', 11, "format"),
        (b'"signatures"', 2, "format"),
        (b'"signature":', 3, "format"),
    ],
)
def test_one_changed_byte_is_invalid(
    sealed: Sealed, verify: Verify, failing: Failing, mark: bytes, after: int, failed: str
) -> None:
    verdict = verify(flipped(sealed.content, sealed.content.index(mark) + after))
    assert (verdict.verdict, failing(verdict)) == ("invalid", [failed])


@pytest.mark.parametrize("spare", ["A", "B", "_"])
def test_signature_has_one_spelling(sealed: Sealed, verify: Verify, failing: Failing, spare: str) -> None:
    value = json.loads(sealed.content)
    value["signatures"][0]["signature"] += spare
    assert failing(verify(json.dumps(value).encode())) == ["seal"]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_changed_bit_is_invalid(sealed: Sealed, verify: Verify, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(sealed.content) - 1))
    bit = data.draw(st.integers(0, 7))
    assert verify(flipped(sealed.content, position, bit)).verdict == "invalid"


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_arbitrary_bytes_never_raise(verify: Verify, content: bytes) -> None:
    assert verify(content).verdict == "invalid"


@settings(max_examples=150, deadline=None)
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "crit", "b64", "sigT", "iat", "x5c", "x5t#S256", "typ", "sigD"]),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4),
        min_size=1,
    )
)
def test_odd_headers_never_raise(forge: Any, verify: Verify, header: dict[str, Any]) -> None:
    assert verify(forge.general(header)).checks


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_certificate_never_raises(forge: Any, verify: Verify, data: st.DataObject) -> None:
    from base64 import b64encode

    der = forge.signer.chain()[0]
    honest = load_der_x509_certificate(der)
    bad = flipped(der, data.draw(st.integers(0, len(der) - 1)), data.draw(st.integers(0, 7)))
    changes = {"x5c": [b64encode(bad).decode()], "x5t#S256": encode(hashlib.sha256(bad).digest())}
    owner = verify(forge.general(changes)).checks[2]
    if owner.status == "ok":  # two bits of BER that count the signature's unused ones: nothing that was signed
        read = load_der_x509_certificate(bad)
        assert (read.tbs_certificate_bytes, read.signature) == (honest.tbs_certificate_bytes, honest.signature)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alg": "none"}, "not accepted"),
        ({"alg": "HS256"}, "not accepted"),
        ({"alg": "es256"}, "not accepted"),
        ({"alg": ["ES256"]}, "not accepted"),
        ({"alg": None}, "not accepted"),
        ({"alg": "RS256"}, "does not fit"),
        ({"alg": "ES384"}, "does not fit"),
        ({"crit": ["b64", "sigT", "exp"]}, "does not know"),
        ({"crit": ["b64", "sigT", "x5c"]}, "does not know"),
        ({"crit": ["b64", "sigT", "adoTst"]}, "does not know"),
        ({"crit": ["b64", "b64"]}, "does not know"),
        ({"crit": ["sigT"]}, "how its content is written"),
        ({"crit": []}, "empty"),
        ({"crit": "b64"}, "damaged"),
        ({"crit": [1]}, "damaged"),
        ({"b64": True}, "how its content is written"),
        ({"b64": None, "crit": ["sigT"]}, "how its content is written"),
        ({"b64": 0}, "how its content is written"),
        ({"iat": 1795521600}, "when it was made"),
        ({"sigT": None, "crit": ["b64"]}, "when it was made"),
        ({"sigT": "2026-11-24"}, "damaged"),
        ({"sigT": "2026-13-24T12:00:00Z"}, "damaged"),
        ({"sigT": None, "iat": "1795521600", "crit": ["b64"]}, "damaged"),
        ({"sigT": None, "iat": True, "crit": ["b64"]}, "damaged"),
        ({"sigT": None, "iat": 10**18, "crit": ["b64"]}, "damaged"),
        ({"sigT": "2026-11-25T12:00:00Z"}, "in the future"),
        ({"x5c": None}, "does not carry"),
        ({"x5c": []}, "does not carry"),
        ({"x5c": [7]}, "damaged"),
        ({"x5c": ["!!"]}, "damaged"),
        ({"x5t#S256": "AAAA"}, "another certificate"),
        ({"x5t#S256": None}, "another certificate"),
        ({"sigD": {"mId": "x"}}, "another file"),
    ],
)
def test_wrong_header_breaks_the_seal(
    forge: Any, verify: Verify, failing: Failing, changes: dict[str, Any], words: str
) -> None:
    verdict = verify(forge.general(changes))
    assert (verdict.verdict, failing(verdict)) == ("invalid", ["seal"])
    assert words in verdict.checks[1].reason


def test_public_key_is_no_shared_secret(forge: Any, verify: Verify, failing: Failing) -> None:
    protected = encode(forge.header({"alg": "HS256"}).encode())
    mac = hmac.digest(forge.signer.chain()[0], f"{protected}.{forge.text}".encode(), "sha256")
    seal = {"protected": protected, "signature": encode(mac)}
    assert failing(verify(json.dumps({"payload": forge.text, "signatures": [seal]}).encode())) == ["seal"]


def test_seal_by_other_key_is_refused(
    forge: Any, verify: Verify, failing: Failing, keys: Any, organisation: Any
) -> None:
    stranger = keys.open(keys.make(organisation))
    protected = encode(forge.header({}).encode())
    value = encode(stranger.sign(f"{protected}.{forge.text}".encode(), "ES256"))
    seal = {"protected": protected, "signature": value}
    assert failing(verify(json.dumps({"payload": forge.text, "signatures": [seal]}).encode())) == ["seal"]


def test_namesake_of_anchor_is_distrusted(
    seal: Callable[..., Sealed], document: Any, keys: Any, organisation: Any, verify: Verify
) -> None:
    stranger = keys.open(keys.make(organisation))
    assert verify(seal(document, stranger).content).checks[2].status != "ok"


def test_authority_key_may_not_seal(forge: Any, verify: Verify, failing: Failing) -> None:
    from base64 import b64encode

    anchor = forge.signer.chain()[1]
    changes = {"x5c": [b64encode(anchor).decode()], "x5t#S256": encode(hashlib.sha256(anchor).digest())}
    assert failing(verify(forge.general(changes))) == ["seal"]


@pytest.mark.parametrize(
    "pattern",
    [
        '{{"payload":{p},"payload":{p},"signatures":[{s}]}}',
        '{{"payload":{p},"signatures":[{s}],"signatures":[{s}]}}',
        '{{"payload":{p},"signatures":[{s},{s}]}}',
        '{{"payload":{p},"signatures":[]}}',
        '{{"payload":{p},"signatures":[1]}}',
        '{{"payload":{p},"signatures":[{s}],"signature":"x"}}',
        '{{"payload":{p},"signatures":[{{"header":7,"protected":"x","signature":"x"}}]}}',
        '{{"payload":{{}},"signatures":[{s}]}}',
        '{{"payload":{p},"signatures":[{s}],"x":NaN}}',
        '[{{"payload":{p},"signatures":[{s}]}}]',
    ],
)
def test_ambiguous_file_is_format_error(forge: Any, verify: Verify, failing: Failing, pattern: str) -> None:
    seal = json.dumps(forge.sign(forge.text, forge.header({})))
    content = pattern.format(p=json.dumps(forge.text), s=seal).encode()
    assert failing(verify(content)) == ["format"]


def test_key_twice_in_document_is_refused(forge: Any, verify: Verify, failing: Failing) -> None:
    text = forge.text.replace('"notation"', '"notation":"NTRSE-2120001124","notation"', 1)
    verdict = verify(forge.general(payload=text))
    assert failing(verdict) == ["format"]
    assert "in two ways" in verdict.checks[0].reason


def test_key_twice_in_header_is_refused(forge: Any, verify: Verify, failing: Failing) -> None:
    header = forge.header({}).replace('"alg"', '"alg": "none", "alg"', 1)
    content = json.dumps({"payload": forge.text, "signatures": [forge.sign(forge.text, header)]})
    assert failing(verify(content.encode())) == ["seal"]


@pytest.mark.parametrize("header", [{"alg": "ES256"}, {"crit": ["x"]}, {"sigT": "2020-01-01T00:00:00Z"}])
def test_unprotected_header_repeats_nothing(
    forge: Any, verify: Verify, failing: Failing, header: dict[str, Any]
) -> None:
    seal = {**forge.sign(forge.text, forge.header({})), "header": header}
    assert failing(verify(json.dumps({"payload": forge.text, "signatures": [seal]}).encode())) == ["seal"]


@pytest.mark.parametrize("content", [b'{"payload":"' + b"[" * 100_000, b"\xef\xbb\xbf{}", b"\xff\xfe", b"", b"{}"])
def test_hostile_files_are_format_error(verify: Verify, failing: Failing, content: bytes) -> None:
    assert failing(verify(content)) == ["format"]


@pytest.mark.parametrize("payload", ["{" + '"a":[' * 50_000, '{"a":"\\ud800"', '{"a":1' + "0" * 5000 + "}", "\ud800{}"])
def test_hostile_documents_are_format_error(forge: Any, failing: Failing, trust: Any, payload: str) -> None:
    content = json.dumps({"payload": payload, "signatures": [{"protected": "e30", "signature": "AA"}]}).encode()
    assert failing(JadesVerifier().verify(content, trust)) == ["format"]
