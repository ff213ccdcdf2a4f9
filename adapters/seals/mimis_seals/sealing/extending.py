"""Raising the level of a file that was sealed earlier, without touching what was sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mimis_core import ConfigurationError, DataError, UserError
from mimis_seals.form.imprints import archive_imprint, signature_imprint
from mimis_seals.form.jws import (
    Envelope,
    FormError,
    SealError,
    certificates_of,
    check_signature,
    read_envelope,
    read_header,
)
from mimis_seals.form.timestamps import TimestampError, read_token
from mimis_seals.form.unsigned import Unsigned, content_tokens, read_unsigned
from mimis_seals.keys.certificates import UnreadableError, read_certificate
from mimis_seals.keys.chains import ordered
from mimis_seals.sealing.envelopes import SealParts
from mimis_seals.sealing.levels import ORDER, Basis, Levels
from mimis_seals.settings import Level


@dataclass(frozen=True)
class Extension:
    """A file that may be raised: everything in it holds, and it lacks what is asked for.

    ``chain`` is what the seal carries, ``known`` the chain as far up as it is known.
    """

    seal: SealParts
    before: Level
    chain: tuple[bytes, ...]
    known: tuple[bytes, ...]
    early: tuple[bytes, ...]
    unsigned: Unsigned

    def below(self, anchors: Iterable[str]) -> Self:
        """The same with those authorities of ``anchors`` (PEM) above its chain that really issued it.

        A seal leaves its anchor out, and not every certificate says where its issuer's is: those of trial keys do not.
        """
        try:
            known = [one for text in anchors for one in x509.load_pem_x509_certificates(text.encode())]
        except ValueError:
            raise ConfigurationError(
                "A trust anchor cannot be read.", mend="Correct [trust] anchors in mimis.toml: files in PEM form."
            ) from None
        above = (*self.chain[1:], *(one.public_bytes(Encoding.DER) for one in known))
        return replace(self, known=ordered(self.chain[0], above))


def examined(content: bytes, level: Level, now: datetime) -> Extension:
    """Check a file that shall be raised to ``level``: a new timestamp over a broken seal would lend it credit.

    Raises DataError when its seal or a timestamp does not hold, when its level is that or above, or when a first
    timestamp would come too late.
    """
    try:
        envelope = read_envelope(content)
        header, unsigned = _sound(envelope)
        early = tuple(content_tokens(header))
    except (FormError, SealError, TimestampError, UnreadableError) as error:
        raise DataError(f"Nothing was added. {error}") from None
    before = level_of(unsigned)
    if ORDER.index(level) < ORDER.index(before) or (level == before and before != "LTA"):
        raise DataError(f"Nothing was added: the file is at level {before} already.")
    chain = certificates_of(header)
    _refuse_too_late(chain[0], before, now)
    parts = tuple(envelope.unprotected.get("etsiU", ()))
    seal = SealParts(envelope.payload.encode(), envelope.protected, envelope.signature, parts)
    return Extension(seal, before, chain, ordered(chain[0], chain[1:]), early, unsigned)


def extended(extension: Extension, level: Level, levels: Levels) -> bytes:
    """The file at ``level``, or with one more archive timestamp when it is at LTA. Raises as :meth:`Levels.raised`."""
    if extension.before == "LTA":
        return levels.archived_again(extension.seal, extension.unsigned.archive_tokens[-1].token).file()
    tokens = (*extension.early, *extension.unsigned.signature_tokens)
    basis = Basis(extension.known, extension.chain, tokens)
    return levels.raised(extension.seal, basis, extension.before, level).file()


def opened(content: bytes) -> Envelope:
    """The parts of a sealed file. Raises DataError when it is none."""
    try:
        return read_envelope(content)
    except FormError as error:
        raise DataError(str(error)) from None


def falls_short(content: bytes, level: Level, moment: datetime) -> bool:
    """Whether a file is below ``level``, or at LTA by a timestamp whose certificate has ended at ``moment``.

    Raises DataError when it cannot be read.
    """
    try:
        unsigned = read_unsigned(opened(content).unprotected)
        if (before := level_of(unsigned)) != level or level != "LTA":
            return ORDER.index(before) < ORDER.index(level)
        return read_certificate(read_token(unsigned.archive_tokens[-1].token).signer).not_after <= moment
    except (SealError, TimestampError, UnreadableError) as error:
        raise DataError(str(error)) from None


def as_level(name: str) -> Level:
    """A level by its name. Raises UserError for what is none."""
    for level in ORDER:
        if level == name:
            return level
    raise UserError(f"{name} is no level of seals.", mend=f"Choose {', '.join(ORDER[1:-1])} or {ORDER[-1]}.")


def level_of(unsigned: Unsigned) -> Level:
    """The level that a seal's unprotected parts make; each rests on the one below it."""
    if not unsigned.signature_tokens:
        return "B"
    if not unsigned.certificates or not (unsigned.crls or unsigned.ocsps):
        return "T"
    return "LTA" if unsigned.archive_tokens else "LT"


def _sound(envelope: Envelope) -> tuple[dict[str, Any], Unsigned]:
    """Header and unprotected parts of a seal that holds, every timestamp of which belongs to it."""
    header = read_header(envelope)
    if not envelope.plain or set(envelope.unprotected) - {"etsiU"}:
        raise SealError("The file is not in the form of a European Digital Credential.")
    check_signature(envelope, header["alg"], read_certificate(certificates_of(header)[0]).public_key)
    unsigned = read_unsigned(envelope.unprotected)
    payload = envelope.payload.encode()
    imprints = [(token, signature_imprint(envelope.signature)) for token in unsigned.signature_tokens]
    for one in unsigned.archive_tokens:
        imprints.append((one.token, archive_imprint(payload, envelope.protected, envelope.signature, one.before)))
    for token, imprint in imprints:
        if read_token(token).imprint != imprint:
            raise SealError("A timestamp in the file belongs to another seal.")
    return header, unsigned


def _refuse_too_late(der: bytes, before: Level, now: datetime) -> None:
    """A first timestamp after the certificate's end proves nothing, and costs."""
    certificate = read_certificate(der)
    if before == "B" and not certificate.holds_at(now):
        raise DataError(
            f"Nothing was added: the seal's certificate held until {certificate.not_after.date()}, and no timestamp "
            "shows that the seal is older.",
            mend="Issue the credential again.",
        )
