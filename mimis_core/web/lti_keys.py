"""Keys of LTI: a platform's public ones, fetched and kept for a while, and our private ones, which sign placements."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from pydantic import SecretStr

from mimis_core.errors import AuthenticationError, ConfigurationError, TemporaryError
from mimis_core.http import Client

LIFE = 3600.0
"""Seconds that fetched keys are believed: one that a platform withdraws is refused after that."""
PAUSE = 60.0
"""Seconds between two looks for a key that is not known: who makes ids up makes us ask no more often."""
TIMEOUT = (5.0, 10.0)
ALGORITHM = "RS256"
"""What every platform can check (IMS Security Framework 1.0, section 5.1.2)."""
SMALLEST = 2048
"""Bits of an RSA key."""


class PlatformKeys:
    """Public keys of one platform, safe to use from many threads.

    Arguments:
        url: where the platform publishes them (RFC 7517, section 5).
        clock: seconds that only grow; tests give another.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._keys: dict[str, RSAKey | ECKey] = {}
        self._fetched_at: float | None = None
        self._lock = threading.Lock()

    def find(self, kid: str) -> RSAKey | ECKey:
        """The key of this id.

        Raises AuthenticationError when the platform has none of this id, TemporaryError when it does not tell.
        """
        with self._lock:
            age = None if self._fetched_at is None else self._clock() - self._fetched_at
            if age is None or age > LIFE or (kid not in self._keys and age > PAUSE):
                self._keys = self.fetch()
                self._fetched_at = self._clock()
            if kid in self._keys:
                return self._keys[kid]
        raise AuthenticationError("The platform has no key of the id that its token names.", code="key")

    def fetch(self) -> dict[str, RSAKey | ECKey]:
        """The keys as the platform publishes them now, by id; what cannot check a signature is passed over.

        Raises TemporaryError when it does not tell.
        """
        client = Client(self._url, system="The learning platform", retries=1, timeout=TIMEOUT)
        try:
            listed = client.json(client.send("GET", self._url))
        finally:
            client.close()
        if not isinstance(listed, dict) or not isinstance(listed.get("keys"), list):
            raise TemporaryError("The learning platform's keys are no key set.", mend="Correct jwks_url in mimis.toml.")
        return {key.kid: key for one in listed["keys"] if (key := _public_key(one)) is not None and key.kid}


class OwnKeys:
    """Our private keys, newest first. The first signs; all are published, so that what an older one signed still holds.

    Raises ConfigurationError for what is no RSA key of at least 2048 bits in PEM form.
    """

    def __init__(self, keys: Iterable[SecretStr]) -> None:
        self._keys = [_private_key(one.get_secret_value()) for one in keys]

    @property
    def first(self) -> RSAKey | None:
        """The one that signs."""
        return self._keys[0] if self._keys else None

    def published(self) -> list[dict[str, Any]]:
        """Their public halves, as a key set lists them."""
        extra = {"alg": ALGORITHM, "use": "sig"}
        return [{**key.as_dict(private=False), "kid": key.thumbprint(), **extra} for key in self._keys]


def _public_key(listed: object) -> RSAKey | ECKey | None:
    if not isinstance(listed, dict) or listed.get("use", "sig") != "sig" or "d" in listed:
        return None
    if listed.get("kty") == "RSA" and len(str(listed.get("n"))) * 6 < SMALLEST:
        return None
    try:
        (key,) = KeySet.import_key_set({"keys": [listed]}).keys
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, RSAKey | ECKey) else None


def _private_key(pem: str) -> RSAKey:
    mend = "mimis lti key makes one; write it into keys as docs/lti.md shows."
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigurationError("A key of [lti] is no private key in PEM form.", mend=mend) from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST:
        raise ConfigurationError(f"A key of [lti] is no RSA key, or shorter than {SMALLEST} bits.", mend=mend)
    return RSAKey.import_key(key)
