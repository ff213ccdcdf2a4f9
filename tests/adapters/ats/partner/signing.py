"""Client assertions as an employer's system makes them, and as an attacker's does."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.jwk import Key
from mimis_ats.assertions import ASSERTION_TYPE
from mimis_ats.client_keys import KeysRegistry

from mimis_core.services import Services
from mimis_core.store.tables import new_id

TOKEN = "/api/partner/v1/token"


def key_set(keys: dict[str, Key]) -> dict[str, Any]:
    """The public keys, each named by its algorithm."""
    return {"keys": [{**key.as_dict(private=False), "kid": name} for name, key in keys.items()]}


def claims(school: Services, client_id: str, **changes: Any) -> dict[str, Any]:
    """What a good assertion says, but for the changes; None leaves a claim out."""
    now = int(school.clock().timestamp())
    good = {
        "iss": client_id, "sub": client_id, "aud": school.settings.base_url + TOKEN,
        "iat": now, "exp": now + 120, "jti": new_id(),
    }  # fmt: skip
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def assertion(said: dict[str, Any], key: Key, algorithm: str, **header: Any) -> str:
    """The claims, signed."""
    head = {"alg": algorithm, "kid": algorithm, **header}
    return jwt.encode(
        {name: value for name, value in head.items() if value is not None},
        said, key, registry=KeysRegistry(algorithms=[algorithm]),
    )  # fmt: skip


def form(signed: str, **changes: str) -> dict[str, str]:
    """A token request with an assertion."""
    known = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}
    return {**known, **changes}
