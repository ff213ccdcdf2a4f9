"""What is refused: forged and replayed messages, messages for others, and links that lead away."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from mimis_portal.lti.sandbox import CLIENT, LINKING, PlatformSandbox

from mimis_core import AuthenticationError, MimisError, NotFoundError, TemporaryError
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from mimis_core.testing.wire import Answer
from mimis_core.web import LtiTool
from tests.adapters.portal.lti.visits import HERE
from tests.school import Clock

CLAIM, DEEP = "https://purl.imsglobal.org/spec/lti/claim/", "https://purl.imsglobal.org/spec/lti-dl/claim/"
FOREIGN = RSAKey.generate_key(2048, {"kid": "foreign"})


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def services(school_template: Path, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Services]:
    """A school that these tests leave as it is."""
    folder = shutil.copytree(school_template, tmp_path_factory.mktemp("lti") / "school")
    with open_services(load_settings(Path(folder))) as made:
        made.clock = clock
        yield made


@pytest.fixture(scope="module")
def running() -> Iterator[PlatformSandbox]:
    with PlatformSandbox() as made:
        yield made


@pytest.fixture
def platform(running: PlatformSandbox, clock: Clock) -> PlatformSandbox:
    running.reset()
    running.clock = lambda: clock().timestamp()
    return running


@pytest.fixture
def tool(platform: PlatformSandbox, services: Services) -> LtiTool:
    changed = {"base_url": HERE, "lti": {"school": platform.settings()}}
    return LtiTool(services.settings.model_copy(update=changed))


def launch(tool: LtiTool, services: Services, platform: PlatformSandbox) -> str:
    """Go to the platform and come back; gives the code of the refusal, empty when she is believed."""
    location, _ = tool.begin(services, platform.login())
    form = platform.reply(location)
    return finish(tool, services, form["state"], form["id_token"])


def finish(tool: LtiTool, services: Services, state: str, token: str) -> str:
    try:
        tool.finish(services, state, token)
    except (AuthenticationError, NotFoundError) as error:
        return str(error.code)
    return ""


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "another issuer": ("issuer", {"iss": "https://evil.example"}),
    "no issuer": ("issuer", {"iss": None}),
    "for another client": ("audience", {"aud": "other"}),
    "for nobody": ("audience", {"aud": None}),
    "for another client, with ours as party": ("audience", {"aud": "other", "azp": CLIENT}),
    "for several, by another party": ("party", {"aud": [CLIENT, "other"], "azp": "other"}),
    "for several, without a party": ("party", {"aud": [CLIENT, "other"]}),
    "for us, by another party": ("party", {"azp": "other"}),
    "over": ("expired", {"exp": -121}),
    "without an end": ("time", {"exp": None}),
    "with a text for an end": ("time", {"exp": "2999"}),
    "with true for an end": ("time", {"exp": True}),
    "with no number for an end": ("time", {"exp": float("inf")}),
    "made before the launch": ("time", {"iat": -121}),
    "from the future": ("time", {"iat": 121}),
    "without a beginning": ("time", {"iat": None}),
    "not yet": ("time", {"nbf": 121}),
    "of another launch": ("nonce", {"nonce": "x" * 43}),
    "of no launch": ("nonce", {"nonce": None}),
    "of a launch that is no text": ("nonce", {"nonce": ["x"]}),
    "of nobody": ("subject", {"sub": None}),
    "of an empty name": ("subject", {"sub": ""}),
    "of somebody who is no text": ("subject", {"sub": ["7"]}),
    "of an endless name": ("subject", {"sub": "7" * 256}),
    "of another deployment": ("deployment", {f"{CLAIM}deployment_id": "4"}),
    "without a deployment": ("deployment_id", {f"{CLAIM}deployment_id": None}),
    "of LTI 1.1": ("version", {f"{CLAIM}version": "1.1.0"}),
    "of another type": ("message", {f"{CLAIM}message_type": "LtiSubmissionReviewRequest"}),
    "of no type": ("message_type", {f"{CLAIM}message_type": None}),
    "without a link": ("link", {f"{CLAIM}resource_link": None}),
    "with a link of no id": ("link", {f"{CLAIM}resource_link": {"id": ""}}),
    "to a foreign host": ("target", {f"{CLAIM}target_link_uri": "https://evil.example/lti/launch"}),
    "to a host that begins like ours": ("target", {f"{CLAIM}target_link_uri": f"{HERE}.evil.example/me"}),
    "to a host behind our name": ("target", {f"{CLAIM}target_link_uri": f"{HERE}@evil.example/me"}),
    "to nowhere": ("target_link_uri", {f"{CLAIM}target_link_uri": None}),
}
TIMES = ("exp", "iat", "nbf")


def from_now(claims: dict[str, Any], clock: Clock) -> dict[str, Any]:
    """The claims with whole numbers counted from the clock."""
    now = int(clock().timestamp())
    return {name: now + value if name in TIMES and type(value) is int else value for name, value in claims.items()}


@pytest.mark.parametrize(("code", "claims"), WRONG.values(), ids=WRONG)
def test_message_that_does_not_hold_is_refused(
    tool: LtiTool, services: Services, platform: PlatformSandbox, clock: Clock, code: str, claims: dict[str, Any]
) -> None:
    platform.claims = from_now(claims, clock)
    assert launch(tool, services, platform) == code


RIGHT: dict[str, dict[str, Any]] = {
    "our clock is ahead": {"iat": -119, "exp": -119},
    "our clock is behind": {"iat": 119, "nbf": 119},
    "for us alone, in a list": {"aud": [CLIENT]},
    "for several, by us": {"aud": ["other", CLIENT], "azp": CLIENT},
    "for us, by us": {"azp": CLIENT},
}


@pytest.mark.parametrize("claims", RIGHT.values(), ids=RIGHT)
def test_clocks_may_differ_a_little_and_audiences_be_several(
    tool: LtiTool, services: Services, platform: PlatformSandbox, clock: Clock, claims: dict[str, Any]
) -> None:
    platform.claims = from_now(claims, clock)
    assert launch(tool, services, platform) == ""


# Signatures ------------------------------------------------------------------------------------------------------


def resigned(token: str, header: dict[str, Any], key: Any = None) -> str:
    """The same claims under another header, signed by another key or not at all."""
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if key is None:
        parts = (json.dumps(one).encode() for one in (header, claims))
        return ".".join(urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts) + "."
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def by_secret(token: str, kid: str | None, secret: bytes) -> str:
    """The same claims, signed by a secret that everybody knows; libraries refuse to make such a token."""
    signed = resigned(token, {"alg": "HS256", "kid": kid}).rstrip(".")
    mark = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def forge(kind: str, token: str, platform: PlatformSandbox) -> str:
    """A token as somebody without the platform's key would make it."""
    kid = platform.key.kid
    public = platform.key.as_pem(private=False)
    made: dict[str, Callable[[], str]] = {
        "unsigned": lambda: resigned(token, {"alg": "none", "kid": kid}),
        "signed with the public key as a secret": lambda: by_secret(token, kid, public),
        "signed with the client id as a secret": lambda: by_secret(token, kid, CLIENT.encode()),
        "signed with a foreign key": lambda: resigned(token, {"alg": "RS256", "kid": kid}, FOREIGN),
        "with its own key along": lambda: resigned(
            token, {"alg": "RS256", "kid": "foreign", "jwk": FOREIGN.as_dict(private=False)}, FOREIGN
        ),
        "without a key's id": lambda: resigned(token, {"alg": "RS256"}, platform.key),
        "changed": lambda: token[:-8] + "AAAAAAAA",
        "cut off": lambda: token.rpartition(".")[0] + ".",
        "of two parts": lambda: token.rpartition(".")[0],
        "endless": lambda: token + "A" * 32_000,
        "nested": lambda: urlsafe_b64encode(b"[" * 20_000).decode() + ".e30.e30",
        "no token": lambda: "x",
        "empty": lambda: "",
    }
    return made[kind]()


