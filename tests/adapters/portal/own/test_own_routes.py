"""Who may open a learner's pages about herself: herself, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

from mimis_core.services import Services
from mimis_core.web import create_app
from tests.filled_school import Known, fill
from tests.school import HandSource, done, page, someone
from tests.walk import app_of, visitor

OPEN = {"ways.account", "ways.back", "ways.helper", "ways.helper_jobs", "ways.helper_job"}
"""Ways in: nobody is signed in yet."""
NAMED = ("contact_id", "account_id", "helper_id", "award_id", "credential_id", "address_token")
"""What is hers, as addresses name it."""


def addresses(app: Flask, known: Known) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and address of each page and form of hers that is not open."""
    values = {**known, "token": known["address_token"]}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in ("own", "ways") and rule.endpoint not in OPEN:
            given = {name: values[name] for name in rule.arguments}
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule.endpoint, method, app.url_map.bind("localhost").build(rule.endpoint, given, method)


def test_stranger_is_led_to_sign_in(school: Services) -> None:
    known, app = fill(school), app_of(school)
    answers = {
        (endpoint, method): app.test_client().open(address, method=method)
        for endpoint, method, address in addresses(app, known)
    }
    assert len(answers) > 20
    assert {key: one.location for key, one in answers.items() if (one.status_code, one.location) != (303, "/in")} == {}


def test_another_learner_reaches_nothing_of_hers(school: Services) -> None:
    known = fill(school)
    HandSource.pages = [page(done("course:1", someone("9")))]
    school.sync()
    stranger = next(one.id for one, _ in school.learners() if one.id != known["learner_id"])
    app = app_of(school)
    client = visitor(app, {**known, "learner_id": stranger})
    forms = {
        endpoint: address
        for endpoint, method, address in addresses(app, known)
        if method == "POST" and any(str(known[name]) in address for name in NAMED)
    }
    assert len(forms) >= 5
    assert {client.post(address, data={"text": "Jag"}).status_code for address in forms.values()} == {404}


def test_forms_need_a_token(school: Services) -> None:
    known, app = fill(school), create_app(school.settings, school)
    app.config["RATELIMIT_ENABLED"] = False
    forms = [(endpoint, address) for endpoint, method, address in addresses(app, known) if method == "POST"]
    codes = {endpoint: visitor(app, known).post(address).status_code for endpoint, address in forms}
    assert set(codes.values()) == {400}


def test_accounts_are_not_there_where_none_is_set_up(school: Services) -> None:
    client = app_of(school).test_client()
    assert [client.get(path).status_code for path in ("/in/account", "/in/account/back")] == [404, 404]
