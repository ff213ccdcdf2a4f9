"""Public keys that an employer shows who it is by: read from a file or an address of its own, and held to a few rules.

A JWK Set (RFC 7517) with a ``kid`` for each key, P-256, Ed25519 or RSA from 2,048 bits. The key alone decides how a
signature by it is checked, whatever the header of a token says (RFC 8725, section 3.1).
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from mimis_ats.bounded import UNPACKED, read_bounded
from mimis_core import PermanentError, UserError
from mimis_core.http import Client
from mimis_core.services import PartnerKeys, may_be_asked

MOST_KEYS = 10
LARGEST_SET = 64 * 1024
"""Bytes of a key set; one key has less than one kilobyte."""
LONGEST_FETCH = 10.0
"""Seconds within which all of it must have come."""
SMALLEST_RSA = 2048
LARGEST_RSA = 8192
"""Bits; a larger key would make every token dear to check."""
PRIVATE = ("d", "k", "p", "q")
"""Members that no public key has."""


class KeysRegistry(JWSRegistry):
    """Allows exactly the algorithms that it is given: not what a library recommends at the time."""

    def get_alg(self, name: str) -> Any:
        """The algorithm. Raises UnsupportedAlgorithmError."""
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(f"Algorithm {name!r} is not the key's.")
        return self.algorithms[name]


def algorithms_of(key: Key) -> list[str]:
    """How signatures by a key are checked; EdDSA is the former name of Ed25519 (RFC 9864). Empty for other keys."""
    if isinstance(key, ECKey):
        return ["ES256"] if key.curve_name == "P-256" else []
    if isinstance(key, OKPKey):
        return ["Ed25519", "EdDSA"] if key.curve_name == "Ed25519" else []
    if isinstance(key, RSAKey):
        return ["RS256"] if SMALLEST_RSA <= key.public_key.key_size <= LARGEST_RSA else []
    return []


def read_keys(text: str | bytes) -> KeySet:
    """The keys of a JWK Set. Raises UserError with the code ``jwks`` for anything that breaks the rules above."""
    try:
        raw = json.loads(text)
        listed = raw["keys"]
        if not isinstance(listed, list) or not 0 < len(listed) <= MOST_KEYS:
            raise ValueError(f"It holds 1 to {MOST_KEYS} keys.")
        if any(name in one for one in listed for name in PRIVATE):
            raise ValueError("It holds a private or a symmetric key: give the public ones alone.")
        names = [one.get("kid") for one in listed]
        if not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
            raise ValueError("Each key needs a kid of its own.")
        keys = KeySet.import_key_set(raw)
        if len(keys.keys) != len(listed) or not all(algorithms_of(key) for key in keys):
            raise ValueError("Keys are P-256, Ed25519, or RSA from 2048 bits.")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, JoseError) as error:
        reason = str(error) if type(error) is ValueError else "It is no JWK Set."
        raise UserError(f"The keys cannot be used. {reason}", mend="Give a JWK Set (RFC 7517).", code="jwks") from None
    return keys


def as_text(keys: KeySet) -> str:
    """The keys as they are kept: their public members alone."""
    return json.dumps(keys.as_dict(private=False))


def fetch_keys(url: str, base_url: str) -> PartnerKeys:
    """Read the keys at an employer's address, for the mimis at ``base_url``.

    Raises UserError with the code ``url`` for an address that is not public or not https, and ``jwks`` for what stands
    there; DataError for an answer that is packed or has no end; PermanentError when nothing stands there;
    TemporaryError when nobody answers, or not to the end.
    """
    if not may_be_asked(url, base_url):
        raise UserError("The address of the keys is not a public https address.", mend="Give another one.", code="url")
    with (
        closing(Client(url, system="The employer's keys", retries=0, timeout=(5.0, 5.0))) as client,
        client.ask("GET", url, headers=UNPACKED, allow_redirects=False, stream=True) as response,
    ):
        if response.status_code != 200:
            raise PermanentError(f"The employer's keys are not there: it answers {response.status_code}.", code="jwks")
        content = read_bounded(
            response,
            "The answer with the employer's keys",
            largest=LARGEST_SET,
            seconds=LONGEST_FETCH,
            code="jwks",
            mend="Ask the employer to give fewer keys, as plain JSON.",
        )
    return PartnerKeys(jwks=as_text(read_keys(content)), url=url)
