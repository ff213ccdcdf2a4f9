"""The portal on the real services: from a list of completions to a shared, checked and withdrawn credential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from mimis_portal.forms import today

from mimis_core import Organisation
from mimis_core.plugins import load_plugins
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from mimis_core.web import create_app

ENTRY = "kundbemotande"
TABLES = """
role = "school"
base_url = "http://127.0.0.1:9"
secret_key = "ssssssssssssssssssssssssssssssssssssssss"
[organisation]
id = "min-skola"
legal_name = {{ sv = "Storsjö folkhögskola" }}
registration = "802002-6509"
eidas = "NTRSE-8020026509"
[privacy]
protected = "none-enrolled"
[signer]
kind = "pkcs12"
file = "{folder}/trial-seal.p12"
password = {{ file = "trial-seal.password" }}
[trust]
anchors = ["trial-anchor.pem"]
[sources.listor]
kind = "files"
path = "{folder}/lista.csv"
"""
LIST = f"deltagare-id;namn;mikromerit;datum\nA1;Amina Warsame;{ENTRY};2026-11-20\n"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("school")
    (folder / "mimis.toml").write_text(TABLES.format(folder=folder))
    (folder / "lista.csv").write_text(LIST, encoding="utf-8")
    entry = files("mimis_core") / "data" / "catalogue" / f"{ENTRY}.yaml"
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / f"{ENTRY}.yaml").write_text(entry.read_text(encoding="utf-8"), encoding="utf-8")
    make_seal(folder)
    with open_services(load_settings(folder)) as services:
        services.sync()
        for award in services.awards():
            services.decide_award(award["id"], approve=True, by="Karin Ek")
        assert services.drain().credentials == 1, services.attention()
        yield services


def make_seal(folder: Path) -> None:
    organisation = Organisation(
        id="min-skola", legal_name={"sv": "Storsjö folkhögskola"}, registration="802002-6509", eidas="NTRSE-8020026509"
    )
    signer = load_plugins().types("signer")["pkcs12"]
    signer.make_trial(organisation, folder)  # type: ignore[attr-defined]  # only this kind of signer has it


def send(browser: FlaskClient, path: str, page: str, **data: str) -> str:
    """Fill in the form on a page and send it; gives the page that follows."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert token
    return browser.post(path, data={**data, "csrf_token": token[1]}, follow_redirects=True).text


@pytest.fixture(scope="module")
def amina(school: Services) -> FlaskClient:
    browser = create_app(school.settings, school).test_client()
    slip = school.make_slip(school.learners()[0][0].id, "Karin Ek")
    assert "Kundbemötande" in send(browser, "/in", "/in", code=slip.code.lower())
    return browser


@pytest.fixture
def share_path(school: Services, amina: FlaskClient) -> str:
    credential = school.all_credentials()[0].id
    until = (today() + timedelta(days=9)).isoformat()
    data = {"credential": credential, "partner": "", "purpose": "Butik", "until": until, "step": "yes"}
    page = send(amina, "/me/share", "/me/share", **data)
    found = re.search(r"/s/[\w-]+", page)
    assert found
    return found[0]


@pytest.fixture
def stranger(school: Services) -> FlaskClient:
    return create_app(school.settings, school).test_client()


def test_shared_file_is_the_sealed_one(school: Services, stranger: FlaskClient, share_path: str) -> None:
    body = stranger.get(share_path, headers={"Accept": "application/json"}).get_json()
    assert body["learner_name"] == "Amina Warsame"
    assert body["credentials"][0]["sealed"].encode() == school.sealed_files()[0].content


def test_shared_file_passes_the_check(school: Services, stranger: FlaskClient) -> None:
    sealed = school.sealed_files()[0].content.decode()
    page = send(stranger, "/check", "/check", text=sealed)
    assert "Ja. Ingen har ändrat i beviset sedan det förseglades." in page
    assert "Vi kan inte kontrollera just nu" in page  # nothing answers at the status address


def test_look_is_shown_to_learner(amina: FlaskClient, stranger: FlaskClient, share_path: str) -> None:
    stranger.get(share_path)
    assert "</time>Någon som har länken<" in amina.get("/me/shares").text


def test_withdrawn_share_opens_no_more(amina: FlaskClient, stranger: FlaskClient, share_path: str) -> None:
    withdraw = re.search(r"/me/shares/\w+/withdraw", amina.get("/me/shares").text)
    assert withdraw
    assert "Delningen är borttagen." in send(amina, withdraw[0], "/me/shares")
    assert stranger.get(share_path).status_code == 410


def test_public_page_knows_no_name(school: Services, stranger: FlaskClient) -> None:
    public_id = school.all_credentials()[0].public_id
    assert "Amina" not in stranger.get(f"/c/{public_id}").text
    assert stranger.get(f"/status/{public_id}").data.count(b".") == 2


def test_revoked_credential_is_told(school: Services, stranger: FlaskClient, share_path: str) -> None:
    one = school.all_credentials()[0]
    school.revoke_credential(one.id, "Fel person", by="Karin Ek")
    for path in (f"/c/{one.public_id}", share_path):
        assert "Äkta, men återkallat" in stranger.get(path).text
