"""Launches from learning platforms by LTI 1.3: which platforms there are, where a launch goes, whom its answer names.

Written on joserfc rather than taken from a library: the only one for Python, PyLTI1p3, had its last release in 2022,
keeps state in cookies and sessions, and brings a second and third implementation of JOSE. What is left to write once
signatures are checked is :mod:`mimis_core.web.lti_messages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from mimis_core.errors import ConfigurationError
from mimis_core.model import Learner, Model
from mimis_core.services import Placement
from mimis_core.services.platforms import Platform, read_platforms

if TYPE_CHECKING:
    from datetime import datetime

    from mimis_core.services import Services
    from mimis_core.settings import Settings
    from mimis_core.web.lti_messages import Token

LAUNCH_PATH, LOGIN_PATH, KEYS_PATH = "/lti/launch", "/lti/login", "/lti/keys"
_REQUEST = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
"""The same in each authentication request (IMS Security Framework 1.0, section 5.1.1.2)."""


class Launched(Model):
    """Who launched and what for, once the platform's answer is believed.

    ``learner`` is None for somebody of whom nothing is known here. ``path`` is the page of ours that the link names,
    without the address of this mimis. ``placement`` is what a teacher is asked to choose; then nobody is let in.
    """

    platform: str
    learner: Learner | None = None
    teaches: bool = False
    path: str = ""
    placement: Placement | None = None


class LtiTool:
    """This mimis as a tool of its platforms. Raises ConfigurationError for a wrong table."""

    def __init__(self, settings: Settings) -> None:
        from mimis_core.web.lti_keys import OwnKeys, PlatformKeys

        self.platforms = read_platforms(settings)
        self.base_url = settings.base_url.rstrip("/")
        self._foreign = {name: PlatformKeys(one.jwks_url) for name, one in self.platforms.items()}
        self._own = {name: OwnKeys(one.keys) for name, one in self.platforms.items()}

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may hold ours in a frame."""
        return tuple(dict.fromkeys(origin for one in self.platforms.values() for origin in one.origins))

    def begin(self, services: Services, asked: Mapping[str, str]) -> tuple[str, str]:
        """A platform asks that its user is signed in (third-party initiated login); gives where to, and the state.

        Raises AuthenticationError when it is no platform of ours, or the link leads away from us.
        """
        from mimis_core.web.lti_messages import refuse

        name, platform = self._asking(asked)
        self.path_of(asked.get("target_link_uri", ""))
        if not asked.get("login_hint"):
            raise refuse("hint")
        new = services.begin_launch(name)
        query = {
            **_REQUEST,
            "client_id": platform.client_id,
            "redirect_uri": self.base_url + LAUNCH_PATH,
            "login_hint": asked["login_hint"],
            "state": new.state,
            "nonce": new.nonce,
        }
        if "lti_message_hint" in asked:
            query["lti_message_hint"] = asked["lti_message_hint"]
        joint = "&" if urlsplit(platform.auth_url).query else "?"
        return f"{platform.auth_url}{joint}{urlencode(query)}", new.state

    def finish(self, services: Services, state: str, token: str) -> Launched:
        """The platform's answer; the launch is used up whatever it says.

        Raises NotFoundError when no such launch is under way, AuthenticationError when the answer does not hold, and
        TemporaryError when the platform does not tell its keys.
        """
        from mimis_core.web.lti_messages import LINKING, Token, refuse

        launch = services.take_launch(state)
        platform = self.platforms.get(launch.platform)
        if platform is None:
            raise refuse("platform")
        said = Token.read(token, self._foreign[launch.platform])
        said.check(platform, launch, services.clock())
        if not services.asked_with(launch, said.nonce):
            raise refuse("nonce")
        path = self.path_of(said.text("target_link_uri"))
        if said.kind == LINKING:
            return _asked_to_place(launch.platform, said)
        learner = services.learner_known_as(platform.source, said.subject)
        return Launched(platform=launch.platform, learner=learner, teaches=said.teaches, path=path)

    def path_of(self, address: str) -> str:
        """The path of ours that a link names, empty for our launch address itself.

        Raises AuthenticationError for an address that is not ours.
        """
        from mimis_core.web.lti_messages import refuse

        path = address.partition("?")[0].partition("#")[0].removeprefix(self.base_url)
        if not address.startswith(self.base_url) or path[:1] not in ("", "/"):
            raise refuse("target")
        return "" if path in ("", "/", LAUNCH_PATH) else path

    def can_place(self, platform: str) -> bool:
        """Whether there is a key to sign what a teacher places."""
        return self._own[platform].first is not None

    def place(self, placement: Placement, title: str, path: str, now: datetime) -> str:
        """The signed choice of a teacher: a link to a page of ours. Raises ConfigurationError without a key."""
        from mimis_core.web.lti_messages import sign_placement

        key = self._own[placement.platform].first
        if key is None:
            raise ConfigurationError(
                f"[lti.{placement.platform}] has no keys to sign a placement with.", mend="Make one: mimis lti key"
            )
        item = {"title": title, "url": self.base_url + (path or LAUNCH_PATH)}
        return sign_placement(placement, self.platforms[placement.platform], key, item, now)

    def key_set(self) -> dict[str, Any]:
        """Our public keys (RFC 7517, section 5): of all platforms together, each once."""
        listed = {one["kid"]: one for own in self._own.values() for one in own.published()}
        return {"keys": list(listed.values())}

    def count_keys(self, name: str) -> int:
        """Ask a platform for its keys now; gives how many it has. Raises as :meth:`PlatformKeys.fetch`."""
        return len(self._foreign[name].fetch())

    def _asking(self, asked: Mapping[str, str]) -> tuple[str, Platform]:
        from mimis_core.web.lti_messages import refuse

        client, deployment = asked.get("client_id"), asked.get("lti_deployment_id")
        for name, one in self.platforms.items():
            known = one.issuer == asked.get("iss") and client in (None, one.client_id)
            if known and (deployment is None or deployment in one.deployment_ids):
                return name, one
        raise refuse("platform")


def _asked_to_place(platform: str, said: Token) -> Launched:
    from mimis_core.web.lti_messages import refuse

    if not said.teaches:
        raise refuse("role")
    url, data = said.deep_linking
    deployment = said.text("deployment_id")
    placement = Placement(platform=platform, deployment_id=deployment, return_url=url, data=data)
    return Launched(platform=platform, teaches=True, placement=placement)
