"""A teacher places a page of mimis in her course, and the platform believes what she brings back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from mimis_portal.lti.sandbox import LINKING, PlatformSandbox
from pydantic import SecretStr

from mimis_core import ConfigurationError
from mimis_core.cli.lti import new_key
from mimis_core.http import Client
from mimis_core.services import Services
from mimis_core.web import LtiTool
from tests.adapters.portal.lti.visits import HERE, Visit, fields_of
from tests.school import Clock
from tests.web.site import served

ACHIEVEMENT = "/me/achievements/digitala-arbetsmiljoer"


@pytest.fixture(autouse=True)
def teacher(platform: PlatformSandbox) -> None:
    """A teacher is at the platform, and adds something to her course."""
    platform.teaches, platform.kind = True, LINKING


def choose(visit: Visit, page: str) -> str:
    """Choose a page; gives what she takes to the platform."""
    token = fields_of(visit.launch().text)["token"]
    return visit.client.post("/lti/place", data={"token": token, "page": page}).text


def take_to(platform: PlatformSandbox, school: Services, *tokens: str) -> None:
    """Take signed choices to the platform, which asks mimis for its keys."""
    with served(school) as address:
        platform.tool = address
        client = Client(platform.url, system="The platform", retries=0)
        for token in tokens:
            client.send("POST", platform.flavour.linked, data={"JWT": token})
        client.close()


def key_set(visit: Visit) -> list[dict[str, str]]:
    """Our public keys as platforms get them."""
    answer = visit.client.get("/lti/keys").json
    assert answer is not None
    listed: list[dict[str, str]] = answer["keys"]
    return listed


def test_teacher_chooses_among_her_learners_pages(visit: Visit) -> None:
    text = visit.launch().text
    assert "Vad ska deltagarna se?" in text
    assert f'<option value="{ACHIEVEMENT}">Digitala arbetsmiljöer i omsorgen</option>' in text
    assert '<option value="/me"' in text


@pytest.mark.parametrize("flavour", ["moodle", "openedx"])
@pytest.mark.parametrize(
    ("page", "title", "path"),
    [
        ("/me", "Mina bevis", "/me"),
        (ACHIEVEMENT, "Digitala arbetsmiljöer i omsorgen", ACHIEVEMENT),
    ],
    ids=["all", "one"],
)
def test_platform_believes_what_she_brings(
    visit: Visit, platform: PlatformSandbox, school: Services, page: str, title: str, path: str
) -> None:
    take_to(platform, school, fields_of(choose(visit, page))["JWT"])
    assert platform.placed == [{"type": "ltiResourceLink", "title": title, "url": HERE + path}]


def test_form_may_be_sent_to_the_platform_alone(visit: Visit, platform: PlatformSandbox) -> None:
    token = fields_of(visit.launch().text)["token"]
    answer = visit.client.post("/lti/place", data={"token": token, "page": "/me"})
    policy = answer.headers["Content-Security-Policy"]
    assert f"form-action {platform.url};" in policy
    assert f"frame-ancestors {platform.url};" in policy
    assert f'action="{platform.url}{platform.flavour.linked}"' in answer.text


def test_choice_is_made_once_and_within_an_hour(visit: Visit, clock: Clock) -> None:
    tokens = [fields_of(visit.launch().text)["token"] for _ in range(2)]
    codes = [visit.client.post("/lti/place", data={"token": tokens[0], "page": "/me"}).status_code for _ in range(2)]
    clock.forward(hours=1)
    codes.append(visit.client.post("/lti/place", data={"token": tokens[1], "page": "/me"}).status_code)
    assert codes == [200, 410, 410]


@pytest.mark.parametrize("page", ["", "/staff/", "https://evil.example/", "/me/achievements/nothing"])
def test_other_pages_cannot_be_placed(visit: Visit, page: str) -> None:
    token = fields_of(visit.launch().text)["token"]
    codes = [visit.client.post("/lti/place", data={"token": token, "page": one}).status_code for one in (page, "/me")]
    assert codes == [404, 200]


def test_placing_begins_no_session(visit: Visit) -> None:
    choose(visit, "/me")
    assert visit.client.get("/me").status_code == 303


def test_school_without_a_key_is_told_to_make_one(make_visit: Callable[..., Visit]) -> None:
    assert "mimis lti key" in make_visit(keys=()).launch().text


# Our keys --------------------------------------------------------------------------------------------------------


def test_key_set_is_public_and_holds_no_private_part(visit: Visit) -> None:
    answer = visit.client.get("/lti/keys")
    (key,) = key_set(visit)
    assert set(key) == {"kty", "n", "e", "kid", "alg", "use"}
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers.getlist("Set-Cookie") == []


def test_old_key_stays_published_and_the_new_one_signs(
    make_visit: Callable[..., Visit], own_key: str, platform: PlatformSandbox, school: Services
) -> None:
    before = make_visit()
    (old,) = key_set(before)
    tokens = [fields_of(choose(before, "/me"))["JWT"]]
    after = make_visit(keys=[SecretStr(new_key()), SecretStr(own_key)])
    new = key_set(after)
    assert (len(new), new[1]) == (2, old)
    tokens.append(fields_of(choose(after, "/me"))["JWT"])
    take_to(platform, school, *tokens)
    assert len(platform.placed) == 2


ED25519 = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq
-----END PRIVATE KEY-----"""


@pytest.mark.parametrize("pem", ["", "x", ED25519], ids=["empty", "no key", "no RSA key"])
def test_wrong_key_is_said_at_the_start(visit: Visit, school: Services, pem: str) -> None:
    table = {**school.settings.lti["school"], "keys": [SecretStr(pem)]}
    with pytest.raises(ConfigurationError, match="A key of \\[lti\\]"):
        LtiTool(school.settings.model_copy(update={"lti": {"school": table}}))
