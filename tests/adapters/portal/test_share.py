"""Sharing: preview, yes, who has looked, taking back, and what the holder of the link gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from mimis_portal.forms import ShareForm, add_months, today

from mimis_core.services import DisclosureView, NoticeView, TraceView
from mimis_core.web import create_app

JSON = {"Accept": "application/json"}


def order(**changes: str) -> dict[str, str]:
    until = (today() + timedelta(days=30)).isoformat()
    return {"credential": "cred-1", "partner": "p1", "purpose": "Undersköterska", "until": until, **changes}


def test_preview_shares_nothing_yet(amina: FlaskClient, services: Any) -> None:
    page = amina.post("/me/share", data=order()).text
    assert "Så här ser Region Storsjön det" in page
    assert "Ditt namn, ett bevis och vem som har utfärdat det." in page
    assert services.shares == []


@pytest.mark.parametrize("anonymous", ["", "yes"], ids=["named", "nameless"])
def test_preview_equals_share_page(amina: FlaskClient, anonymous: str) -> None:
    wanted = order(partner="", anonymous=anonymous)
    preview = amina.post("/me/share", data=wanted).text
    amina.post("/me/share", data={**wanted, "step": "yes"})
    shared = amina.get("/s/tok").text
    assert ("Utfärdat november 2026." in shared, "Karin Ek" in shared) == (bool(anonymous), not anonymous)
    start, end = '<article class="card">', "</details>"
    assert preview.split(start)[1].split(end)[0] == shared.split(start)[1].split(end)[0]


def test_yes_makes_the_share(amina: FlaskClient, services: Any) -> None:
    answer = amina.post("/me/share", data=order(step="yes", application_email="amina@exempel.se"))
    assert answer.location == "/me/shares#share-share-1"
    made = services.shares[0]
    assert (made.partner.id, made.purpose, made.application_email) == ("p1", "Undersköterska", "amina@exempel.se")


def test_change_keeps_what_was_written(amina: FlaskClient) -> None:
    page = amina.post("/me/share", data=order(step="change", purpose="Nattjänst", anonymous="yes")).text
    assert 'value="Nattjänst"' in page
    assert 'value="p1" selected' in page
    assert page.count(" checked") == 2


@pytest.mark.parametrize("days", [-1, 367, 4000])
def test_end_date_is_bounded(amina: FlaskClient, services: Any, days: int) -> None:
    wrong = order(until=(today() + timedelta(days=days)).isoformat(), step="yes")
    assert amina.post("/me/share", data=wrong).status_code == 400
    assert services.shares == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"credential": "foreign"}, "Välj minst ett bevis."),
        ({"partner": "nobody"}, "Välj en arbetsgivare i listan, eller en länk."),
        ({"purpose": "  "}, "Skriv varför du delar"),
        ({"purpose": "x" * 201}, "Skriv varför du delar"),
        ({"until": "snart"}, "Välj en dag från i dag"),
        ({"application_email": "amina"}, "Skriv din e-postadress."),
        ({"application_email": "a@b.se", "anonymous": "yes"}, "När du delar utan namn"),
        ({"application_email": "a@b.se", "partner": ""}, "E-postadressen visas bara"),
    ],
)
def test_wrong_field_is_explained(amina: FlaskClient, services: Any, changes: dict[str, str], words: str) -> None:
    answer = amina.post("/me/share", data=order(step="yes", **changes))
    assert answer.status_code == 400
    assert words in answer.text
    assert services.shares == []


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 11, 24), 3, date(2027, 2, 24)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_months_keep_the_day(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


def test_new_share_ends_in_three_months() -> None:
    assert ShareForm.blank([]).until == add_months(today(), 3).isoformat()


@pytest.mark.parametrize(
    ("viewer", "words"),
    [
        ("Region Storsjön", "24 november 2026 kl. 10.12</time>Region Storsjön"),
        ("link", "</time>Någon som har länken<"),
        ("link-file", "Någon som har länken sparade filen"),
        ("link-system", "Ett rekryteringssystem som har länken"),
    ],
)
def test_learner_sees_who_looked(
    amina: FlaskClient, services: Any, open_share: Callable[..., Any], viewer: str, words: str
) -> None:
    made = open_share()
    services.looks = [DisclosureView(at=made.credentials[0].issued_at, viewer=viewer)]
    assert words in amina.get("/me/shares").text


@pytest.mark.parametrize("protected", [True, False], ids=["protected", "reachable"])
def test_mails_are_spoken_of_to_who_gets_them(amina: FlaskClient, services: Any, protected: bool) -> None:
    services.protected = protected
    assert ("Vi kan mejla dig" in amina.get("/me/shares").text) is not protected


@pytest.mark.parametrize(("public_body", "promised"), [(True, False), (False, True)])
def test_public_body_promises_no_secrecy(settings: Any, services: Any, public_body: bool, promised: bool) -> None:
    school = settings.organisation.model_copy(update={"public_body": public_body})
    app = create_app(settings.model_copy(update={"organisation": school}), services)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.post("/in/good-token")
    assert ("Ingen kan se dina bevis." in browser.get("/me/shares").text) is promised


def test_one_click_takes_share_back(amina: FlaskClient, open_share: Callable[..., Any]) -> None:
    open_share(partner_id="p1")
    page = amina.post("/me/shares/share-1/withdraw", follow_redirects=True).text
    assert "Delningen är borttagen. Region Storsjön kan inte längre öppna" in page
    assert amina.get("/s/tok").status_code == 410


@pytest.mark.parametrize(
    ("state", "words"), [("withdrawn", "Delningen är borttagen"), ("expired", "Delningen har gått ut")]
)
def test_closed_share_is_gone(
    client: FlaskClient, services: Any, open_share: Callable[..., Any], state: str, words: str
) -> None:
    services.shares = [open_share().model_copy(update={"state": state})]
    for path in ("/s/tok", "/s/tok/files/1"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert words in answer.text
        assert "Amina" not in answer.text
    problem = client.get("/s/tok", headers=JSON)
    assert (problem.status_code, problem.get_json(force=True)["code"]) == (410, state)


def test_share_page_shows_name_and_file(client: FlaskClient, services: Any, open_share: Callable[..., Any]) -> None:
    open_share()
    page = client.get("/s/tok").text
    assert "<h1>Amina Warsame delar ett bevis</h1>" in page
    assert "Vad kan personen?" in page
    assert client.get("/s/tok/files/1").data == b'{"p": 1}'
    assert [look.viewer for look in services.looks] == ["link", "link-file"]


def test_program_gets_documented_keys(client: FlaskClient, services: Any, open_share: Callable[..., Any]) -> None:
    open_share()
    answer = client.get("/s/tok", headers=JSON)
    body = answer.get_json()
    assert set(body) == {"share", "learner_name", "credentials"}
    assert set(body["share"]) == {"id", "purpose", "until"}
    given = body["credentials"][0]
    assert set(given) == {"urn", "title", "issuer", "status", "issued_at", "sealed", "media_type", "file"}
    assert given["sealed"] == '{"p": 1}'
    assert (given["media_type"], given["file"]) == ("application/jose+json", "http://localhost/s/tok/files/1")
    assert "Accept" in answer.headers["Vary"]
    assert services.looks[0].viewer == "link-system"


@pytest.mark.parametrize("headers", [{}, JSON])
def test_anonymous_share_names_nobody(client: FlaskClient, open_share: Callable[..., Any], headers: Any) -> None:
    open_share(anonymous=True)
    page = client.get("/s/tok", headers=headers).text
    assert "Amina" not in page
    assert "/files/" not in page
    assert client.get("/s/tok/files/1").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0"},
        {"User-Agent": "WhatsApp/2.23"},
        {"User-Agent": "Mozilla/5.0", "Sec-Purpose": "prefetch;prerender"},
    ],
)
def test_link_preview_is_no_look(
    client: FlaskClient, services: Any, open_share: Callable[..., Any], headers: dict[str, str]
) -> None:
    open_share()
    page = client.get("/s/tok", headers=headers)
    assert page.status_code == 200
    assert "Amina" not in page.text
    client.head("/s/tok")
    assert services.looks == []


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (Android 13; CUBOT P80)", "Mozilla/5.0 (iPhone)", "", "mimis/0.1"])
def test_people_and_employers_may_look(client: FlaskClient, open_share: Callable[..., Any], agent: str) -> None:
    open_share()
    assert "Amina Warsame" in client.get("/s/tok", headers={"User-Agent": agent}).text


def test_purpose_cannot_smuggle_markup(amina: FlaskClient, services: Any) -> None:
    evil = '"><script>alert(1)</script>'
    pages = [
        amina.post("/me/share", data=order(partner="", purpose=evil, step=step)).text for step in ("look", "change")
    ]
    amina.post("/me/share", data=order(partner="", purpose=evil, step="yes"))
    pages += [amina.get(path).text for path in ("/me/shares", "/s/tok")]
    for page in pages:
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(("state", "status"), [("active", 200), ("withdrawn", 410), ("expired", 410)])
def test_head_tells_state_without_look(
    client: FlaskClient, services: Any, open_share: Any, state: str, status: int
) -> None:
    services.shares = [open_share().model_copy(update={"state": state})]
    answer = client.head("/s/tok")
    assert (answer.status_code, answer.headers["Mimis-Share"]) == (status, state)
    assert services.looks == []


def test_learner_sees_what_became_of_it_and_what_was_told(amina: FlaskClient, services: Any, open_share: Any) -> None:
    made = open_share()
    at = made.credentials[0].issued_at
    services.history = {
        "traces": tuple(
            TraceView(system="Teamtailor", state=state, at=at, viewer="Region Storsjön")
            for state in ("written", "not_removed")
        ),
        "notices": (NoticeView(at=at, event="share.withdrawn"),),
    }
    text = amina.get("/me/shares").text
    assert "Sparat i Teamtailor" in text
    assert "<strong>Kunde inte tas bort ur Teamtailor</strong>" in text
    assert "Du har rätt att be dem radera det." in text
    assert "att du har tagit tillbaka delningen" in text