FORGED = (
    "unsigned", "signed with the public key as a secret", "signed with the client id as a secret",
    "signed with a foreign key", "with its own key along", "without a key's id", "changed", "cut off", "of two parts",
    "endless", "nested", "no token", "empty",
)  # fmt: skip


@pytest.mark.parametrize("kind", FORGED)
def test_message_without_the_platforms_own_signature_is_refused(
    tool: LtiTool, services: Services, platform: PlatformSandbox, kind: str
) -> None:
    location, state = tool.begin(services, platform.login())
    token = forge(kind, platform.reply(location)["id_token"], platform)
    assert finish(tool, services, state, token) in ("token", "key")


# Replay ----------------------------------------------------------------------------------------------------------


def test_answer_counts_once(tool: LtiTool, services: Services, platform: PlatformSandbox) -> None:
    location, state = tool.begin(services, platform.login())
    token = platform.reply(location)["id_token"]
    assert [finish(tool, services, state, token) for _ in range(2)] == ["", "state"]


def test_launch_is_used_up_by_a_wrong_answer(tool: LtiTool, services: Services, platform: PlatformSandbox) -> None:
    location, state = tool.begin(services, platform.login())
    assert finish(tool, services, state, "x") == "token"
    assert finish(tool, services, state, platform.reply(location)["id_token"]) == "state"


