"""``private_key_jwt``: an employer shows who it is by a token that it signed itself (RFC 7523, OpenID Connect Core 9).

Whatever is wrong with one, the answer is the same: who tries to get in learns nothing.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key

from mimis_ats.client_keys import KeysRegistry, algorithms_of, fetch_keys, read_keys
from mimis_core import MimisError
from mimis_core.services import Services
from mimis_core.web import current_services

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
METHOD = "private_key_jwt"
LONGEST_LIFE = 300
"""Seconds from now to an assertion's end, at most: it is remembered until then, so that it counts once."""
LEEWAY = 30
"""Seconds that the employer's clock may be off."""
FETCH_AGAIN = timedelta(minutes=5)
"""The least time between two looks at an employer's address of keys, whoever asks for an unknown one."""
LONGEST_JTI = 200

_log = logging.getLogger("mimis.ats")


def client_of_assertion(form: dict[str, str], audiences: tuple[str, ...]) -> str | None:
    """The client id that an assertion in a token request proves; None when there is none.

    ``audiences`` are the names of this server, one of which it must be meant for. Raises InvalidClientError.
    """
    assertion = form.get("client_assertion")
    if form.get("client_assertion_type") != ASSERTION_TYPE or not assertion:
        return None
    try:
        client_id = _checked(current_services(), assertion, audiences)
    except (JoseError, MimisError, LookupError, TypeError, ValueError, RecursionError) as error:
        _log.info("client assertion refused: %s", type(error).__name__)
        raise InvalidClientError(status_code=401, description="The client cannot authenticate.") from None
    if form.get("client_id", client_id) != client_id or "client_secret" in form:
        raise InvalidClientError(status_code=401, description="The client cannot authenticate.")
    return client_id


def _checked(services: Services, assertion: str, audiences: tuple[str, ...]) -> str:
    """The client id. Raises what is caught above."""
    unread = jws.extract_compact(assertion.encode("ascii"))
    header = unread.headers()
    client_id = json.loads(unread.payload)["sub"]  # not believed until the signature holds
    if not isinstance(client_id, str):
        raise ValueError("sub")
    key = _key(services, client_id, header.get("kid"))
    token = jwt.decode(assertion, key, registry=KeysRegistry(algorithms=algorithms_of(key)))
    now = int(services.clock().timestamp())
    _check_claims(token.claims, client_id, audiences, now)
    jti, ends = token.claims["jti"], datetime.fromtimestamp(token.claims["exp"] + LEEWAY, UTC)
    if not services.use_once(f"assertion {client_id}", jti, ends):
        raise ValueError("jti")
    return client_id


def _check_claims(claims: dict[str, Any], client_id: str, audiences: tuple[str, ...], now: int) -> None:
    """Raise for anything but a fresh assertion of this client about itself, for this server."""
    wanted = jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY,
        iss={"essential": True, "value": client_id},
        sub={"essential": True, "value": client_id},
        aud={"essential": True, "values": list(audiences)},
        exp={"essential": True},
        jti={"essential": True},
    )
    wanted.validate(claims)
    jti, ends = claims["jti"], claims["exp"]
    if not isinstance(ends, int) or ends > now + LONGEST_LIFE + LEEWAY:
        raise ValueError("exp")
    if not isinstance(jti, str) or len(jti) > LONGEST_JTI:
        raise ValueError("jti")


def _key(services: Services, client_id: str, kid: object) -> Key:
    """The employer's key of this name; its address is looked at again for one that is not known yet."""
    if not isinstance(kid, str):
        raise ValueError("kid")
    kept, read_at = services.keys_of_partner(client_id)
    try:
        return read_keys(kept.jwks).get_by_kid(kid)
    except InvalidKeyIdError:
        if kept.url is None or services.clock() < read_at + FETCH_AGAIN:
            raise
    services.keep_keys_of_partner(client_id, None)  # before it is asked, so that others who ask meanwhile do not
    fresh = fetch_keys(kept.url, services.settings.base_url)
    services.keep_keys_of_partner(client_id, fresh.jwks)
    return read_keys(fresh.jwks).get_by_kid(kid)
