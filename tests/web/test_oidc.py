"""Staff sign in at their identity provider: what is asked of it, what of its answers is believed, and when it fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from mimis_core import ConfigurationError
from mimis_core.services import Services
from mimis_core.store.staff_tables import StaffRow
from mimis_core.web import create_app
from mimis_core.web.oidc import read_table
from tests.school import Clock
from tests.web.authenticator import Authenticator
from tests.web.provider import CLIENT, Provider
from tests.web.site import Browser, enter, invite, served

START = "/staff/in/oidc"
CONNECT = f"{START}/connect"


@pytest.fixture(scope="module")
def started() -> Iterator[Provider]:
    """Its key takes time to make."""
    with Provider() as provider:
        yield provider


@pytest.fixture
def provider(started: Provider) -> Provider:
    key = started.keys[0]
    started.key, started.keys, started.alg, started.denies = key, [key], "RS256", False
    started.claims, started.metadata = {}, {}
    started.heal()
    started.forget()
    return started


@pytest.fixture
def browser(school: Services, provider: Provider) -> Iterator[Browser]:
    with served(school, oidc=provider.settings()) as address:
        made = Browser(address)
        yield made
        made.close()


def sign_in(browser: Browser) -> tuple[int, str]:
    """Go to the provider and come back; gives status and path of where that ended."""
    browser.get(START)
    return browser.page.status_code, browser.path


def connect(browser: Browser) -> tuple[int, str]:
    """Send the form of her own page, follow the page that answers, and come back."""
    browser.get("/staff/")
    assert f'action="{CONNECT}"' in browser.page.text
    browser.send(CONNECT)
    assert f'href="{START}"' in browser.page.text
    return sign_in(browser)


def test_account_with_her_verified_address_lets_her_in(browser: Browser, school: Services) -> None:
    invite(school)
    assert sign_in(browser) == (200, "/school")
    assert "Åsa" in browser.get("/staff/").text


def test_asked_for_are_code_state_nonce_and_proof_key(browser: Browser, provider: Provider, school: Services) -> None:
    invite(school)
    sign_in(browser)
    asked = provider.asked
    assert {name: asked[name] for name in ("response_type", "client_id", "scope", "code_challenge_method")} == {
        "response_type": "code", "client_id": CLIENT, "scope": "openid email", "code_challenge_method": "S256",
    }  # fmt: skip
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    assert asked["redirect_uri"] == f"{browser.address}/staff/in/oidc/back"


def test_account_is_known_by_its_id_from_then_on(browser: Browser, provider: Provider, school: Services) -> None:
    invite(school)
    sign_in(browser)
    browser.get("/staff/")
    browser.send("/staff/out")
    provider.claims = {"email": "new@demo.example", "email_verified": None}
    assert sign_in(browser) == (200, "/school")


def test_link_binds_an_account_with_another_address(browser: Browser, provider: Provider, school: Services) -> None:
    provider.claims = {"email": None, "email_verified": None, "sub": "5"}
    enter(browser, invite(school))
    assert connect(browser) == (200, "/staff/")
    assert CONNECT not in browser.page.text
    browser.send("/staff/out")
    assert sign_in(browser) == (200, "/school")


def test_account_is_not_bound_by_an_address_that_she_is_led_to(
    browser: Browser, provider: Provider, school: Services
) -> None:
    """Another page could open it in her browser, with the provider's session of somebody else."""
    provider.claims = {"email": None, "email_verified": None, "sub": "5"}
    enter(browser, invite(school))
    for _ in range(2):
        assert sign_in(browser) == (403, "/staff/in/oidc/back")
    browser.get("/staff/")
    assert CONNECT in browser.page.text


def test_form_from_another_page_binds_nothing(browser: Browser, school: Services) -> None:
    enter(browser, invite(school))
    browser.get("/healthz")
    assert browser.send(CONNECT).status_code == 400
    assert browser.get(CONNECT).status_code in (404, 405)


def test_consent_to_bind_is_good_once(browser: Browser, provider: Provider, school: Services) -> None:
    provider.claims, provider.denies = {"email": None, "email_verified": None, "sub": "5"}, True
    enter(browser, invite(school))
    assert connect(browser)[0] == 403
    provider.denies = False
    assert sign_in(browser)[0] == 403


def test_account_of_somebody_with_a_passkey_is_bound_with_it_only(
    browser: Browser, provider: Provider, school: Services, clock: Clock
) -> None:
    provider.claims = {"email": None, "email_verified": None, "sub": "5"}
    enter(browser, invite(school))
    hers = Authenticator(browser.address)
    browser.get("/staff/passkeys/new")
    browser.send("/staff/passkeys/new", answer=hers.create(browser.options()))
    clock.forward(minutes=16)
    browser.get("/staff/")
    browser.send(CONNECT)
    assert browser.path == "/staff/confirm"
    browser.send("/staff/confirm", answer=hers.get(browser.options()))
    assert connect(browser) == (200, "/staff/")
    assert CONNECT not in browser.page.text


