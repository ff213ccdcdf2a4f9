"""The JAdES seal (baseline B) in the one serialisation that Europass reads: general JSON, content as plain text."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from mimis_core import ConfigurationError, DataError, Document, Sealed, Sealer, Signer
from mimis_seals.certificates import Certificate, UnreadableError, read_certificate, same_organisation, utc_now
from mimis_seals.edc import issuer_identifier
from mimis_seals.jws import FormError, encode, read_object
from mimis_seals.settings import JadesSettings

MEDIA_TYPE = "application/jose+json"


class JadesSealer(Sealer[JadesSettings]):
    """Seals European Digital Credentials. The same document, key and second give the same bytes with an RSA key."""

    kind = "jades"
    Settings = JadesSettings

    def __init__(self, name: str, settings: JadesSettings, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(name, settings)
        self._now = now

    def seal(self, document: Document, signer: Signer[Any]) -> Sealed:
        """Seal the exact bytes.

        Raises ConfigurationError when the certificate does not hold now or belongs to another than the document's
        issuer, and DataError when the document is not a credential on one line.
        """
        text, issuer = _read(document)
        chain = signer.chain()
        certificate = _certificate(chain[0])
        now = self._now()
        _refuse_unfit(certificate, issuer, now)
        algorithm = signer.algorithms[0]
        protected = encode(_compact(self._header(certificate, chain, algorithm, now)))
        signature = encode(signer.sign(f"{protected}.{text}".encode(), algorithm))
        return Sealed(
            urn=document.urn,
            format=document.format,
            media_type=MEDIA_TYPE,
            filename=f"{document.urn.rpartition(':')[2]}.jsonld",
            content=_compact({"payload": text, "signatures": [{"protected": protected, "signature": signature}]}),
        )

    def _header(
        self, certificate: Certificate, chain: tuple[bytes, ...], algorithm: str, now: datetime
    ) -> dict[str, Any]:
        """The protected header, in the order of the EU's samples."""
        name = self.settings.time
        return {
            "alg": algorithm,
            "cty": "octet-stream",
            "kid": certificate.issuer_serial,
            "x5t#S256": certificate.thumbprint,
            "x5c": [b64encode(one).decode() for one in self._included(chain)],
            "typ": "jose+json",
            "b64": False,
            name: now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if name == "sigT" else int(now.timestamp()),
            "crit": ["b64", name],
        }

    def _included(self, chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """What a verifier that has only the anchor lacks: the anchor itself is left out."""
        if self.settings.certificates == "signer":
            return chain[:1]
        return chain[:1] + tuple(one for one in chain[1:] if not _certificate(one).self_issued)


def _read(document: Document) -> tuple[str, str | None]:
    """The document's text and its issuer's identifier."""
    try:
        text = document.content.decode("utf-8")
        issuer = issuer_identifier(read_object(text, "The document"))
    except (FormError, UnicodeDecodeError) as error:
        raise DataError(f"{document.urn}: cannot be sealed: {error}") from None
    if "\n" in text or "\r" in text:
        raise DataError(f"{document.urn}: cannot be sealed: Europass reads only documents that are one line.")
    return text, issuer


def _refuse_unfit(certificate: Certificate, issuer: str | None, now: datetime) -> None:
    if not certificate.holds_at(now):
        raise ConfigurationError(
            f"The seal's certificate holds from {certificate.not_before.date()} to {certificate.not_after.date()}, "
            "not now.",
            mend="Order a new certificate and point [signer] file at it.",
        )
    if not same_organisation(certificate.identifier, issuer):
        raise ConfigurationError(
            f"The seal belongs to {certificate.identifier or 'no organisation'}, but the document's issuer is "
            f"{issuer or 'not identified'}.",
            mend="Write the certificate's identifier as eidas of the organisation in mimis.toml, or change the seal.",
        )


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=32)
def _certificate(der: bytes) -> Certificate:
    try:
        return read_certificate(der)
    except UnreadableError as error:
        raise ConfigurationError(str(error), mend="Ask the provider for a new key file.") from None
