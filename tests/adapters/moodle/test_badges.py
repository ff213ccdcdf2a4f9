"""Badges: what is held and has not expired is pulled; only Moodle's own word takes one back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from mimis_moodle.badges import badge_completion_of, badges_of
from mimis_moodle.client import MoodleClient
from mimis_moodle.mapping import Participant
from mimis_moodle.outcomes import Outcome
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin.parts import add_badge

from mimis_core import CompletionKind, DataError, TemporaryError

Connect = Callable[..., MoodleSource]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SEPTEMBER, LATER, EARLIER = 1788249600, 1890134555, 1788249601
PEOPLE = {user: Participant(user, f"Å {user}", None, None, None, False) for user in (10, 11)}


def ask(source: MoodleSource, known: dict[str, str] | None = None) -> list[Outcome]:
    with closing(MoodleClient(source.settings.url, source.settings.token, retries=0, pause=0)) as client:
        return [job() for job in badges_of(client, source.settings, source.name, PEOPLE, known)]


@pytest.fixture
def holder(server: MoodleSandbox, connect: Connect) -> MoodleSource:
    """A source whose learner 10 holds two badges, of which one has expired."""
    add_badge(server.site, 10, 1, "Måltid &amp; hygien", SEPTEMBER, LATER)
    add_badge(server.site, 10, 2, "Gammalt", SEPTEMBER, EARLIER)
    return connect(badges=True)


def test_held_badge_is_pulled(holder: MoodleSource) -> None:
    (badge,) = [one for outcome in ask(holder) for one in outcome.completions]
    assert (badge.module, badge.key, badge.title) == ("badge:1", "badge:1/user:10", "Måltid & hygien")
    assert badge.completed_at == datetime(2026, 9, 1, 8, tzinfo=UTC)
    assert badge.kind is CompletionKind.ACTIVITY


def test_badges_come_with_a_pull(holder: MoodleSource) -> None:
    assert "badge:1/user:10" in {one.key for page in holder.pull(None) for one in page.completions}


def test_badges_are_off_by_default(server: MoodleSandbox, connect: Connect) -> None:
    add_badge(server.site, 10, 1, "Märke", SEPTEMBER)
    assert ask(connect()) == []


@pytest.mark.parametrize(
    ("expires", "held"), [(None, True), (0, True), (LATER, True), (EARLIER, False), (int(NOW.timestamp()), False)]
)
def test_expired_badge_is_nothing(expires: int | None, held: bool) -> None:
    badge = {"id": 1, "name": "Märke", "dateissued": SEPTEMBER, "dateexpire": expires}
    assert (badge_completion_of("school", PEOPLE[10], badge, NOW) is not None) is held


@pytest.mark.parametrize("change", [{"dateissued": None}, {"id": "1"}, {"id": None}])
def test_odd_badge_is_data_error(change: dict[str, Any]) -> None:
    badge = {"id": 1, "name": "Märke", "dateissued": SEPTEMBER, **change}
    with pytest.raises(DataError):
        badge_completion_of("school", PEOPLE[10], badge, NOW)


def test_undated_badge_takes_no_other_away(server: MoodleSandbox, holder: MoodleSource) -> None:
    add_badge(server.site, 10, 3, "Utan dag", 0)
    first, _ = ask(holder)
    assert [(one.key, one.reason) for one in first.set_aside] == [("badge:3/user:10", "no-date")]
    assert len(first.completions) == 1


def test_revoked_badge_is_withdrawn_once(server: MoodleSandbox, holder: MoodleSource) -> None:
    known: dict[str, str] = {}
    ask(holder, known)
    server.site.badges[10]["badges"].clear()
    withdrawn = [one for outcome in ask(holder, known) for one in outcome.withdrawn]
    assert [(one.key, one.reason) for one in withdrawn] == [("badge:1/user:10", "revoked")]
    assert [one for outcome in ask(holder, known) for one in outcome.withdrawn] == []


def test_hidden_badge_is_not_withdrawn(server: MoodleSandbox, holder: MoodleSource) -> None:
    known: dict[str, str] = {}
    ask(holder, known)
    server.site.badges[999] = server.site.badges.pop(10)  # not listed for her any more, and its page still answers
    assert [one for outcome in ask(holder, known) for one in outcome.withdrawn] == []
    assert "badge:1/user:10" in known


def test_absent_badge_means_nothing_by_itself(server: MoodleSandbox, holder: MoodleSource) -> None:
    ask(holder)
    server.site.badges[10]["badges"].clear()
    assert [one for outcome in ask(holder) for one in outcome.withdrawn] == []


def test_unclear_page_withdraws_nothing(server: MoodleSandbox, holder: MoodleSource) -> None:
    known: dict[str, str] = {}
    ask(holder, known)
    server.site.badges[10]["badges"].clear()
    answer = server.handle

    def closed(request: Any) -> Any:
        return answer(request) if request.method == "POST" else type(answer(request))(503, b"", "text/html")

    server.handle = closed  # type: ignore[method-assign]
    with pytest.raises(TemporaryError):
        ask(holder, known)
    assert "badge:1/user:10" in known


@pytest.mark.parametrize("status", [302, 403, 404, 200], ids=str)
def test_page_that_cannot_be_read_is_told_and_stops_nothing(
    server: MoodleSandbox, holder: MoodleSource, status: int
) -> None:
    known: dict[str, str] = {}
    ask(holder, known)
    server.site.badges[10]["badges"].clear()
    answer = server.handle

    def closed(request: Any) -> Any:
        return answer(request) if request.method == "POST" else type(answer(request))(status, b"{}", "text/html")

    server.handle = closed  # type: ignore[method-assign]
    first, *_ = ask(holder, known)
    assert [(one.key, one.reason) for one in first.set_aside] == [("badge:1/user:10", "badge-page")]
    assert first.withdrawn == ()


def test_badge_without_a_public_page_is_never_withdrawn(server: MoodleSandbox, holder: MoodleSource) -> None:
    known: dict[str, str] = {}
    server.site.badges[10]["badges"][0]["uniquehash"] = ""
    ask(holder, known)
    server.site.badges[10]["badges"].clear()
    assert [one for outcome in ask(holder, known) for one in outcome.withdrawn] == []


def test_badges_off_on_the_site_are_told_once(server: MoodleSandbox, holder: MoodleSource) -> None:
    server.switch_off("enablebadges")
    (outcome,) = ask(holder)
    assert [(one.key, one.reason) for one in outcome.set_aside] == [("badges", "badgesdisabled")]


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda server: server.revoke("moodle/badges:viewotherbadges"), "nopermissions"),
        (lambda server: server.site.deleted.add(10), "userdeleted"),
    ],
)
def test_refusal_of_one_learner_is_set_aside(
    server: MoodleSandbox, holder: MoodleSource, harm: Callable[[MoodleSandbox], None], code: str
) -> None:
    harm(server)
    first, _ = ask(holder)
    assert [(one.key, one.reason) for one in first.set_aside] == [("badges/user:10", code)]


def test_public_page_is_asked_without_token(server: MoodleSandbox, holder: MoodleSource) -> None:
    known: dict[str, str] = {}
    ask(holder, known)
    server.site.badges[10]["badges"].clear()
    ask(holder, known)
    (asked,) = [request for request in server.requests if request.path == "/badges/assertion.php"]
    assert server.token not in f"{asked.query}{asked.headers}{asked.body!r}"
