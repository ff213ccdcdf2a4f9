"""The JAdES seal (baseline B to LTA) in the one serialisation that Europass reads: general JSON, content as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from mimis_core import ConfigurationError, Document, Finding, Sealed, Sealer, Signer
from mimis_seals.form.imprints import content_imprint
from mimis_seals.form.jws import encode
from mimis_seals.form.timestamps import TimestampClient
from mimis_seals.keys.certificates import Certificate, UnreadableError, read_certificate, same_organisation, utc_now
from mimis_seals.sealing.envelopes import SealParts, compact
from mimis_seals.sealing.evidence import Evidence
from mimis_seals.sealing.extending import as_level, examined, extended, falls_short, opened
from mimis_seals.sealing.frames import make_ready
from mimis_seals.sealing.header import protected_header
from mimis_seals.sealing.levels import Basis, Levels, check_authority
from mimis_seals.settings import JadesSettings, Level

NOT_STAMPED = "Seals are made at level B: they can be checked only while their certificate holds."
CHOOSE_LEVEL = 'With a real seal, choose level = "LTA" and a time-stamping authority: docs/sigill.md says how.'

MEDIA_TYPE = "application/jose+json"


class JadesSealer(Sealer[JadesSettings]):
    """Seals European Digital Credentials. The same document, key and second give the same bytes with an RSA key."""

    kind = "jades"
    proven = "real system: the Commission's DSS 6.4 judges every level; the official samples verify"
    Settings = JadesSettings

    def __init__(self, name: str, settings: JadesSettings, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(name, settings)
        self._now = now
        tsa = settings.tsa
        self._authority = None if tsa is None else TimestampClient(tsa.url, tsa.login, now=now)
        self._levels = Levels(Evidence(timedelta(minutes=settings.revocation_minutes), now), self._authority)

    def seal(self, document: Document, signer: Signer[Any]) -> Sealed:
        """Seal the exact bytes, at the level of the settings.

        Raises ConfigurationError when the certificate does not hold now, was revoked, or belongs to another than the
        document's issuer; DataError when the document is not a credential on one line; TemporaryError when the
        time-stamping or certificate authority is away, and PermanentError when it refuses: nothing is half sealed.
        """
        ready = make_ready(document)
        chain = signer.chain()
        _refuse_unfit(_certificate(chain[0]), ready.issuer, self._now())
        if self.settings.level in ("LT", "LTA"):
            self._levels.prove(chain)
        algorithm = signer.algorithms[0]
        early = self._levels.stamp(content_imprint(document.content)) if self.settings.content_timestamp else None
        included, time = self._included(chain), (self.settings.time, self._now())
        protected = encode(compact(protected_header(_certificate(chain[0]), included, algorithm, time, early)))
        signature = encode(signer.sign(b"".join((protected.encode(), b".", document.content)), algorithm))
        seal = SealParts(document.content, protected, signature)
        if self.settings.level != "B":
            basis = Basis(chain, included, (early,) if early else ())
            seal = self._levels.raised(seal, basis, "B", self.settings.level)
        return Sealed(
            urn=document.urn,
            format=document.format,
            media_type=MEDIA_TYPE,
            filename=f"{document.urn.rpartition(':')[2]}.jsonld",
            content=ready.sealed(seal.signed()),
        )

    def level_of(self, content: bytes, level: Level) -> Level:
        """The level of a file that may be raised to ``level``. Raises DataError when it may not, or does not hold."""
        return examined(content, level, self._now()).before

    @property
    def remote(self) -> bool:
        """Whether a seal waits for a time-stamping authority."""
        return self.settings.level != "B" or self.settings.content_timestamp

    def lacks(self, content: bytes, level: str, ahead: timedelta) -> bool:
        """Whether a file is below ``level``; at LTA also whether its last archive timestamp's certificate ends soon.

        Raises DataError for what is no sealed credential, and for one that falls short but may not be raised any more.
        """
        wanted = as_level(level)
        if not falls_short(content, wanted, self._now() + ahead):
            return False
        examined(content, wanted, self._now())
        return True

    def extend(self, content: bytes, level: str, anchors: Sequence[str] = ()) -> bytes:
        """A file that was sealed earlier, raised to ``level``; one that has it as LTA gets a further archive timestamp.

        Content, header and signature stay as they are. Raises as :meth:`level_of` and :meth:`seal`.
        """
        extension = examined(content, as_level(level), self._now())
        return extended(extension.below(anchors), as_level(level), self._levels)

    def fixed(self, content: bytes) -> tuple[bytes, ...]:
        """Payload, protected header and signature as the file writes them. Raises DataError."""
        envelope = opened(content)
        return (envelope.payload.encode(), envelope.protected.encode(), envelope.signature.encode())

    def check(self) -> Iterable[Finding]:
        """Say which level seals get, whether the time-stamping authority answers, and how its clock goes."""
        if self._authority is None:
            return (Finding(subject=self.name, status="warning", message=NOT_STAMPED, mend=CHOOSE_LEVEL),)
        return (check_authority(self.name, self._authority, self.settings.level, self._now),)

    def close(self) -> None:
        """Close connections."""
        self._levels.close()

    def _included(self, chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """What a verifier that has only the anchor lacks: the anchor itself is left out."""
        if self.settings.certificates == "signer":
            return chain[:1]
        return chain[:1] + tuple(one for one in chain[1:] if not _certificate(one).self_issued)


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


@lru_cache(maxsize=32)
def _certificate(der: bytes) -> Certificate:
    try:
        return read_certificate(der)
    except UnreadableError as error:
        raise ConfigurationError(str(error), mend="Ask the provider for a new key file.") from None
