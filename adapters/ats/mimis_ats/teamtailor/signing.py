"""What proves that a message comes from Teamtailor: the provider key (a JWT) and the signature over the event's id.

The signature covers time and id alone, so it says nothing of the body: connection and key vouch for that.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

TOLERANCE = 300
"""Seconds that a message may be old, or ahead of our clock."""


def signature(secret: str, time: int, event: str) -> str:
    """The ``v1`` of an event."""
    return hmac.new(secret.encode(), f"{time}.{event}".encode(), hashlib.sha256).hexdigest()


def is_signed(header: str, secret: str, event: str, now: float) -> bool:
    """Whether a header ``t=...,v1=...`` is of this event and of now. Other versions in it, such as v0, are decoys."""
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    time, given = parts.get("t", ""), parts.get("v1", "")
    if not re.fullmatch(r"[0-9]{1,12}", time) or abs(now - int(time)) > TOLERANCE:
        return False
    return hmac.compare_digest(signature(secret, int(time), event).encode(), given.encode())


def provider_claims(authorization: str, key: str, now: float) -> dict[str, Any] | None:
    """What the customer typed when it activated mimis, from ``Bearer`` and a JWT that our partner key signs by HS256.

    None for any other, and for one that has ended.
    """
    word, _, token = authorization.partition(" ")
    if word != "Bearer":
        return None
    try:
        read = jwt.decode(token.strip(), OctKey.import_key(key), algorithms=["HS256"])
        jwt.JWTClaimsRegistry(now=int(now)).validate(read.claims)
    except (JoseError, ValueError):
        return None
    return read.claims
