"""Looking a badge up in its issuer's status lists (W3C Bitstring Status List v1.0), and believing only a signed one."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509

from mimis_core import Check, MimisError
from mimis_core.http import Client, Response
from mimis_openbadges.chains import Standing, identifier_of, may_sign, same_organisation, standing
from mimis_openbadges.jose import (
    FormError,
    Json,
    PublicKey,
    SealError,
    certificates_of,
    check_signature,
    decode,
    key_of,
    read_token,
)
from mimis_openbadges.read import credential_in, first, moment, objects

TIMEOUT = 5.0
"""Seconds that a whole answer may take: somebody waits for the verdict."""
LARGEST_ANSWER, LARGEST_LIST = 1_000_000, 4_000_000
"""Bytes of the signed list, and of the bits in it once unpacked."""
SHORTEST_LIST = 16_384
"""Bytes: a shorter list would tell its issuer who is being looked up (section 3.2: 131,072 places)."""
MOST_ENTRIES = 4
"""Status lists of one badge that are asked: each may take :data:`TIMEOUT`."""
CLOCK_SKEW = timedelta(minutes=5)
SENTENCES = {
    "revocation": "The issuer has revoked the badge.",
    "suspension": "The issuer says that the badge must not be accepted now: it is suspended or taken back.",
}


class UnheardError(Exception):
    """No answer that can be relied on; the text is a sentence for people."""


@dataclass(frozen=True)
class Asker:
    """Who must have signed the lists (the badge's own key, or its organisation), the anchors, and when it is now."""

    key: PublicKey
    organisation: str | None
    anchors: tuple[x509.Certificate, ...]
    now: datetime


def check_status(badge: Json, asker: Asker, *, offline: bool) -> Check:
    """The revocation check: error when a list says so, skipped when one that the badge names could not be asked."""
    try:
        entries = _entries(badge)
        if offline:
            raise UnheardError("The status lists were not asked: this check was made offline.")
        said = _said(entries, asker)
    except UnheardError as reason:
        return Check(type="revocation", status="skipped", reason=str(reason))
    if said is not None:
        return Check(type="revocation", status="error", reason=SENTENCES[said])
    return Check(type="revocation", status="ok", reason="The issuer's status list says that the badge is in force.")


def _entries(badge: Json) -> list[Json]:
    told = badge.get("credentialStatus")
    named: list[object] = told if isinstance(told, list) else [told]
    if told is None or not named:
        raise UnheardError("The badge does not say where its current status can be asked.")
    listed = [one for one in objects(told) if one.get("type") == "BitstringStatusListEntry"]
    purposes = [one.get("statusPurpose") for one in listed]
    odd = len(listed) != len(named) or not all(isinstance(one, str) for one in purposes)
    entries = [one for one in listed if not odd and one["statusPurpose"] in SENTENCES]
    if not 1 <= len(entries) <= MOST_ENTRIES:
        raise UnheardError("The badge names its status in a way that mimis does not know.")
    return entries


def _said(entries: list[Json], asker: Asker) -> str | None:
    """The purpose of the first list that has the bit set, though others do not answer; None when all have it unset."""
    unheard: list[UnheardError] = []
    for entry in entries:
        try:
            if _is_set(entry, asker):
                return str(entry["statusPurpose"])
        except UnheardError as error:
            unheard.append(error)
    if unheard:
        raise unheard[0]
    return None


def _is_set(entry: Json, asker: Asker) -> bool:
    index, address = entry.get("statusListIndex"), entry.get("statusListCredential")
    if not isinstance(index, str | int) or not str(index).isdecimal() or len(str(index)) > 12:
        raise UnheardError("The badge's place in the status list is damaged.")
    if entry.get("statusSize", 1) != 1 or not isinstance(address, str):
        raise UnheardError("The badge names its status in a way that mimis does not know.")
    try:
        claims = _believed(_fetch(address), asker)
        bits = _bits(claims, address, str(entry["statusPurpose"]), asker.now)
    except (FormError, SealError, ValueError, zlib.error):
        raise UnheardError("The issuer's status list cannot be trusted or read.") from None
    place = int(index)
    if place >= len(bits) * 8:
        raise UnheardError("The badge's place is not in the status list.")
    # The first bit is the leftmost one (section 3.3).
    return bool(bits[place // 8] & (0x80 >> place % 8))


def _believed(content: bytes, asker: Asker) -> Json:
    """The list in a token that the badge's key signed, or a certificate of its organisation below an anchor."""
    token = read_token(content)
    chain = certificates_of(token.header)
    key = key_of(token.header, chain) or asker.key
    check_signature(token, key)
    if key == asker.key:
        return credential_in(token.claims)
    trusted = bool(chain) and may_sign(chain[0]) and standing(chain, asker.anchors, asker.now) is Standing.TRUSTED
    if not trusted or not same_organisation(identifier_of(chain[0]), asker.organisation):
        raise UnheardError("The status list was not signed by the issuer.")
    return credential_in(token.claims)


def _bits(claims: Json, address: str, purpose: str, now: datetime) -> bytes:
    """The unpacked list, when it is the right one and holds now (section 3.2)."""
    subject = first(claims.get("credentialSubject"))
    purposes = subject.get("statusPurpose")
    if claims.get("id", address) != address or purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise UnheardError("The issuer's status service answered with another list.")
    kinds = claims.get("type")
    if not isinstance(kinds, list) or "BitstringStatusListCredential" not in kinds:
        raise UnheardError("The issuer's status service answered with something else than a status list.")
    if not _holds(claims, now):
        raise UnheardError("The status list is out of date.")
    return _unpacked(subject.get("encodedList"))


def _holds(claims: Json, now: datetime) -> bool:
    """Whether the list is of now, by its own dates and by the token's (RFC 7519); a date that is damaged is past."""
    start, until = claims.get("validFrom"), claims.get("validUntil")
    begun, ended, expires = moment(start), moment(until), claims.get("exp")
    if (start is not None and begun is None) or (until is not None and ended is None):
        return False
    if expires is not None and (type(expires) not in (int, float) or now.timestamp() > expires):
        return False
    return (begun is None or begun <= now + CLOCK_SKEW) and (ended is None or now <= ended)


def _unpacked(encoded: object) -> bytes:
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise UnheardError("The status list is not packed as it should be.")
    packed = decode(encoded[1:])
    unpacker = zlib.decompressobj(wbits=31)
    bits = unpacker.decompress(packed, LARGEST_LIST)
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise UnheardError("The status list is cut off or far too large.")
    if len(bits) < SHORTEST_LIST:
        raise UnheardError("The status list is shorter than the standard allows.")
    return bits


def _fetch(address: str) -> bytes:
    split = urlsplit(address)
    if split.scheme not in {"http", "https"} or not split.hostname:
        raise UnheardError("The address of the status list is not a web address.")
    client = Client(address, system="The status list", retries=0, timeout=(TIMEOUT, TIMEOUT))
    try:
        headers = {"Accept": "application/vc+jwt, application/jwt", "Accept-Encoding": "identity"}
        response = client.ask("GET", address, headers=headers, stream=True, allow_redirects=False)
        with response:
            return _body(response)
    except (MimisError, OSError):
        raise UnheardError("The issuer's status list does not answer. This says nothing about the badge.") from None
    finally:
        client.close()


def _body(response: Response) -> bytes:
    """The body of a good answer, cut off by size and time: an issuer's service may be broken or taken over."""
    if response.status_code != 200:
        raise UnheardError(f"The issuer's status service refused to answer ({response.status_code}).")
    deadline, body = time.monotonic() + TIMEOUT, bytearray()
    chunks: Iterator[bytes] | Sequence[bytes] = response.iter_content(16384)
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise UnheardError("The issuer's status service sent far more than a status list.")
        if time.monotonic() > deadline:
            raise UnheardError("The issuer's status service is too slow.")
    return bytes(body)
