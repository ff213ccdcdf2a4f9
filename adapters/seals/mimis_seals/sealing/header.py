"""The protected header of a seal, in the order of the EU's samples (facts 5.1)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from mimis_seals.keys.certificates import Certificate
from mimis_seals.sealing.envelopes import stamps


def protected_header(
    certificate: Certificate,
    included: Iterable[bytes],
    algorithm: str,
    time: tuple[str, datetime],
    content_token: bytes | None = None,
) -> dict[str, Any]:
    """Build it. ``time`` is the header's name, sigT or iat, and the moment: one of them and never both."""
    name, moment = time
    header: dict[str, Any] = {
        "alg": algorithm,
        "cty": "octet-stream",
        "kid": certificate.issuer_serial,
        "x5t#S256": certificate.thumbprint,
        "x5c": [b64encode(one).decode() for one in included],
        "typ": "jose+json",
        "b64": False,
        name: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if name == "sigT" else int(moment.timestamp()),
    }
    if content_token is not None:
        header |= stamps("adoTst", content_token)
    header["crit"] = ["b64", name, *(["adoTst"] if content_token is not None else [])]
    return header
