"""Where a certificate stands: below a pinned anchor, below a service of the EU's trusted lists, below neither."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache

from asn1crypto import pem, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathError, ValidationError

from mimis_core import ConfigurationError, Trust
from mimis_seals.form.limits import MOST_CERTIFICATES
from mimis_seals.lists.copy import Kind, Service, load_lists, name_key

_DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises, at loading or later, for bytes that are no certificate."""


class Standing(Enum):
    """How a certificate stands to what is trusted: below it, below none of it, or wrongly made."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True)
class Place:
    """Where a chain stands. ``path`` leads from the signer to the root that it was found under (DER).

    ``service`` is the listed service that the root belongs to, None for a pinned anchor. ``withdrawn`` is a listed
    service that would have been the root, had it been granted at the moment.
    """

    standing: Standing
    path: tuple[bytes, ...] = ()
    service: Service | None = None
    withdrawn: Service | None = None


def place(chain: Sequence[bytes], trust: Trust, moment: datetime, kind: Kind = "seal") -> Place:
    """Where a chain (DER, signer first) stands at a moment.

    Only certificates that certify the one before are used, as RFC 7515 section 4.1.6 orders them: a heap of
    cross-signed certificates costs no more than a chain. Revocation is judged apart, see ``revocation``. A damaged
    copy of the lists is as none. Raises ConfigurationError when an anchor is no PEM certificate.
    """
    anchors = tuple(root for anchor in trust.anchors for root in read_anchors(anchor))
    try:
        line = _line(tuple(chain))
        services = _services(line, trust, kind)
    except _DAMAGE:
        return Place(Standing.REFUSED if anchors else Standing.UNKNOWN)
    granted = [service for service in services if service.trusted_at(moment)]
    roots = anchors + tuple(der for service in granted for der in service.certificates)
    standing, path = _validate(line, roots, _settled(line + roots, moment)) if roots else (Standing.UNKNOWN, ())
    if standing is Standing.TRUSTED and path[-1] not in anchors:
        return Place(standing, path, next(service for service in granted if path[-1] in service.certificates))
    lost = next((service for service in services if service not in granted), None)
    return Place(standing, path, withdrawn=None if standing is Standing.TRUSTED else lost)


@lru_cache(maxsize=64)
def read_anchors(text: str) -> tuple[bytes, ...]:
    """The certificates in one PEM text, as DER. Raises ConfigurationError when it holds none."""
    try:
        found = [x509.Certificate.load(der, strict=True) for _, _, der in pem.unarmor(text.encode(), multiple=True)]
        for certificate in found:
            certificate.native  # noqa: B018  # asn1crypto reads lazily; a broken one must be told of here
    except _DAMAGE:
        found = []
    if not found:
        raise ConfigurationError(
            "A trust anchor is not a certificate in PEM form.",
            mend="Correct [trust] anchors in mimis.toml: each file starts with BEGIN CERTIFICATE.",
        )
    return tuple(certificate.dump() for certificate in found)


def _services(line: tuple[bytes, ...], trust: Trust, kind: Kind) -> tuple[Service, ...]:
    try:
        lists = load_lists(trust.lists)
    except ConfigurationError:
        lists = None  # nobody on them is trusted then, and the owner check says why
    if lists is None:
        return ()
    own = name_key(_loaded(line[0]).subject) if kind == "timestamp" else None
    names = [own] * (own is not None) + [name_key(_loaded(der).issuer) for der in line]
    return tuple(dict.fromkeys(lists.services(filter(None, names), kind)))


@lru_cache(maxsize=256)
def _line(chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The signer, then each certificate that bears its predecessor's issuer name; the first that fits is taken."""
    line, rest = [chain[0]], list(dict.fromkeys(chain[1:]))
    while rest and len(line) < MOST_CERTIFICATES:
        issuer = _loaded(line[-1]).issuer
        found = next((der for der in rest if _loaded(der).subject == issuer), None)
        if found is None:
            break
        line.append(found)
        rest.remove(found)
    return tuple(line)


@lru_cache(maxsize=512)
def _loaded(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der, strict=True)


def _settled(certificates: tuple[bytes, ...], moment: datetime) -> datetime:
    """One moment for all between which no certificate begins or ends to hold, so that judgements can be remembered."""
    try:
        start, end = _span(certificates)
    except _DAMAGE:
        return moment
    return start if start <= moment <= end else moment


@lru_cache(maxsize=512)
def _span(certificates: tuple[bytes, ...]) -> tuple[datetime, datetime]:
    loaded = [_loaded(der) for der in certificates]
    return max(one.not_valid_before for one in loaded), min(one.not_valid_after for one in loaded)


@lru_cache(maxsize=1024)
def _validate(
    line: tuple[bytes, ...], roots: tuple[bytes, ...], moment: datetime
) -> tuple[Standing, tuple[bytes, ...]]:
    try:
        if line[0] in roots:
            held = _loaded(line[0]).not_valid_before <= moment <= _loaded(line[0]).not_valid_after
            return (Standing.TRUSTED, line[:1]) if held else (Standing.REFUSED, ())
        signer, *others = map(_loaded, line)
        context = ValidationContext(
            trust_roots=[_loaded(root) for root in roots], other_certs=others, moment=moment, allow_fetching=False
        )
        path = asyncio.run(CertificateValidator(signer, validation_context=context).async_validate_path())
        return Standing.TRUSTED, tuple(one.dump() for one in path.iter_certs(include_root=True))[::-1]
    except PathBuildingError:
        return Standing.UNKNOWN, ()
    except (PathError, ValidationError, AssertionError, *_DAMAGE):
        # An assertion of the library fails for an authority of the trusted one's name with another kind of key.
        return Standing.REFUSED, ()
