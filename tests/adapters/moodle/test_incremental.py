"""The second pull and those after it: little is asked, and nothing that happens is missed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mimis_moodle import source as source_module
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.settings import MoodleSettings
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin.filling import course_status, empty_site
from mimis_moodle.standin.parts import add_badge

from mimis_core import Completion, PulledPage

STATUS = "core_completion_get_course_completion_status"
DAY = 86_400
MakeCompletion = Callable[..., Completion]


class Term:
    """A site and the source that pulls it, some hours apart, with one clock for both."""

    def __init__(self, server: MoodleSandbox, **changes: Any) -> None:
        self.server, self.now = server, 1_900_000_000.0
        server.clock = lambda: self.now
        table = {name: value for name, value in server.settings().items() if name != "kind"}
        self.source = MoodleSource("school", MoodleSettings(**{**table, **changes}), clock=lambda: self.now)
        self.cursor: str | None = None
        self.found: dict[str, Completion] = {}

    def pull(self) -> list[PulledPage]:
        """Pull from the last cursor, six hours later."""
        self.now += DAY / 4
        self.server.requests.clear()
        pages = list(self.source.pull(self.cursor))
        self.cursor = pages[-1].cursor
        self.found |= {item.key: item for page in pages for item in page.completions}
        return pages

    def news(self) -> set[str]:
        """What the next pull finds."""
        return {item.key for page in self.pull() for item in page.completions}

    def asked(self) -> set[tuple[int, int]]:
        """Whom the last pull asked about."""
        forms = [request.form() for request in self.server.requests]
        return {(int(form["courseid"][0]), int(form["userid"][0])) for form in forms if form["wsfunction"] == [STATUS]}


@pytest.fixture
def term(server: MoodleSandbox, make_completion: MakeCompletion) -> Iterator[Term]:
    """Course 2 with learners 10 to 39, of whom 20 to 39 are on their way."""
    server.load([make_completion(user) for user in range(10, 40)])
    for user in range(20, 40):
        server.site.completion[2, user] = course_status(False, False, None)
    term = Term(server, courses=(2,))
    term.pull()
    yield term
    term.source.close()


def test_unchanged_site_is_asked_little(term: Term) -> None:
    assert term.news() == set()
    assert len(term.asked()) <= 2  # one waits for cron, and a share of 22 who are open
    assert not {user for _, user in term.asked()} & set(range(10, 20))


@pytest.mark.parametrize(
    ("happens", "cron"),
    [
        (lambda server: server.work_done(2, 30), 1),
        (lambda server: (server.require_grade(2, 60, [30]), server.work_done(2, 30), server.grade(2, 30, 70)), 2),
        (lambda server: (server.visit(2, 30), server.override(2, 30)), 1),
    ],
    ids=["work done", "graded", "visited"],
)
def test_change_that_shows_is_found_at_once(term: Term, happens: Callable[[Any], object], cron: int) -> None:
    happens(term.server)
    term.server.run_cron(cron)
    assert "course:2/user:30" in term.news()


def test_late_cron_is_waited_for(term: Term) -> None:
    term.server.work_done(2, 30)
    assert term.news() == set()
    term.server.run_cron()
    assert {"course:2/user:30", "course:2/user:900001"} == term.news()


def test_grade_criterion_waits_for_two_runs_of_cron(term: Term) -> None:
    term.server.require_grade(2, 60, [30])
    term.server.work_done(2, 30)
    term.server.grade(2, 30, 61.5)
    for _ in range(3):
        assert "course:2/user:30" not in term.news()
        assert (2, 30) in term.asked()
    term.server.run_cron(2)
    assert "course:2/user:30" in term.news()


def test_date_criterion_comes_true_unseen(term: Term) -> None:
    term.server.require_date(2, term.now + 5 * DAY, [30])
    term.server.work_done(2, 30)
    while term.now < 1_900_000_000 + 4 * DAY:
        assert "course:2/user:30" not in term.news()
    term.now += 2 * DAY
    term.server.run_cron(2)
    assert "course:2/user:30" in term.news()


def test_override_is_found_within_the_bound(server: MoodleSandbox, term: Term) -> None:
    term.server.override(2, 30)
    term.server.run_cron()
    pulls = next(number for number in range(1, 26) if "course:2/user:30" in term.news())
    assert pulls <= 25


def test_visit_just_before_the_pull_is_looked_at_again(term: Term) -> None:
    term.server.visit(2, 30)
    term.now -= DAY / 4 - 60
    term.pull()
    term.server.override(2, 30)  # she goes on, and Moodle notes the visit no second time
    term.server.run_cron()
    assert "course:2/user:30" in term.news()


@pytest.mark.parametrize("skew", [-2 * DAY, -1800, 1800, 2 * DAY])
def test_other_clock_hides_nothing(term: Term, skew: int) -> None:
    term.server.clock = lambda: term.now + skew
    term.server.work_done(2, 30)
    term.server.run_cron()
    assert "course:2/user:30" in term.news()


def test_newcomer_is_asked_about(term: Term, make_completion: MakeCompletion) -> None:
    term.server.load([make_completion(77)])
    assert term.news() == {"course:2/user:77"}


@pytest.mark.parametrize("field", ["fullname", "email"])
def test_settled_learner_comes_anew_when_renamed(term: Term, field: str) -> None:
    term.server.site.enrolled[2][10].update({field: "åsa.ny@example.invalid"})
    assert term.news() == {"course:2/user:10"}


def test_regraded_learner_comes_anew(term: Term) -> None:
    term.server.grade(2, 10, 99)
    term.pull()
    grade = term.found["course:2/user:10"].grade
    assert grade is not None
    assert grade.value == 99


def test_settled_learner_may_look_in_unasked(term: Term) -> None:
    term.server.visit(2, 10)
    term.pull()
    assert (2, 10) not in term.asked()


def test_refused_course_keeps_what_was_known(term: Term) -> None:
    term.server.revoke("gradereport/user:view")
    assert [item.reason for page in term.pull() for item in page.set_aside] == ["nopermissions"]
    term.server._revoked.clear()
    assert term.news() == set()


@pytest.mark.parametrize("mend", ["right", "criteria"])
def test_mended_course_is_pulled_at_once(term: Term, mend: str) -> None:
    sound = dict(term.server.site.completion)
    if mend == "right":
        term.server.revoke("report/completion:view")
    else:
        term.server.site.completion.clear()
    term.cursor = None
    assert {item.reason for page in term.pull() for item in page.set_aside} <= {"cannotviewreport", "nocriteriaset"}
    term.pull()
    assert len(term.asked()) <= 3  # one for all, and the share
    term.server._revoked.clear()
    term.server.site.completion = sound
    assert len(term.news()) == 10


def test_site_that_tells_no_visits_is_asked_about_all_who_are_open(term: Term) -> None:
    for person in term.server.site.enrolled[2].values():
        person["lastcourseaccess"] = 0
    term.cursor = None
    term.pull()
    term.server.override(2, 30)
    term.server.run_cron()
    assert "course:2/user:30" in term.news()
    assert not {user for _, user in term.asked()} & set(range(10, 20))


def test_badges_are_asked_for_where_something_happened(server: MoodleSandbox, term: Term) -> None:
    badges = Term(server, courses=(2,), badges=True)
    badges.pull()
    assert server.count("user_badges") == 32
    add_badge(server.site, 12, 1, "Märke", 1_788_249_600)
    server.visit(2, 12)
    assert badges.news() == {"badge:1/user:12"}
    assert server.count("user_badges") <= 5  # she, whom the course asked about, and the share
    badges.source.close()


def test_staleness_is_told(term: Term) -> None:
    told = []
    for _ in range(30):
        as_of = term.pull()[-1].as_of
        assert as_of is not None
        told.append(term.now - as_of.timestamp())
    assert max(told) <= 25 * DAY / 4
    assert min(told) >= 0


def test_killed_first_pull_goes_on_where_it_was(
    server: MoodleSandbox, make_completion: MakeCompletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "SAVE_EVERY", 100)
    server.load([make_completion(user, 7) for user in range(1000, 1400)])
    term = Term(server, courses=(7,))
    pages = term.source.pull(None)
    first = [next(pages), next(pages)]
    pages.close()  # type: ignore[attr-defined]  # it is a generator
    term.cursor = first[-1].cursor
    kept = {item.key for page in first for item in page.completions}
    later = term.news()
    assert (len(kept | later), kept & later) == (400, set())
    assert len(term.asked()) == 202
    term.source.close()


def test_cursor_of_other_settings_counts_as_none(term: Term) -> None:
    other = Term(term.server, courses=(2,), skip_untracked=True)
    other.cursor = term.cursor
    assert len(other.news()) == 10
    other.source.close()


def test_more_workers_are_no_other_settings(term: Term) -> None:
    other = Term(term.server, courses=(2,), workers=2, page_size=7)
    other.cursor, other.now = term.cursor, term.now
    assert other.news() == set()
    other.source.close()


# Whatever happens -------------------------------------------------------------------------------------------------

LEARNERS = range(10, 16)
HAPPENS: dict[str, Callable[[MoodleSandbox, int, int], object]] = {
    "visit": lambda server, course, user: server.visit(course, user),
    "work": lambda server, course, user: server.work_done(course, user),
    "override": lambda server, course, user: server.override(course, user),
    "grade": lambda server, course, user: server.grade(course, user, 80),
    "criterion": lambda server, course, user: server.require_grade(course, 50, [user]),
    "date": lambda server, course, user: server.require_date(course, server.clock() + DAY, [user]),
    "rename": lambda server, course, user: server.site.enrolled[course][user].update(fullname=f"Åsa {user}"),
    "leave": lambda server, course, user: server.site.enrolled[course].pop(user, None),
    "reset": lambda server, course, user: server.reset_completion(course, user),
    "cron": lambda server, course, user: server.run_cron(),
}
EVENTS = st.tuples(st.sampled_from(sorted(HAPPENS)), st.sampled_from([2, 3]), st.sampled_from(LEARNERS))
SHARE = 0.34


@settings(
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.lists(EVENTS, max_size=6), max_size=4))
def test_whatever_happens_is_found_within_the_bound(
    server: MoodleSandbox, make_completion: MakeCompletion, weeks: Sequence[Sequence[tuple[str, int, int]]]
) -> None:
    server.site = empty_site("https://moodle.example")
    server.load([make_completion(user, course) for user in LEARNERS for course in (2, 3)])
    for pair in [(course, user) for course in (2, 3) for user in LEARNERS if user != 10]:
        server.site.completion[pair] = course_status(False, False, None)
    term = Term(server, recheck_share=SHARE)
    term.pull()
    for week in weeks:
        for name, course, user in week:
            if user in server.site.enrolled[course]:
                HAPPENS[name](server, course, user)
        term.pull()
    term.now += 2 * DAY
    server.run_cron(3)
    for _ in range(math.ceil(1 / SHARE)):
        term.pull()
    completed = {
        f"course:{course}/user:{user}": server.site.enrolled[course][user]["fullname"]
        for (course, user), body in server.site.completion.items()
        if body["completionstatus"]["completed"] and user in server.site.enrolled[course]
    }
    term.source.close()
    assert {key: term.found[key].learner.full_name for key in completed} == completed
