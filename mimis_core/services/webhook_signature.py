"""The signature of webhooks, as the Standard Webhooks specification has it (standardwebhooks.com, v1, symmetric).

Three headers: ``webhook-id``, the same each time that something is told again; ``webhook-timestamp``, seconds since
1970; ``webhook-signature``, one or more ``v1,`` and base64 of HMAC-SHA256 over ``id.timestamp.body``, the body as its
bytes were sent. More than one while the secret is changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping

from mimis_core.errors import AuthenticationError

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = 300
"""Seconds that a message may be old, or ahead by a clock that is wrong."""
LONGEST_ID = 200


def signature_headers(secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of one message, signed with each of the secrets."""
    signatures = [f"v1,{_sign(secret, message_id, timestamp, body)}" for secret in secrets]
    return {ID: message_id, TIMESTAMP: str(timestamp), SIGNATURE: " ".join(signatures)}


def verify_signature(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Check that ``body`` was signed with ``secret`` within the last minutes; gives the message's id.

    Remember that id until :data:`TOLERANCE` is over, and do nothing for one that came before: whoever has seen a
    message can send it again. Arguments: ``headers`` by name in any case, ``body`` as it came, before it was read.
    Raises AuthenticationError with the code ``headers``, ``stale`` or ``signature``.
    """
    known = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = known.get(ID, ""), known.get(TIMESTAMP, "")
    if not 0 < len(message_id) <= LONGEST_ID or not timestamp.isascii() or not timestamp.isdigit():
        raise AuthenticationError("The message has no id or no time.", code="headers")
    if len(timestamp) > 12 or abs(now - int(timestamp)) > TOLERANCE:
        raise AuthenticationError("The message is too old, or comes from the future.", code="stale")
    expected = _sign(secret, message_id, int(timestamp), body).encode()
    given = [one.partition(",") for one in known.get(SIGNATURE, "").split()]
    matching = [hmac.compare_digest(value.encode(), expected) for version, _, value in given if version == "v1"]
    if not any(matching):
        raise AuthenticationError("The message was not signed with this secret.", code="signature")
    return message_id


def _sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise AuthenticationError("This is no secret of a webhook: whsec_...", code="secret") from None
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
