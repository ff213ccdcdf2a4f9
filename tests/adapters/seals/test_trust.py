"""Chains as providers give them: anchor, authority between, seal; and chains that must not pass."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from mimis_seals.form.jws import encode, read_envelope, read_header
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.keys.trial import _usage
from mimis_seals.settings import Pkcs12Settings

from mimis_core import Sealed, Verdict

Build = Callable[..., tuple[Pkcs12Signer, str]]


def name_of(title: str) -> x509.Name:
    identifier = x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, "NTRSE-8020026509")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title), identifier])


@pytest.fixture
def build(tmp_path: Path, trust: Any) -> Build:
    """Make anchor, authority and seal; gives a signer with the chain below the anchor, and the anchor."""

    def build(*, authority: bool = True, days: int = 30, wrong_key: bool = False) -> tuple[Pkcs12Signer, str]:
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
        made = [certificate("Anchor", keys[0], "Anchor", keys[0], True, 30)]
        made.append(certificate("Authority", keys[1], "Anchor", keys[0], authority, days))
        signing = ec.generate_private_key(ec.SECP256R1()) if wrong_key else keys[1]
        made.append(certificate("Seal", keys[2], "Authority", signing, False, 30))
        file = tmp_path / "chain.p12"
        lock = BestAvailableEncryption(b"secret")
        file.write_bytes(pkcs12.serialize_key_and_certificates(b"x", keys[2], made[2], made[:2], lock))
        settings = Pkcs12Settings.model_validate({"file": str(file), "password": "secret"})
        anchor = made[0].public_bytes(Encoding.PEM).decode()
        return Pkcs12Signer("signer", settings, now=lambda: trust.now), anchor

    def certificate(title: str, key: Any, issuer: str, by: Any, authority: bool, days: int) -> x509.Certificate:
        start = trust.now - timedelta(days=60)
        return (
            x509.CertificateBuilder(name_of(issuer), name_of(title), key.public_key(), x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(trust.now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(_usage(authority), critical=True)
            .sign(by, hashes.SHA256())
        )

    return build


def test_anchor_alone_is_enough(build: Build, seal: Callable[..., Sealed], document: Any, verify: Any) -> None:
    signer, anchor = build()
    content = seal(document, signer).content
    header = read_header(read_envelope(content))
    assert [b64decode(one) for one in header["x5c"]] == list(signer.chain()[:2])
    assert len(signer.chain()) == 3
    assert verify(content, anchors=(anchor,)).checks[2].status == "ok"


def test_chain_of_file_is_ordered(build: Build) -> None:
    chain = [x509.load_der_x509_certificate(one) for one in build()[0].chain()]
    assert all(lower.issuer == upper.subject for lower, upper in pairwise(chain))


def test_seal_without_authority_is_unknown(
    build: Build, seal: Callable[..., Sealed], document: Any, verify: Any
) -> None:
    signer, anchor = build()
    verdict: Verdict = verify(seal(document, signer, certificates="signer").content, anchors=(anchor,))
    assert (verdict.verdict, verdict.checks[2].status) == ("unknown", "skipped")


@pytest.mark.parametrize("fault", [{"authority": False}, {"days": -1}], ids=str)
def test_wrong_chain_is_owner_error(
    build: Build, seal: Callable[..., Sealed], document: Any, verify: Any, fault: dict[str, Any]
) -> None:
    signer, anchor = build(**fault)
    verdict: Verdict = verify(seal(document, signer).content, anchors=(anchor,))
    assert (verdict.verdict, verdict.checks[2].status) == ("invalid", "error")


def test_authority_that_did_not_sign_is_refused(
    build: Build, seal: Callable[..., Sealed], document: Any, forge: Any, verify: Any
) -> None:
    signer, anchor = build()
    ours = type(forge)(signer, seal(document, signer))
    authority = b64encode(build()[0].chain()[1]).decode()
    verdict: Verdict = verify(ours.general({"x5c": [ours.honest["x5c"][0], authority]}), anchors=(anchor,))
    assert (verdict.verdict, verdict.checks[2].status) == ("invalid", "error")


def test_many_certificates_are_refused(forge: Any, verify: Any) -> None:
    verdict: Verdict = verify(forge.general({"x5c": forge.honest["x5c"] * 11}))
    assert verdict.checks[1].status == "error"


def test_second_certificate_may_be_rubbish(forge: Any, verify: Any) -> None:
    header = json.loads(forge.header({}))
    changes = {"x5c": [*header["x5c"], encode(b"abc")]}
    assert verify(forge.general(changes)).verdict == "invalid"


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_damaged_authority_in_the_file_never_raises(forge: Any, verify: Any, data: st.DataObject) -> None:
    seal, anchor = forge.signer.chain()
    bad = bytearray(anchor)
    for place in data.draw(st.lists(st.integers(0, len(anchor) - 1), min_size=1, max_size=4)):
        bad[place] ^= 1 << data.draw(st.integers(0, 7))
    changes = {"x5c": [b64encode(one).decode() for one in (seal, bytes(bad))]}
    verdict: Verdict = verify(forge.general(changes))
    assert verdict.checks[1].status == "ok"
    assert verify(forge.general(changes), anchors=()).checks[2].status in ("skipped", "error")