def test_passkey_proof_that_ends_on_the_way_binds_nothing(
    browser: Browser, provider: Provider, school: Services, clock: Clock
) -> None:
    enter(browser, invite(school))
    browser.get("/staff/passkeys/new")
    browser.send("/staff/passkeys/new", answer=Authenticator(browser.address).create(browser.options()))
    browser.get("/staff/")
    browser.send(CONNECT)
    clock.forward(minutes=16)
    assert sign_in(browser) == (200, "/staff/confirm")
    (her,) = school.staff()
    with school.database.transaction() as session:
        assert session.get_one(StaffRow, her.id).account_key is None


def from_now(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims with their numbers counted from now, in seconds: the tests are collected long before they run."""
    now = int(time.time())
    return {name: now + value if isinstance(value, int) else value for name, value in claims.items()}


WRONG: dict[str, dict[str, Any]] = {
    "of nobody here": {"email": "eva@demo.example"},
    "address not verified": {"email_verified": False},
    "address said to be verified by a word": {"email_verified": "yes"},
    "no address": {"email": None},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "for another client": {"aud": "other"},
    "for another client, with ours as party": {"aud": "other", "azp": CLIENT},
    "for several, by another party": {"aud": [CLIENT, "other"], "azp": "other"},
    "for several, without a party": {"aud": [CLIENT, "other"]},
    "no audience": {"aud": None},
    "too old": {"iat": -1000, "exp": -200},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "from the future": {"nbf": 1000},
    "another nonce": {"nonce": "x" * 20},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "a subject that is no text": {"sub": ["77"]},
    "another access token's": {"at_hash": "x" * 22},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_token_that_does_not_hold_lets_nobody_in(
    browser: Browser, provider: Provider, school: Services, claims: dict[str, Any]
) -> None:
    invite(school)
    provider.claims = from_now(claims)
    assert sign_in(browser) == (403, "/staff/in/oidc/back")
    browser.get("/staff/")
    assert browser.path == "/staff/in"


@pytest.mark.parametrize("claims", [{"iat": -400, "exp": -60}, {"nbf": 60}, {"aud": [CLIENT]}])
def test_clocks_may_differ_a_little(
    browser: Browser, provider: Provider, school: Services, claims: dict[str, Any]
) -> None:
    invite(school)
    provider.claims = from_now(claims)
    assert sign_in(browser) == (200, "/school")


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_token_without_the_providers_own_signature_is_refused(
    browser: Browser, provider: Provider, school: Services, alg: str
) -> None:
    invite(school)
    provider.alg = alg
    assert sign_in(browser)[0] == 403


def test_token_of_another_key_is_refused(browser: Browser, provider: Provider, school: Services) -> None:
    invite(school)
    provider.key = RSAKey.generate_key(2048, {"kid": "1"})
    assert sign_in(browser)[0] == 403


def test_new_key_of_the_provider_is_fetched(browser: Browser, provider: Provider, school: Services) -> None:
    invite(school)
    sign_in(browser)
    browser.send("/staff/out")
    provider.key = RSAKey.generate_key(2048, {"kid": "2"})
    provider.keys = [*provider.keys, provider.key]
    assert sign_in(browser) == (200, "/school")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        {"authorization_endpoint": None},
    ],
)
def test_provider_that_is_not_what_is_configured_is_not_asked(
    browser: Browser, provider: Provider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    assert sign_in(browser)[0] in (401, 403)
    assert provider.count("/authorize") == 0


# Coming back -----------------------------------------------------------------------------------------------------


def test_she_who_says_no_is_not_let_in(browser: Browser, provider: Provider) -> None:
    provider.denies = True
    assert sign_in(browser)[0] == 403


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=guessed", "?error=x&error_description=Åsa"])
def test_return_that_nobody_asked_for_is_refused(browser: Browser, provider: Provider, query: str) -> None:
    assert browser.get(f"{START}/back{query}").status_code == 403
    assert (provider.count("/token"), "Åsa" in browser.page.text) == (0, False)


def test_return_works_once(browser: Browser, school: Services) -> None:
    invite(school)
    sign_in(browser)
    back = browser.page.history[-1].url
    assert "/back?" in back
    assert browser.get(back).status_code == 403


def test_return_into_another_browser_is_refused(browser: Browser, school: Services) -> None:
    invite(school)
    answer = browser.get(START, allow_redirects=False)
    other = Browser(browser.address)
    assert other.get(answer.headers["Location"]).status_code == 403
    other.close()


# Faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("fault", ["500", "503", "drop", "html", "truncated"])
def test_fault_of_the_provider_is_no_fault_of_ours(
    browser: Browser, provider: Provider, school: Services, fault: str, path: str
) -> None:
    invite(school)
    provider.fail(fault, path=path)
    assert sign_in(browser)[0] in (401, 403, 503)
    assert sign_in(browser) == (200, "/school")


# Settings --------------------------------------------------------------------------------------------------------


def test_without_a_provider_none_is_offered(school: Services) -> None:
    client = create_app(school.settings, school).test_client()
    assert START not in client.get("/staff/in").text
    assert client.get(START).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "http://id.example"}, {"issuer": "id.example"}, {"scope": "email"}, {"client_id": None}, {"port": 1}],
)
def test_wrong_table_is_refused(provider: Provider, changes: dict[str, Any]) -> None:
    table = {name: value for name, value in {**provider.settings(), **changes}.items() if value is not None}
    with pytest.raises(ConfigurationError, match="oidc"):
        read_table(table)
