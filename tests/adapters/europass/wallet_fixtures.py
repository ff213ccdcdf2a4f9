"""A small certification authority and sealed files for the wallet tests, made with cryptography alone."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from mimis_europass.wallet.courier import EuropassCourier
from mimis_europass.wallet.sandbox import WalletSandbox
from mimis_europass.wallet.settings import EuropassSettings

from mimis_core import Parcel, Sealed
from mimis_core.http import Client, Response

NOW = datetime.now(UTC)
HOLDER = "NTRSE-8020026509"
URN = "urn:credential:6f3c1d1e-0d0a-4c8f-9f0a-3c3a5d8f7b10"
MAIL = "åsa.öberg@exempel.se"

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def text64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Certified:
    """A key, its certificate and the certificates above it."""

    key: Key
    certificate: x509.Certificate
    above: list[x509.Certificate] = field(default_factory=list)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def certify(
    name: str, by: Certified | None = None, *, ca: bool = False, days: int = 30, key: Key | None = None
) -> Certified:
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, HOLDER)]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=60))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by.key if by else key, hashes.SHA256())
    )
    return Certified(key, certificate, [by.certificate] if by else [])


def credential(urn: str = URN, **more: Any) -> dict[str, Any]:
    return {
        "id": urn,
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "issuer": {"eIDASIdentifier": {"notation": HOLDER}},
        "displayParameter": {"title": {"sv": ["Självständig i köket"]}},
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        **more,
    }


def seal(content: dict[str, Any], signer: Certified, **header: Any) -> bytes:
    """A sealed file of the EDC form; ``header`` overrides fields of the protected header, None removes one."""
    return seal_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), signer, **header)


def seal_text(payload: str, signer: Certified, **header: Any) -> bytes:
    fields = {**_header(signer), **header}
    protected = text64(json.dumps({name: value for name, value in fields.items() if value is not None}).encode())
    signature = text64(_sign(signer.key, f"{protected}.{payload}".encode()))
    return json.dumps(
        {"payload": payload, "signatures": [{"protected": protected, "header": {}, "signature": signature}]},
        ensure_ascii=False,
    ).encode()


def _header(signer: Certified) -> dict[str, Any]:
    chain = [each.public_bytes(serialization.Encoding.DER) for each in (signer.certificate, *signer.above)]
    return {
        "alg": "RS256" if isinstance(signer.key, rsa.RSAPrivateKey) else "ES256",
        "b64": False,
        "crit": ["b64", "sigT"],
        "sigT": "2026-06-01T08:00:00Z",
        "x5c": [b64encode(each).decode() for each in chain],
        "x5t#S256": text64(signer.certificate.fingerprint(hashes.SHA256())),
    }


def _sign(key: Key, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def parcel_of(content: bytes, to: str = MAIL, urn: str = URN) -> Parcel:
    sealed = Sealed(urn=urn, format="elm", media_type="application/ld+json", filename="kök.jsonld", content=content)
    return Parcel(key="delivery-1", to=to, sealed=sealed)


@pytest.fixture(scope="module")
def authority() -> Certified:
    return certify("Prov-CA", ca=True)


@pytest.fixture(scope="module")
def school(authority: Certified) -> Certified:
    return certify("Exempelskolan", authority)


@pytest.fixture
def server(authority: Certified) -> Iterator[WalletSandbox]:
    with WalletSandbox() as sandbox:
        sandbox.trust(authority.pem)
        sandbox.open_wallet("abc", "eli@exempel.se")
        yield sandbox


@pytest.fixture
def courier(server: WalletSandbox) -> Iterator[EuropassCourier]:
    with connect(server.settings()) as opened:
        yield opened


@pytest.fixture
def parcel(school: Certified) -> Parcel:
    return parcel_of(seal(credential(), school))


def connect(table: dict[str, Any], **more: Any) -> EuropassCourier:
    return EuropassCourier(
        "europass", EuropassSettings(**{key: value for key, value in {**table, **more}.items() if key != "kind"})
    )


def ask(server: WalletSandbox, method: str, path: str, **arguments: Any) -> Response:
    client = Client(f"{server.url}/api/v1", system="wallet", retries=0)
    try:
        return client.ask(method, path, **arguments)
    finally:
        client.close()


def deposit(
    server: WalletSandbox, content: bytes, to: str = "abc", name: str = "x.jsonld", part: str = "_credential"
) -> Response:
    return ask(server, "POST", f"wallets/{to}/credentials", files={part: (name, content)})


def refused(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
