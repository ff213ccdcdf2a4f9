"""Figures without persons: shown, and downloaded."""

from __future__ import annotations

import csv
import io

import pytest

from mimis_core.services import CredentialView, Role, Services
from tests.adapters.portal.catalogue.conftest import Enter
from tests.adapters.portal.issued.conftest import MANY
from tests.school import Clock, HandSource, done, page, someone
from tests.web.site import Browser

PAGE = "/school/statistics"


@pytest.fixture
def reviewer(as_role: Enter) -> Browser:
    """Who sees figures and no learner."""
    return as_role(Role.REVIEWER)


def test_few_learners_are_hidden(reviewer: Browser, issued: list[CredentialView]) -> None:
    page = reviewer.get(f"{PAGE}?lang=en").text
    assert reviewer.page.status_code == 200
    assert "fewer than 10" in page
    assert all(view.learner_name not in page for view in issued)


def test_many_learners_are_counted_in_chart_and_table(reviewer: Browser, many: Services) -> None:
    page = reviewer.get(f"{PAGE}?lang=sv").text
    assert page.count('<svg role="img"') == 5
    assert f"nov. 2026: {MANY}." in page
    assert f'data-label="Utfärdat">{MANY}</td>' in page
    assert "style=" not in page.partition("<main")[2]


def test_period_of_nothing_is_empty(reviewer: Browser, many: Services) -> None:
    assert "Inget utfärdades" in reviewer.get(f"{PAGE}?from=2020-01&to=2020-12&lang=sv").text


def test_month_that_is_none_is_said_beside_the_field(reviewer: Browser, many: Services) -> None:
    page = reviewer.get(f"{PAGE}?from=november&to=&lang=en")
    assert (page.status_code, "Write the month as 2026-11." in page.text) == (400, True)


def test_spreadsheet_has_what_the_table_has(reviewer: Browser, many: Services) -> None:
    got = reviewer.get(f"{PAGE}/figures.csv?lang=sv")
    heading, *rows = csv.reader(io.StringIO(got.content.decode("utf-8-sig")), delimiter=";")
    assert heading[:3] == ["Mikromerit", "Månad", "Utfärdat"]
    assert [(row[1], row[2]) for row in rows] == [("2026-11", str(MANY))]
    assert "attachment" in got.headers["Content-Disposition"]


def test_programs_get_null_for_what_is_hidden(reviewer: Browser, issued: list[CredentialView]) -> None:
    got = reviewer.get(f"{PAGE}/figures.json").json()
    assert (got["least"], got["rows"][0]["issued"]) == (10, None)


def test_downloads_refuse_a_month_that_is_none(reviewer: Browser, many: Services) -> None:
    assert reviewer.get(f"{PAGE}/figures.csv?from=november").status_code == 400


def test_figures_of_a_few_minutes_ago_are_shown_again(many: Services) -> None:
    first = many.recent_statistics()
    many.revoke_credential(many.all_credentials()[0].id, "Fel", "Test")
    assert many.recent_statistics() is first
    many.clock.forward(minutes=11)  # type: ignore[attr-defined]  # the test's own
    assert many.recent_statistics() != first


def test_long_table_comes_in_pages(
    as_role: Enter, school: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimis_portal.school.statistics.ROWS", 1)
    for key in ("1", "2"):
        HandSource.pages = [page(done("course:1", someone(key, full_name=f"Person {key}")))]
        school.sync()
        school.drain()
        clock.forward(days=40)
    reviewer = as_role(Role.REVIEWER)
    seen = [reviewer.get(f"{PAGE}?lang=en&page={number}").text for number in (1, 2, 3)]
    assert [one.count('scope="row"') for one in seen] == [1, 1, 0]
    assert [('rel="prev"' in one, 'rel="next"' in one) for one in seen] == [(False, True), (True, False), (True, False)]
