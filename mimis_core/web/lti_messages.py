"""Messages of LTI 1.3: what a platform's signed token must hold to be believed, and the signed answer of ours.

Standards: LTI Core 1.3, Deep Linking 2.0, IMS Security Framework 1.0 (section 5.1.3 lists the checks).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.errors import JoseError

from mimis_core.errors import AuthenticationError
from mimis_core.services.platforms import is_safe
from mimis_core.web.lti_keys import ALGORITHM

if TYPE_CHECKING:
    from joserfc.jwk import GuestProtocol, RSAKey

    from mimis_core.services import Launch, Placement
    from mimis_core.services.platforms import Platform
    from mimis_core.web.lti_keys import PlatformKeys

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RESOURCE, LINKING, LINKED = "LtiResourceLinkRequest", "LtiDeepLinkingRequest", "LtiDeepLinkingResponse"
VERSION = "1.3.0"
LINK = "ltiResourceLink"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key that only the platform has: no shared secret, and never none."""
LEEWAY = timedelta(seconds=120)
"""By how much the platform's clock may differ from ours."""
ANSWER_LIFE = timedelta(minutes=5)
LONGEST_TOKEN, LONGEST_ID, LONGEST_DATA = 32_000, 255, 8_000
TEACHING = ("#Instructor", "#ContentDeveloper", "#Administrator")
"""How the names of roles end in which people place things in a course."""


class Token:
    """The claims of a token whose signature holds. Raises AuthenticationError, by ``code``, for what is not so."""

    def __init__(self, claims: Mapping[str, Any]) -> None:
        self._claims = claims

    @classmethod
    def read(cls, text: str, keys: PlatformKeys) -> Token:
        """Check the signature. Raises AuthenticationError, and TemporaryError when the platform tells no keys."""
        if len(text) > LONGEST_TOKEN:
            raise refuse("token")

        def find(held: GuestProtocol) -> Any:
            kid = held.headers().get("kid")
            if not isinstance(kid, str):
                raise refuse("key")
            return keys.find(kid)

        try:
            claims = jwt.decode(text, find, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, KeyError, TypeError, RecursionError):
            raise refuse("token") from None
        return cls(claims)

    def check(self, platform: Platform, launch: Launch, now: datetime) -> None:
        """That the platform said it, to us, just now, in answer to this launch; its nonce is compared elsewhere."""
        audience = self._claims.get("aud")
        several = isinstance(audience, list) and len(audience) > 1
        party = self._claims.get("azp")
        self._must("issuer", self._claims.get("iss") == platform.issuer)
        self._must("audience", platform.client_id in (audience if isinstance(audience, list) else [audience]))
        self._must("party", party == platform.client_id or (party is None and not several))
        self._must("expired", self._time("exp") > now - LEEWAY)
        self._must("time", launch.began_at - LEEWAY <= self._time("iat") <= now + LEEWAY)
        self._must("time", "nbf" not in self._claims or self._time("nbf") <= now + LEEWAY)
        self._must("version", self.claim("version") == VERSION)
        self._must("deployment", self.text("deployment_id") in platform.deployment_ids)

    @property
    def subject(self) -> str:
        """The platform's own id of who launches."""
        value = self._claims.get("sub")
        self._must("subject", isinstance(value, str) and 0 < len(value) <= LONGEST_ID and "\0" not in value)
        return str(value)

    @property
    def nonce(self) -> str:
        """What proves that the token was made for one launch."""
        value = self._claims.get("nonce")
        self._must("nonce", isinstance(value, str))
        return str(value)

    @property
    def kind(self) -> str:
        """Type of the message. Only two are meant for us."""
        kind = self.text("message_type")
        self._must("message", kind in (RESOURCE, LINKING))
        if kind == RESOURCE:
            link = self.claim("resource_link")
            self._must("link", isinstance(link, dict) and isinstance(link.get("id"), str) and bool(link["id"]))
        return kind

    @property
    def teaches(self) -> bool:
        """Whether the platform gives her a role in which one places things in a course. It opens nothing else."""
        roles = self.claim("roles")
        return isinstance(roles, list) and any(str(one).endswith(TEACHING) for one in roles)

    @property
    def deep_linking(self) -> tuple[str, str | None]:
        """Where a choice is sent, and what goes back with it."""
        asked = self._claims.get(f"{DEEP}deep_linking_settings")
        self._must("linking", isinstance(asked, dict))
        assert isinstance(asked, dict)
        types, url, data = asked.get("accept_types"), asked.get("deep_link_return_url"), asked.get("data")
        self._must("linking", isinstance(types, list) and LINK in types)
        self._must("linking", isinstance(url, str) and len(url) < LONGEST_DATA and is_safe(url))
        self._must("linking", data is None or (isinstance(data, str) and len(data) <= LONGEST_DATA))
        return str(url), data

    def claim(self, name: str) -> Any:
        """A claim of LTI, by the end of its name; None when it is left out."""
        return self._claims.get(CLAIM + name)

    def text(self, name: str) -> str:
        """A claim of LTI that is a text."""
        value = self.claim(name)
        self._must(name, isinstance(value, str))
        return str(value)

    def _time(self, name: str) -> datetime:
        value = self._claims.get(name)
        self._must("time", isinstance(value, int | float) and 0 < value < 2**40 and not isinstance(value, bool))
        return datetime.fromtimestamp(float(value or 0), UTC)

    def _must(self, code: str, holds: bool) -> None:
        if not holds:
            raise refuse(code)


def refuse(code: str) -> AuthenticationError:
    """The refusal of a message: what does not hold, and nothing of what it says, which may name people."""
    return AuthenticationError(
        f"The platform's message does not hold ({code}).",
        mend="Open the page from the course again; if it stays, compare [lti] with the platform: mimis lti check",
        code=code,
    )


def sign_placement(placement: Placement, platform: Platform, key: RSAKey, item: dict[str, Any], now: datetime) -> str:
    """The answer to a deep linking request: one link for the course, signed (Deep Linking 2.0, section 4.5)."""
    claims = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": int(now.timestamp()),
        "exp": int((now + ANSWER_LIFE).timestamp()),
        "nonce": secrets.token_urlsafe(16),
        f"{CLAIM}message_type": LINKED,
        f"{CLAIM}version": VERSION,
        f"{CLAIM}deployment_id": placement.deployment_id,
        f"{DEEP}content_items": [{"type": LINK, **item}],
    }
    if placement.data is not None:
        claims[f"{DEEP}data"] = placement.data
    return jwt.encode({"alg": ALGORITHM, "kid": key.thumbprint()}, claims, key, algorithms=[ALGORITHM])
