"""Employers that sign: only their own fresh assertion for this server lets them in, and only once."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, Key
from joserfc.jws import JWSRegistry

from mimis_core.services import NewPartner, PartnerKeys, Services
from tests.adapters.ats.partner.signing import TOKEN, assertion, claims, form, key_set
from tests.school import Clock

API = "/api/partner/v1"
Keys = dict[str, Key]


@pytest.fixture
def sign(school: Services, signer: NewPartner, keys: Keys) -> Callable[..., str]:
    """An assertion of the employer; changes are of its claims."""

    def make(algorithm: str = "ES256", **changes: Any) -> str:
        return assertion(claims(school, signer.partner.client_id, **changes), keys[algorithm], algorithm)

    return make


def ask(client: FlaskClient, signed: str, **changes: str) -> tuple[int, dict[str, Any]]:
    answer = client.post(TOKEN, data=form(signed, **changes))
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_own_key_lets_in(client: FlaskClient, sign: Callable[..., str], algorithm: str) -> None:
    code, body = ask(client, sign(algorithm))
    assert (code, body["token_type"]) == (200, "Bearer")
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    assert client.get(f"{API}/shares", headers=headers).get_json() == {"shares": [], "next": None}


def test_server_may_be_named_by_its_address(client: FlaskClient, school: Services, sign: Callable[..., str]) -> None:
    assert ask(client, sign(aud=school.settings.base_url))[0] == 200


FUTURE = 10**10


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"aud": "https://other.example/token"}, id="for another server"),
        pytest.param({"aud": None}, id="for nobody"),
        pytest.param({"iss": "somebody"}, id="by another"),
        pytest.param({"iss": None}, id="by nobody"),
        pytest.param({"sub": "somebody"}, id="about another"),
        pytest.param({"sub": None}, id="about nobody"),
        pytest.param({"sub": 7}, id="about a number"),
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"exp": FUTURE}, id="for too long"),
        pytest.param({"exp": "tomorrow"}, id="until a word"),
        pytest.param({"exp": 1e400}, id="for ever"),
        pytest.param({"nbf": FUTURE}, id="not yet"),
        pytest.param({"iat": FUTURE}, id="from the future"),
        pytest.param({"jti": None}, id="without an id"),
        pytest.param({"jti": 1}, id="with a number for an id"),
        pytest.param({"jti": "x" * 201}, id="with an endless id"),
    ],
)
def test_claims_that_are_not_right_are_refused(
    client: FlaskClient, sign: Callable[..., str], changes: dict[str, Any]
) -> None:
    assert ask(client, sign(**changes)) == (401, refused())


def refused() -> dict[str, Any]:
    """The one answer to all that is wrong."""
    return {"error": "invalid_client", "error_description": "The client cannot authenticate."}


def test_it_counts_once(client: FlaskClient, sign: Callable[..., str]) -> None:
    signed = sign()
    assert [ask(client, signed)[0] for _ in range(3)] == [200, 401, 401]


def test_it_counts_once_until_its_end(client: FlaskClient, sign: Callable[..., str], clock: Clock) -> None:
    signed = sign(exp=int(clock().timestamp()) + 300)
    codes = []
    for _ in range(5):
        codes.append(ask(client, signed)[0])
        clock.forward(seconds=70)
    assert codes == [200, 401, 401, 401, 401]


def test_same_id_of_another_client_is_another(
    client: FlaskClient, school: Services, keys: Keys, signer: NewPartner, sign: Callable[..., str]
) -> None:
    held = PartnerKeys(jwks=json.dumps(key_set(keys)))
    second = school.add_partner("Två AB", "556074-7551", "tva.example", partner_keys=held).partner
    first, other = sign(jti="same"), assertion(claims(school, second.client_id, jti="same"), keys["ES256"], "ES256")
    assert [ask(client, one)[0] for one in (first, other)] == [200, 200]


def test_unsigned_is_refused(client: FlaskClient, school: Services, signer: NewPartner) -> None:
    said = json.dumps(claims(school, signer.partner.client_id)).encode()
    header = json.dumps({"alg": "none", "kid": "ES256"}).encode()
    assert ask(client, f"{encoded(header)}.{encoded(said)}.") == (401, refused())


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize("name", ["ES256", "RS256"])
def test_public_key_is_no_secret(
    client: FlaskClient, school: Services, signer: NewPartner, keys: Keys, name: str
) -> None:
    parts = {"alg": "HS256", "kid": name}, claims(school, signer.partner.client_id)
    text = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    signature = hmac.digest(keys[name].as_pem(private=False), text.encode(), "sha256")
    assert ask(client, f"{text}.{encoded(signature)}") == (401, refused())


@pytest.mark.parametrize("header", [{"kid": None}, {"kid": "unknown"}, {"kid": "RS256"}, {"kid": 1}], ids=str)
def test_key_is_found_by_its_name(
    client: FlaskClient, school: Services, signer: NewPartner, keys: Keys, header: dict[str, Any]
) -> None:
    signed = forged(claims(school, signer.partner.client_id), keys["ES256"], header)
    assert ask(client, signed) == (401, refused())


def forged(said: dict[str, Any], key: Key, header: dict[str, Any]) -> str:
    """Signed with any header, by the bare key: libraries refuse to write some."""
    head = {name: value for name, value in {"alg": "ES256", **header}.items() if value is not None}
    text = ".".join(encoded(json.dumps(part).encode()) for part in (head, said))
    return f"{text}.{encoded(JWSRegistry.algorithms['ES256'].sign(text.encode(), key))}"


def test_other_clients_key_is_refused(client: FlaskClient, school: Services, signer: NewPartner, keys: Keys) -> None:
    stranger = ECKey.generate_key("P-256")
    held = PartnerKeys(jwks=json.dumps(key_set({"ES256": stranger})))
    school.add_partner("Två AB", "556074-7551", "tva.example", partner_keys=held)
    signed = assertion(claims(school, signer.partner.client_id), stranger, "ES256")
    assert ask(client, signed) == (401, refused())


@pytest.mark.parametrize("signed", ["", "x", "a.b", "a.b.c", "å.ä.ö", "." * 9, "e30.e30.e30", "e30.W10.e30"])
def test_rubbish_is_refused(client: FlaskClient, signed: str) -> None:
    assert ask(client, signed)[0] == 401


@pytest.mark.parametrize("changes", [{"client_id": "another"}, {"client_secret": "guess"}], ids=str)
def test_another_way_beside_it_is_refused(
    client: FlaskClient, sign: Callable[..., str], changes: dict[str, str]
) -> None:
    assert ask(client, sign(), **changes) == (401, refused())


def test_unknown_client_looks_like_a_wrong_key(client: FlaskClient, school: Services, keys: Keys) -> None:
    assert ask(client, assertion(claims(school, "nobody"), keys["ES256"], "ES256")) == (401, refused())


def test_employer_with_a_secret_cannot_sign(
    client: FlaskClient, school: Services, partner: NewPartner, keys: Keys
) -> None:
    signed = assertion(claims(school, partner.partner.client_id), keys["ES256"], "ES256")
    assert ask(client, signed) == (401, refused())


def test_employer_that_signs_has_no_secret(client: FlaskClient, signer: NewPartner) -> None:
    pair = {"client_id": signer.partner.client_id, "client_secret": ""}
    answer = client.post(TOKEN, data={"grant_type": "client_credentials", **pair})
    assert (signer.client_secret, answer.status_code) == (None, 401)


def test_removed_employer_stays_out(client: FlaskClient, school: Services, signer: NewPartner, sign: Any) -> None:
    school.remove_partner(signer.partner.id)
    assert ask(client, sign()) == (401, refused())


def test_assertion_stays_out_of_logs(
    client: FlaskClient, sign: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        signed, wrong = sign(), sign(aud="https://other.example")
        ask(client, signed)
        ask(client, wrong)
    assert [one for one in (signed, wrong) if one in caplog.text] == []


# Rotation


def test_new_keys_end_the_old_ones(
    client: FlaskClient, school: Services, signer: NewPartner, sign: Callable[..., str]
) -> None:
    fresh = ECKey.generate_key("P-256")
    held = PartnerKeys(jwks=json.dumps(key_set({"ES256": fresh})))
    school.rotate_partner(signer.partner.id, partner_keys=held)
    assert ask(client, sign())[0] == 401
    assert ask(client, assertion(claims(school, signer.partner.client_id), fresh, "ES256"))[0] == 200


def test_old_secret_holds_for_a_while(client: FlaskClient, school: Services, partner: NewPartner, clock: Clock) -> None:
    new = school.rotate_partner(partner.partner.id, overlap=timedelta(hours=1))
    known = partner.partner.client_id

    def codes() -> list[int]:
        grant = {"grant_type": "client_credentials", "client_id": known}
        secrets = (partner.client_secret, new.client_secret)
        return [client.post(TOKEN, data={**grant, "client_secret": one}).status_code for one in secrets]

    assert codes() == [200, 200]
    clock.forward(hours=1)
    assert codes() == [401, 200]


def test_secret_gives_way_to_keys(client: FlaskClient, school: Services, partner: NewPartner, keys: Keys) -> None:
    held = PartnerKeys(jwks=json.dumps(key_set(keys)))
    new = school.rotate_partner(partner.partner.id, partner_keys=held, overlap=timedelta())
    grant = {"grant_type": "client_credentials", "client_id": partner.partner.client_id}
    answer = client.post(TOKEN, data={**grant, "client_secret": partner.client_secret})
    signed = assertion(claims(school, partner.partner.client_id), keys["ES256"], "ES256")
    assert (new.client_secret, answer.status_code, ask(client, signed)[0]) == (None, 401, 200)


# Scopes


def test_employer_gets_the_scopes_it_may_have(client: FlaskClient, school: Services) -> None:
    new = school.add_partner("Två AB", "556074-7551", "tva.example", scopes=["shares:read"])
    pair = {"client_id": new.partner.client_id, "client_secret": new.client_secret}

    def scope(**asked: str) -> Any:
        answer = client.post(TOKEN, data={"grant_type": "client_credentials", **pair, **asked}).get_json()
        return answer.get("scope") or answer["error"]

    assert scope() == "shares:read"
    assert scope(scope="shares:read webhooks:manage") == "shares:read"
    assert scope(scope="webhooks:manage") == "invalid_scope"


def test_scope_that_is_taken_ends_at_once(
    client: FlaskClient, school: Services, partner: NewPartner, bearer: Callable[..., dict[str, str]]
) -> None:
    headers = bearer()
    school.rotate_partner(partner.partner.id, scopes=["credentials:verify"])
    assert client.get(f"{API}/shares", headers=headers).status_code == 403