def test_answer_to_one_launch_is_none_to_another(tool: LtiTool, services: Services, platform: PlatformSandbox) -> None:
    first, _ = tool.begin(services, platform.login())
    _, second = tool.begin(services, platform.login())
    assert finish(tool, services, second, platform.reply(first)["id_token"]) == "nonce"


def test_launch_is_open_for_ten_minutes(
    tool: LtiTool, services: Services, platform: PlatformSandbox, clock: Clock
) -> None:
    codes = []
    for minutes in (9, 10):
        location, state = tool.begin(services, platform.login())
        clock.forward(minutes=minutes)
        codes.append(finish(tool, services, state, platform.reply(location)["id_token"]))
    assert codes == ["", "state"]


def test_state_that_nobody_was_sent_with_is_refused(
    tool: LtiTool, services: Services, platform: PlatformSandbox
) -> None:
    location, _ = tool.begin(services, platform.login())
    token = platform.reply(location)["id_token"]
    assert [finish(tool, services, state, token) for state in ("", "guessed", "\0")] == ["state"] * 3


# The login -------------------------------------------------------------------------------------------------------

STRANGE: dict[str, tuple[str, dict[str, str]]] = {
    "another platform": ("platform", {"iss": "https://evil.example"}),
    "another client": ("platform", {"client_id": "other"}),
    "another deployment": ("platform", {"lti_deployment_id": "4"}),
    "nobody": ("hint", {"login_hint": ""}),
    "a foreign page": ("target", {"target_link_uri": "https://evil.example/"}),
    "no page": ("target", {"target_link_uri": ""}),
}


@pytest.mark.parametrize(("code", "changes"), STRANGE.values(), ids=STRANGE)
def test_login_of_somebody_else_is_refused(
    tool: LtiTool, services: Services, platform: PlatformSandbox, code: str, changes: dict[str, str]
) -> None:
    with pytest.raises(AuthenticationError) as refused:
        tool.begin(services, {**platform.login(), **changes})
    assert refused.value.code == code


# The platform's keys ---------------------------------------------------------------------------------------------


def test_keys_are_fetched_once(tool: LtiTool, services: Services, platform: PlatformSandbox) -> None:
    assert [launch(tool, services, platform) for _ in range(3)] == ["", "", ""]
    assert platform.count(platform.flavour.keys) == 1


def tool_at(tool: LtiTool, times: list[float]) -> LtiTool:
    """The tool with a clock for keys that stands at the last of these."""
    tool._foreign["school"]._clock = lambda: times[-1]
    return tool


