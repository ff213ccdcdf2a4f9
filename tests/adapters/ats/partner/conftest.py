"""A real school whose learner shares one credential with a registered employer, and its partner API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from mimis_core.services import CredentialView, NewPartner, PartnerKeys, Services, ShareOrder, ShareView
from mimis_core.settings import load_settings
from mimis_core.web import create_app
from tests.adapters.ats.partner.signing import key_set
from tests.school import Clock, HandCourier, HandSource, done, opened, page
from tests.services.conftest import NoSealer, NotingFormat

API = "/api/partner/v1"


@pytest.fixture
def school(school_folder: Path, clock: Clock) -> Iterator[Services]:
    """An open school; documents are quick to make, since nobody reads them here."""
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    with opened(load_settings(school_folder), clock) as services:
        services._opened["format", "elm"] = NotingFormat()  # type: ignore[assignment]  # all that is asked of it
        services._opened["sealer", "jades"] = NoSealer()  # type: ignore[assignment]  # likewise
        yield services


@pytest.fixture
def issued(school: Services) -> CredentialView:
    """A learner's credential."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    (view,) = school.all_credentials()
    return view


@pytest.fixture
def partner(school: Services) -> NewPartner:
    """An employer with a secret."""
    return school.add_partner("Bygg AB", "556036-0793", "bygg.example")


@pytest.fixture
def other(school: Services) -> NewPartner:
    """Another one."""
    return school.add_partner("Annat AB", "559000-0005", "annat.example")


def order(view: CredentialView, partner: NewPartner, **changes: Any) -> ShareOrder:
    """A share of one credential for two weeks."""
    until = view.issued_at.date() + timedelta(days=14)
    known = {"credential_ids": (view.id,), "partner_id": partner.partner.id, "purpose": "Ett jobb", "until": until}
    return ShareOrder.model_validate({**known, **changes})


@pytest.fixture
def share(school: Services, issued: CredentialView, partner: NewPartner) -> ShareView:
    """What the learner shares with the employer."""
    return school.create_share(issued.learner_id, order(issued, partner))


@pytest.fixture
def app(school: Services) -> Flask:
    return create_app(school.settings, school)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def bearer(client: FlaskClient, partner: NewPartner) -> Bearer:
    """Gives the header of a new token, of the employer unless another is named."""

    def get(who: NewPartner = partner, **form: str) -> dict[str, str]:
        secret = who.client_secret or ""
        pair = {"client_id": who.partner.client_id, "client_secret": secret}
        answer = client.post(f"{API}/token", data={"grant_type": "client_credentials", **pair, **form})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}

    return get


@pytest.fixture(scope="session")
def keys() -> dict[str, Key]:
    """Private keys by the algorithm that they sign with."""
    made: dict[str, Key] = {
        "ES256": ECKey.generate_key("P-256"),
        "RS256": RSAKey.generate_key(2048),
        "EdDSA": OKPKey.generate_key("Ed25519"),
    }
    return made


@pytest.fixture
def signer(school: Services, keys: dict[str, Key]) -> NewPartner:
    """An employer that signs with keys of its own."""
    held = PartnerKeys(jwks=json.dumps(key_set(keys)))
    return school.add_partner("Nyckel AB", "556703-7485", "nyckel.example", partner_keys=held)
