"""A learning platform on loopback that launches mimis by LTI 1.3, as Moodle 4.5 or Open edX (xblock-lti-consumer) does.

Who is at it is signed in already. ``GET /course`` is the course's page, with mimis in a frame or behind a link; the
rest are the addresses that mimis and its users' browsers are sent to.
"""

from __future__ import annotations

import html
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from mimis_core.http import Client
from mimis_core.testing import Sandbox
from mimis_core.testing.wire import Answer, Request

CLAIM, DEEP = "https://purl.imsglobal.org/spec/lti/claim/", "https://purl.imsglobal.org/spec/lti-dl/claim/"
ROLES = "http://purl.imsglobal.org/vocab/lis/v2/"
CLIENT, DEPLOYMENT = "UyLlb7CFhnAqjQq", "3"
RESOURCE, LINKING = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"


@dataclass(frozen=True)
class Flavour:
    """What differs between platforms: addresses, how the login begins, how long a token lives, and roles' names."""

    auth: str
    keys: str
    linked: str
    begins_by: Literal["GET", "POST"]
    seconds: int
    learner: tuple[str, ...]
    teacher: tuple[str, ...]


MOODLE = Flavour(
    auth="/mod/lti/auth.php",
    keys="/mod/lti/certs.php",
    linked="/mod/lti/contentitem_return.php",
    begins_by="POST",
    seconds=60,
    learner=(f"{ROLES}membership#Learner",),
    teacher=(f"{ROLES}membership#Instructor",),
)
OPEN_EDX = Flavour(
    auth="/api/lti_consumer/v1/launch/",
    keys="/api/lti_consumer/v1/public_keysets/block-v1:demo",
    linked="/api/lti_consumer/v1/lti/1/lti-dl/response",
    begins_by="GET",
    seconds=3600,
    learner=(f"{ROLES}institution/person#Student",),
    teacher=(f"{ROLES}institution/person#Instructor", f"{ROLES}institution/person#Student"),
)
FLAVOURS = {"moodle": MOODLE, "openedx": OPEN_EDX}