def test_unknown_key_is_looked_for_once_a_minute(tool: LtiTool, services: Services, platform: PlatformSandbox) -> None:
    times = [0.0]
    tool_at(tool, times)
    assert launch(tool, services, platform) == ""
    platform.header = {"kid": "made up"}
    for second in (1.0, 59.0, 61.0, 62.0, 100.0):
        times.append(second)
        assert launch(tool, services, platform) == "key"
    assert platform.count(platform.flavour.keys) == 2


def test_new_key_is_found_and_the_old_one_still_holds(
    tool: LtiTool, services: Services, platform: PlatformSandbox
) -> None:
    times, old = [0.0], platform.key
    tool_at(tool, times)
    assert launch(tool, services, platform) == ""
    new = RSAKey.generate_key(2048, {"kid": "new"})
    platform.keys = [old, new]
    times.append(61.0)
    try:
        platform.key = new
        assert launch(tool, services, platform) == ""
    finally:
        platform.key = old
    assert launch(tool, services, platform) == ""


def test_key_that_the_platform_withdraws_is_refused_within_an_hour(
    tool: LtiTool, services: Services, platform: PlatformSandbox
) -> None:
    times = [0.0]
    tool_at(tool, times)
    assert launch(tool, services, platform) == ""
    platform.keys = [FOREIGN]
    times.append(3601.0)
    assert launch(tool, services, platform) == "key"


def test_short_key_of_a_platform_is_not_believed(
    tool: LtiTool, services: Services, platform: PlatformSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = {**platform.key.as_dict(private=False), "n": "x" * 171}
    monkeypatch.setattr(PlatformSandbox, "handle", lambda *_: Answer.of({"keys": [listed]}))
    assert tool.count_keys("school") == 0


@pytest.mark.parametrize("fault", ["503", "html", "truncated", "drop"])
def test_platform_that_tells_no_keys_is_a_passing_fault(
    tool: LtiTool, services: Services, platform: PlatformSandbox, fault: str
) -> None:
    location, state = tool.begin(services, platform.login())
    token = platform.reply(location)["id_token"]
    platform.fail(fault, times=5)
    with pytest.raises(TemporaryError):
        tool.finish(services, state, token)
    platform.heal()


# Placing ---------------------------------------------------------------------------------------------------------

ASKED = {"accept_types": ["ltiResourceLink"], "deep_link_return_url": "https://lms.example/back"}
MISPLACED: dict[str, tuple[str, dict[str, Any]]] = {
    "by a learner": ("role", {f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]}),
    "by nobody in particular": ("role", {f"{CLAIM}roles": None}),
    "without saying what": ("linking", {f"{DEEP}deep_linking_settings": None}),
    "of files alone": ("linking", {f"{DEEP}deep_linking_settings": {**ASKED, "accept_types": ["file"]}}),
    "sent back by script": (
        "linking",
        {f"{DEEP}deep_linking_settings": {**ASKED, "deep_link_return_url": "javascript:alert(1)"}},
    ),
    "sent back unencrypted": (
        "linking",
        {f"{DEEP}deep_linking_settings": {**ASKED, "deep_link_return_url": "http://lms.example/back"}},
    ),
    "with endless data": ("linking", {f"{DEEP}deep_linking_settings": {**ASKED, "data": "x" * 8_001}}),
}


@pytest.mark.parametrize(("code", "claims"), MISPLACED.values(), ids=MISPLACED)
def test_placing_that_cannot_be_is_refused(
    tool: LtiTool, services: Services, platform: PlatformSandbox, code: str, claims: dict[str, Any]
) -> None:
    platform.kind, platform.teaches, platform.claims = LINKING, True, claims
    assert launch(tool, services, platform) == code


def test_refusals_tell_nothing_of_the_message(tool: LtiTool, services: Services, platform: PlatformSandbox) -> None:
    platform.claims = {"iss": "https://evil.example", "name": "Åsa Öberg"}
    location, state = tool.begin(services, platform.login())
    with pytest.raises(MimisError) as refused:
        tool.finish(services, state, platform.reply(location)["id_token"])
    assert ("evil" in str(refused.value), "Åsa" in str(refused.value)) == (False, False)
