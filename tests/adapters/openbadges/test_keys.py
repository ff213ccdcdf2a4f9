"""The Ed25519 key file, its names as Multikey and did:key, and the command that makes it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from mimis_openbadges.chains import identifier_of
from mimis_openbadges.keys import ANCHOR_FILE, KEY_FILE, Ed25519Signer
from mimis_openbadges.multikey import controller_document, decode_multibase, encode_multibase, multikey, read_multikey
from mimis_openbadges.settings import Ed25519Settings

from mimis_core import ConfigurationError
from mimis_core.plugins import load_plugins
from mimis_core.testing.conformance import SignerConformance
from tests.command import Mimis

PUBLISHED = (
    "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
    "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
)
"""The key that belongs to the private key of 32 zero bytes, as the did:key method's own examples name it."""


class TestEd25519Conformance(SignerConformance):
    adapter_type = Ed25519Signer

    @pytest.fixture
    def signer(self, ed25519: Ed25519Signer) -> Ed25519Signer:
        return ed25519

    @pytest.fixture
    def public_key(self, ed25519: Ed25519Signer) -> Ed25519PublicKey:
        return ed25519.public_key


def settings(file: Path, **more: Any) -> Ed25519Settings:
    return Ed25519Settings.model_validate({"file": str(file), **more})


def test_multikey_is_the_published_one() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    assert (multikey(key), key.public_bytes_raw().hex()) == PUBLISHED
    assert read_multikey(PUBLISHED[0]) == key


@given(st.binary(max_size=80))
def test_multibase_comes_back(data: bytes) -> None:
    assert decode_multibase(encode_multibase(data)) == data


@given(st.text(max_size=60))
def test_any_multibase_has_one_spelling(text: str) -> None:
    try:
        data = decode_multibase(text)
    except ValueError:
        return
    assert encode_multibase(data) == text


@pytest.mark.parametrize("text", [None, 7, "", "z", "u6Mk", "z0OIl", "z" + "1" * 400, PUBLISHED[0][:-1]])
def test_odd_text_is_no_key(text: object) -> None:
    with pytest.raises(ValueError):
        read_multikey(text)


def test_key_signs_for_its_public_key(ed25519: Ed25519Signer) -> None:
    ed25519.public_key.verify(ed25519.sign(b"data", "EdDSA"), b"data")
    assert (ed25519.algorithms, ed25519.chain(), ed25519.trial) == (("EdDSA",), (), False)


def test_other_algorithm_is_refused(ed25519: Ed25519Signer) -> None:
    with pytest.raises(ConfigurationError, match="not ES256"):
        ed25519.sign(b"data", "ES256")


def test_files_are_for_owner_alone(keys: Path) -> None:
    assert {stat.S_IMODE((keys / name).stat().st_mode) for name in (KEY_FILE, ANCHOR_FILE)} == {0o600}


def test_anchor_ties_key_to_organisation(keys: Path, ed25519: Ed25519Signer) -> None:
    certificate = x509.load_pem_x509_certificate((keys / ANCHOR_FILE).read_bytes())
    assert certificate.public_key() == ed25519.public_key
    assert identifier_of(certificate) == "NTRSE-8020026509"


def test_earlier_key_is_not_written_over(keys: Path, organisation: Any) -> None:
    before = (keys / KEY_FILE).read_bytes()
    with pytest.raises(ConfigurationError, match="not written over"):
        Ed25519Signer.make_trial(organisation, keys)
    assert (keys / KEY_FILE).read_bytes() == before


def test_unwritable_place_is_told(organisation: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        Ed25519Signer.make_trial(organisation, tmp_path / "absent")


def pem(key: Any, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    encoded: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    return encoded


def test_locked_key_opens_with_its_password(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(pem(key, b"hemligt"))
    assert Ed25519Signer("s", settings(tmp_path / "key.pem", password="hemligt")).public_key == key.public_key()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "cannot be read"),
        (b"no key", "no key in PKCS#8"),
        (pem(Ed25519PrivateKey.generate(), b"hemligt"), "does not open"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "not an Ed25519 key"),
    ],
    ids=["absent", "text", "locked", "other kind"],
)
def test_unusable_key_is_explained(tmp_path: Path, content: bytes | None, word: str) -> None:
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    (finding,) = Ed25519Signer("signer", settings(file)).check()
    assert (finding.status, word in finding.message, bool(finding.mend)) == ("error", True, True)


def test_check_names_the_key(ed25519: Ed25519Signer, did: str) -> None:
    (finding,) = ed25519.check()
    assert (finding.status, did in finding.message) == ("ok", True)


def test_controller_document_shows_the_key(ed25519: Ed25519Signer) -> None:
    document = controller_document("https://skolan.example/i", ed25519.public_key)
    (method,) = document["verificationMethod"]
    assert document["assertionMethod"] == [method["id"]] == [f"https://skolan.example/i#{multikey(ed25519.public_key)}"]
    assert read_multikey(method["publicKeyMultibase"]) == ed25519.public_key


def test_command_makes_usable_key(school_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = ("openbadges", "key", "--output", tmp_path / "key.pem", "--config", school_folder, "--json")
    told = Mimis(capsys)(*make).json
    signer: Any = load_plugins().open("signer", "ed25519", {"file": told["key"]})
    assert told["did"] == f"did:key:{multikey(signer.public_key)}" == told["document"]["id"]
    assert isinstance(signer.public_key, Ed25519PublicKey)
    assert Path(told["anchor"]).read_text("ascii").startswith("-----BEGIN CERTIFICATE")


def test_command_prints_document_to_serve(
    school_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "https://skolan.example/i"
    make = ("openbadges", "key", "--output", tmp_path / "key.pem", "--controller", address)
    done = Mimis(capsys)(*make, "--config", school_folder)
    assert done.json["id"] == address
    assert f'issuer = "{address}"' in done.err