class PlatformSandbox(Sandbox):
    """One course with mimis in it. What it says wrong, it says because a test told it to.

    Attributes:
        tool: address of the mimis that it launches.
        user, teaches: who is at it, and whether she has a teacher's role in the course.
        kind: the message that the course sends; ``target`` the page that its link names.
        claims, header: put over those of the token; None leaves one out.
        key, keys: what signs, and what is published whatever signs.
        clock: its time.
        data: what must come back with a choice.
        placed: what teachers placed, checked as the platform does.
    """

    name = "lti"

    def __init__(self, flavour: str = "moodle") -> None:
        super().__init__()
        self.flavour = FLAVOURS[flavour]
        self.tool = "http://localhost"
        self.clock: Callable[[], float] = time.time
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(10)})
        self.reset()

    def reset(self) -> None:
        """Be as new, with the same key."""
        self.user, self.teaches, self.kind, self.target = "7", False, RESOURCE, "/lti/launch"
        self.keys, self.header, self.claims = [self.key], {}, {}  # type: tuple[Any, Any, Any]
        self.data: str | None = "of the platform alone"
        self.placed: list[dict[str, Any]] = []
        self.heal()
        self.forget()

    def settings(self) -> dict[str, Any]:
        """The table ``[lti.<name>]``."""
        return {
            "issuer": self.url,
            "client_id": CLIENT,
            "deployment_ids": [DEPLOYMENT],
            "auth_url": self.url + self.flavour.auth,
            "jwks_url": self.url + self.flavour.keys,
            "source": "hand",
        }

    def handle(self, request: Request) -> Answer:
        """Answer as the platform does."""
        query = {name: values[0] for name, values in request.query.items()}
        if request.path == "/course":
            return self._course(query.get("in", "frame"))
        if request.path == "/start":
            return self._start()
        if request.path == self.flavour.keys:
            return Answer.of(KeySet(self.keys).as_dict(private=False))
        if request.path == self.flavour.auth:
            return self._authenticate(query)
        if request.path == self.flavour.linked:
            return self._take_placement(request)
        return Answer.of({}, 404)

    # What tests without a browser do ---------------------------------------------------------------------------

    def login(self) -> dict[str, str]:
        """What the browser is told to bring to mimis, to begin a launch."""
        return {
            "iss": self.url,
            "target_link_uri": self.tool + self.target,
            "login_hint": self.user,
            "lti_message_hint": json.dumps({"cmid": 12, "launchid": "ltilaunch1_88"}),
            "client_id": CLIENT,
            "lti_deployment_id": DEPLOYMENT,
        }

    def reply(self, location: str) -> dict[str, str]:
        """What the browser brings back to mimis, when it was sent to this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        wrong = self._wrong(asked)
        if wrong is not None:
            return {"state": asked.get("state", ""), "error": wrong}
        return {"state": asked["state"], "id_token": self.token(asked["nonce"])}

    def token(self, nonce: str) -> str:
        """A signed message."""
        said = {name: value for name, value in {**self._message(nonce), **self.claims}.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        return jwt.encode({name: value for name, value in header.items() if value is not None}, said, self.key)

    # The platform's own ----------------------------------------------------------------------------------------

    def _message(self, nonce: str) -> dict[str, Any]:
        now, flavour = int(self.clock()), self.flavour
        said = {
            "iss": self.url, "aud": CLIENT, "sub": self.user, "iat": now, "exp": now + flavour.seconds, "nonce": nonce,
            f"{CLAIM}message_type": self.kind, f"{CLAIM}version": "1.3.0", f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": self.tool + self.target,
            f"{CLAIM}roles": list(flavour.teacher if self.teaches else flavour.learner),
            f"{CLAIM}context": {"id": "2", "label": "vard", "title": "Vård och omsorg", "type": ["CourseSection"]},
            f"{CLAIM}launch_presentation": {"locale": "sv", "document_target": "iframe"},
        }  # fmt: skip
        if self.kind == RESOURCE:
            return {**said, f"{CLAIM}resource_link": {"id": "5", "title": "Mina mikromeriter"}}
        asked = {
            "accept_types": ["ltiResourceLink"], "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_multiple": True, "auto_create": False, "deep_link_return_url": self.url + flavour.linked,
        }  # fmt: skip
        return {**said, f"{DEEP}deep_linking_settings": asked if self.data is None else {**asked, "data": self.data}}

    def _wrong(self, asked: dict[str, str]) -> str | None:
        """Why the platform refuses a request, in the words of OpenID Connect."""
        if asked.get("redirect_uri") != f"{self.tool}/lti/launch" or not asked.get("nonce"):
            return "invalid_request"
        if asked.get("scope") != "openid" or asked.get("response_type") != "id_token":
            return "unsupported_response_type"
        if asked.get("response_mode") != "form_post" or asked.get("prompt") != "none":
            return "invalid_request"
        return None if (asked.get("client_id"), asked.get("login_hint")) == (CLIENT, self.user) else "access_denied"

    def _course(self, place: str) -> Answer:
        if place == "frame":
            shown = '<iframe name="mimis" src="/start" width="900" height="700" title="Mina mikromeriter"></iframe>'
        else:
            shown = '<a href="/start">Mina mikromeriter</a>'
        return _page(f"<h1>Vård och omsorg</h1>{shown}")

    def _start(self) -> Answer:
        if self.flavour.begins_by == "GET":
            return Answer(302, headers={"Location": f"{self.tool}/lti/login?{urlencode(self.login())}"})
        return _form(f"{self.tool}/lti/login", self.login())

    def _authenticate(self, asked: dict[str, str]) -> Answer:
        if asked.get("redirect_uri") != f"{self.tool}/lti/launch":
            return Answer.of({"error": "invalidrequest"}, 400)
        return _form(f"{self.tool}/lti/launch", self.reply(f"?{urlencode(asked)}"))

    def _take_placement(self, request: Request) -> Answer:
        """What a teacher chose, if mimis signed it for this platform."""
        text = request.form().get("JWT", [""])[0]
        client = Client(self.tool, system="mimis", retries=0)
        try:
            keys = KeySet.import_key_set(client.json(client.send("GET", "/lti/keys")))
        finally:
            client.close()
        said = jwt.decode(text, keys, algorithms=["RS256"]).claims
        expected = {"iss": CLIENT, "aud": self.url, f"{CLAIM}message_type": "LtiDeepLinkingResponse",
                    f"{CLAIM}deployment_id": DEPLOYMENT, f"{DEEP}data": self.data}  # fmt: skip
        if {name: said.get(name) for name in expected} != expected or said["exp"] < self.clock():
            return Answer.of({"error": "invalid"}, 400)
        self.placed += said[f"{DEEP}content_items"]
        return _page("<h1>Sparad i kursen</h1>")


def _page(body: str) -> Answer:
    text = f'<!doctype html><html lang="sv"><meta charset="utf-8"><title>Kursen</title><body>{body}</body></html>'
    return Answer(body=text.encode(), content_type="text/html; charset=utf-8")


def _form(action: str, fields: dict[str, str]) -> Answer:
    """A form that sends itself, as both platforms make them."""
    inputs = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    form = f'<form id="f" action="{html.escape(action)}" method="post">{inputs}<button>Fortsätt</button></form>'
    return _page(f"{form}<script>document.getElementById('f').submit();</script>")
