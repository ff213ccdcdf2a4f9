"""Signing badges: as a JSON Web Token, and with a Data Integrity proof."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mimis_core import ConfigurationError, DataError, Document, Sealed, Sealer, Signer
from mimis_openbadges.chains import DAMAGE, holds_at, identifier_of, same_organisation
from mimis_openbadges.document import EIDAS
from mimis_openbadges.jose import FormError, Json, SealError, encode, jwk_of, key_of, read_object
from mimis_openbadges.keys import Ed25519Signer
from mimis_openbadges.multikey import did_key, encode_multibase, multikey
from mimis_openbadges.proof import hash_data, proof_options
from mimis_openbadges.rdf import UndecidedError
from mimis_openbadges.read import claims_of, identifier_in, issuer_of, moment, objects
from mimis_openbadges.settings import DataIntegritySettings, JwtSettings


def utc_now() -> datetime:
    """The present moment; tests give another."""
    return datetime.now(UTC)


class JwtSealer(Sealer[JwtSettings]):
    """Signs a badge as a compact JSON Web Token (Open Badges 3.0, "JSON Web Token Proof Format")."""

    kind = "vc-jwt"
    proven = "third-party reports: verified by joserfc and openbadgeslib"
    Settings = JwtSettings

    def __init__(self, name: str, settings: JwtSettings, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(name, settings)
        self._now = now

    def seal(self, document: Document, signer: Signer[Any]) -> Sealed:
        """Sign the badge with the registered claims beside its members.

        Raises DataError when the document is no badge, ConfigurationError when the key may not sign for its issuer now.
        """
        badge = _read(document)
        algorithm = signer.algorithms[0]
        header = {"alg": algorithm, "typ": "JWT", "jwk": self._jwk(badge, signer)}
        claims = {name: value for name, value in claims_of(badge).items() if value is not None}
        text = f"{encode(_compact(header))}.{encode(_compact(badge | claims))}"
        content = f"{text}.{encode(signer.sign(text.encode(), algorithm))}".encode()
        return _sealed(document, "application/jwt", "jwt", content)

    def _jwk(self, badge: Json, signer: Signer[Any]) -> Json:
        chain = signer.chain()
        if not chain:
            key = _ed25519(signer)
            _refuse_other_key(badge, key)
            return jwk_of(key)
        certificates = _certificates(chain)
        _refuse_unfit(certificates[0], badge, self._now())
        try:
            key_of({}, certificates)
        except SealError as error:
            raise ConfigurationError(f"The seal cannot sign badges: {error}", mend="Use another key.") from None
        # The anchor itself is left out, as in the other seals: whoever trusts it has it.
        sent = chain[:1] + tuple(
            der for der, one in zip(chain[1:], certificates[1:], strict=True) if one.subject != one.issuer
        )
        public: Any = certificates[0].public_key()
        return jwk_of(public) | {"x5c": [b64encode(one).decode() for one in sent]}


class DataIntegritySealer(Sealer[DataIntegritySettings]):
    """Adds a proof of the suite ``eddsa-rdfc-2022`` (Data Integrity EdDSA Cryptosuites v1.0, section 3.2)."""

    kind = "data-integrity"
    proven = "third-party reports: verified by openbadgeslib and an independent RDF library"
    Settings = DataIntegritySettings

    def __init__(self, name: str, settings: DataIntegritySettings, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(name, settings)
        self._now = now

    def seal(self, document: Document, signer: Signer[Any]) -> Sealed:
        """Add the proof.

        Raises DataError when the document is no badge, ConfigurationError when the key is not Ed25519 or the issuer is
        not named by an address that a key can be found at.
        """
        badge = _read(document)
        key = _ed25519(signer)
        options = proof_options(_method(badge, key), self._now())
        try:
            data = hash_data(badge, options)
        except UndecidedError as error:
            raise DataError(f"{document.urn}: cannot be signed: {error}.", code="not_conforming") from None
        proof = options | {"proofValue": encode_multibase(signer.sign(data, "EdDSA"))}
        return _sealed(document, "application/vc", "json", _compact(badge | {"proof": [proof]}))


def _method(badge: Json, key: Ed25519PublicKey) -> str:
    """Where the key is found: in the issuer's did:key, or under its https address with the key as the fragment."""
    _refuse_other_key(badge, key)
    issuer = issuer_of(badge)
    if not issuer.startswith(("https://", "did:")):
        raise ConfigurationError(
            "A badge with a Data Integrity proof must name its issuer by an address or a did:key.",
            mend="Write issuer in the format's table; mimis openbadges key prints what to write.",
        )
    return f"{issuer}#{multikey(key)}"


def _refuse_other_key(badge: Json, key: Ed25519PublicKey) -> None:
    issuer = issuer_of(badge)
    if issuer.startswith("did:key:") and issuer != did_key(key):
        raise ConfigurationError(
            "The badge's issuer is the did:key of another key than the one that signs.",
            mend=f"Write issuer = {did_key(key)!r} in the format's table, or change the key.",
        )


def _ed25519(signer: Signer[Any]) -> Ed25519PublicKey:
    if isinstance(signer, Ed25519Signer):
        return signer.public_key
    key = _certificates(signer.chain())[0].public_key() if signer.chain() else None
    if "EdDSA" in signer.algorithms and isinstance(key, Ed25519PublicKey):
        return key
    raise ConfigurationError(
        "A Data Integrity proof of the suite eddsa-rdfc-2022 needs an Ed25519 key.",
        mend='Give the format a table signer with kind = "ed25519"; make the key with: mimis openbadges key',
    )


def _refuse_unfit(certificate: x509.Certificate, badge: Json, now: datetime) -> None:
    if not holds_at(certificate, now):
        raise ConfigurationError(
            "The certificate of the seal does not hold now.", mend="Order a new certificate and point the signer at it."
        )
    if not same_organisation(identifier_of(certificate), identifier_in(badge, EIDAS)):
        raise ConfigurationError(
            "The seal belongs to another organisation than the badge's issuer.",
            mend="Write the certificate's identifier as eidas of the organisation in mimis.toml, or change the seal.",
        )


def _read(document: Document) -> Json:
    try:
        badge = read_object(document.content, "The document")
        if not objects(badge.get("issuer")) or moment(badge.get("validFrom")) is None or "proof" in badge:
            raise FormError("It is no unsigned badge.")
    except FormError as error:
        raise DataError(f"{document.urn}: cannot be signed: {error}", code="not_conforming") from None
    return badge


def _sealed(document: Document, media_type: str, ending: str, content: bytes) -> Sealed:
    name = f"{document.urn.rpartition(':')[2]}.{ending}"
    return Sealed(urn=document.urn, format=document.format, media_type=media_type, filename=name, content=content)


def _compact(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=32)
def _certificates(chain: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_der_x509_certificate(one) for one in chain)
    except DAMAGE:
        raise ConfigurationError(
            "A certificate of the signer cannot be read.", mend="Ask for a new key file."
        ) from None
