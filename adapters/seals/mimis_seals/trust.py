"""Whether a certificate leads up to one of the trust anchors, at a given moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from asn1crypto import pem, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathError, ValidationError

from mimis_core import ConfigurationError


class Standing(Enum):
    """How a certificate stands to the anchors: below one of them, below none, or wrongly made."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    REFUSED = "refused"


def standing(chain: Sequence[bytes], anchors: Sequence[str], moment: datetime) -> Standing:
    """Where a chain (DER, signer first) stands. Raises ConfigurationError when an anchor is no PEM certificate.

    Revocation of the certificates themselves is not asked: no anchor of today's settings says where.
    """
    roots = [root for anchor in anchors for root in read_anchors(anchor)]
    if not roots:
        return Standing.UNKNOWN
    try:
        signer, *others = [x509.Certificate.load(one, strict=True) for one in chain]
        context = ValidationContext(trust_roots=roots, other_certs=others, moment=moment, allow_fetching=False)
        asyncio.run(CertificateValidator(signer, validation_context=context).async_validate_path())
    except PathBuildingError:
        return Standing.UNKNOWN
    except (PathError, ValidationError, ValueError, TypeError):
        return Standing.REFUSED
    return Standing.TRUSTED


def read_anchors(text: str) -> list[x509.Certificate]:
    """The certificates in one PEM text. Raises ConfigurationError when it holds none."""
    try:
        found = [x509.Certificate.load(der, strict=True) for _, _, der in pem.unarmor(text.encode(), multiple=True)]
        for certificate in found:
            certificate.native  # noqa: B018  # asn1crypto reads lazily; a broken one must be told of here
    except (ValueError, TypeError):
        found = []
    if not found:
        raise ConfigurationError(
            "A trust anchor is not a certificate in PEM form.",
            mend="Correct [trust] anchors in mimis.toml: each file starts with BEGIN CERTIFICATE.",
        )
    return found
