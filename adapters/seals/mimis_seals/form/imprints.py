"""What the three timestamps of a JAdES seal are taken over, in the serialisation of European Digital Credentials.

Facts 5.1 and ETSI TS 119 182-1, sections 5.2.6 (adoTst), 5.3.4 (sigTst) and 5.3.6.2 (arcTst). All are SHA-256 digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def content_imprint(payload: bytes) -> bytes:
    """Imprint of ``adoTst``: over the content as it stands, before anything is signed."""
    return hashlib.sha256(payload).digest()


def signature_imprint(signature: str) -> bytes:
    """Imprint of ``sigTst``: over the signature's base64url text, not its bytes."""
    return hashlib.sha256(signature.encode("ascii")).digest()


def archive_imprint(payload: bytes, protected: str, signature: str, before: Sequence[str]) -> bytes:
    """Imprint of ``arcTst``: over the whole seal. ``before`` are the ``etsiU`` strings ahead of it, as they stand."""
    digest = hashlib.sha256(payload)
    digest.update(f".{protected}.{signature}.{''.join(before)}".encode("ascii"))
    return digest.digest()
