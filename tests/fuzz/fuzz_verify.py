"""Fuzzing of the verifier with atheris, outside CI: ``python tests/fuzz/fuzz_verify.py [libFuzzer options] [CORPUS]``.

Needs ``pip install atheris``. Inputs are whole files, mutated as bytes or member by member inside the JSON, the header
and ``etsiU``; changed headers and documents are sealed anew, so that what lies behind the signature is reached. A
finding is any exception, any verdict of valid offline, or a seal called ok that the school's own key did not make.
"""

from __future__ import annotations

import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import atheris
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

with atheris.instrument_imports(include=["mimis_seals"]):
    from mimis_seals.form.jws import decode, read_envelope
    from mimis_seals.keys.pkcs12 import Pkcs12Signer
    from mimis_seals.lists.update import update
    from mimis_seals.sandboxes.lists import TrustListSandbox
    from mimis_seals.sandboxes.pki import PkiSandbox
    from mimis_seals.sealing.sealer import JadesSealer
    from mimis_seals.settings import JadesSettings, Pkcs12Settings
    from mimis_seals.verifying.trust import read_anchors
    from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Document, Organisation, Trust

ECDSA = ec.ECDSA(hashes.SHA256())
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SCHOOL = Organisation(id="school", legal_name={"sv": "Skolan"}, registration="802002-6509", eidas="NTRSE-8020026509")


def make_seeds(lists: str) -> tuple[list[bytes], tuple[str, ...], ec.EllipticCurvePrivateKey]:
    """Files at two levels, the anchors that they lead up to, and the key that sealed them.

    Into the folder ``lists`` goes a copy of trusted lists that name the same authorities.
    """
    content = {
        "id": "urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75",
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "issued": "2026-11-24T12:00:00Z",
        "validFrom": "2026-11-24T12:00:00Z",
        "issuer": {"id": "urn:epass:org:1", "eIDASIdentifier": {"id": "urn:1", "notation": "NTRSE-8020026509"}},
        "credentialSubject": {"id": "urn:epass:person:1", "fullName": {"sv": "Åsa Ek"}, "hasClaim": {}},
        "@context": ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    document = Document(urn=str(content["id"]), format="elm", media_type="application/ld+json", content=text)
    with PkiSandbox(now=lambda: NOW) as pki, TemporaryDirectory() as folder:
        key = pki.issue_seal(SCHOOL)
        file = Path(folder) / "seal.p12"
        file.write_bytes(key.pkcs12)
        settings = Pkcs12Settings.model_validate({"file": str(file), "password": key.password})
        signer = Pkcs12Signer("signer", settings, now=lambda: NOW)
        tables: list[dict[str, Any]] = [{}, {"level": "LTA", "tsa": {"url": pki.tsa_url}, "content_timestamp": True}]
        sealers = [JadesSealer("x", JadesSettings.model_validate(table), now=lambda: NOW) for table in tables]
        private = load_pkcs12(key.pkcs12, key.password.encode()).key
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError("the seal is no ES256 key")
        with TrustListSandbox(now=lambda: NOW) as publisher:
            for identity, kind in ((pki.root, "CA/QC"), (pki.tsa_root, "TSA/QTST")):
                publisher.grant("SE", identity.certificate.public_bytes(Encoding.DER), kind)
            list(update(publisher.lotl_url, read_anchors(publisher.signer_pem), lists, NOW))
        files = [one.seal(document, signer).content for one in sealers]
        return files, (pki.anchor_pem, pki.tsa_anchor_pem), private


LISTS = TemporaryDirectory()
SEEDS, ANCHORS, KEY = make_seeds(LISTS.name)
TRUST = Trust(anchors=ANCHORS, now=NOW + timedelta(minutes=1), offline=True)
LISTED = Trust(lists=LISTS.name, now=TRUST.now, offline=True)
VERIFIER = JadesVerifier()


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """A file with one member changed inside its layers, or any bytes changed."""
    way = seed % 5
    if way == 0:
        return atheris.Mutate(data, most)
    try:
        value = json.loads(data)
        holder = value["signatures"][0]
        if way in (1, 2):
            holder["protected"] = _mutated_base64(holder["protected"])
        elif way == 3:
            value["payload"] = atheris.Mutate(value["payload"].encode(), len(value["payload"]) * 2 + 64).decode()
        elif entries := holder.get("header", {}).get("etsiU"):
            position = seed // 5 % len(entries)
            entries[position] = _mutated_base64(entries[position])
        if way in (2, 3):
            r, s = decode_dss_signature(KEY.sign(f"{holder['protected']}.{value['payload']}".encode(), ECDSA))
            holder["signature"] = _base64(r.to_bytes(32) + s.to_bytes(32))
        return json.dumps(value, separators=(",", ":")).encode()[:most]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return atheris.Mutate(SEEDS[seed % len(SEEDS)], most)


def _mutated_base64(text: str) -> str:
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return _base64(atheris.Mutate(raw, len(raw) + 64))


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def verify_one(data: bytes) -> None:
    """One execution."""
    verdict, listed = VERIFIER.verify(data, TRUST), VERIFIER.verify(data, LISTED)
    if "valid" in (verdict.verdict, listed.verdict):
        raise RuntimeError("offline, nothing is valid")
    if listed.checks[2].status == "ok" != verdict.checks[2].status:
        raise RuntimeError("the lists vouch for somebody whom the same authorities as anchors do not")
    if [check.status for check in verdict.checks[:2]] != ["ok", "ok"]:
        return
    envelope = read_envelope(data)
    raw = decode(envelope.signature, "The signature")
    signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    KEY.public_key().verify(signature, f"{envelope.protected}.{envelope.payload}".encode(), ECDSA)


if __name__ == "__main__":
    for number, seed_file in enumerate(SEEDS):
        folder = next((Path(one) for one in sys.argv[1:] if not one.startswith("-")), None)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"seed-{number}.jsonld").write_bytes(seed_file)
    atheris.Setup(sys.argv, verify_one, custom_mutator=mutate)
    atheris.Fuzz()
