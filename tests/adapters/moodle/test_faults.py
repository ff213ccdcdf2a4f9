"""Everything that facts/moodle.md says can go wrong: what a pull does then, and that the next one finds the rest.

The table of outcomes is printed at the end of the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from mimis_moodle.sandbox import MoodleSandbox, State
from mimis_moodle.source import MoodleSource
from mimis_moodle.standin.filling import course_status

from mimis_core import Completion, MimisError, PulledPage

Spoil = Callable[[MoodleSandbox], object]
STATUS, ROLL = "core_completion_get_course_completion_status", "core_enrol_get_enrolled_users"
GRADES, COURSES, SITE = "gradereport_user_get_grade_items", "core_course_get_courses_by_field", "site_info"
LEARNERS = range(100, 160)


def closed(state: State) -> Spoil:
    """The site closes while learners are asked about."""

    def close(server: MoodleSandbox) -> None:
        server.before(STATUS, 40, lambda: setattr(server, "state", state))

    return close


def fault(name: str, times: int = 3, path: str = STATUS) -> Spoil:
    return lambda server: server.fail(name, times, path)


def without(*rights: str) -> Spoil:
    return lambda server: server.revoke(*rights)


def on(change: Callable[[Any], object]) -> Spoil:
    return lambda server: change(server.site)


def hidden(server: MoodleSandbox) -> None:
    server.site.courses[5]["visible"] = 0
    server.revoke("moodle/course:viewhiddencourses")


def ungrouped(server: MoodleSandbox) -> None:
    server.site.courses[5]["groupmode"] = 1
    server.revoke("moodle/site:accessallgroups")


def tracked_no_more(site: Any) -> None:
    site.courses[5]["enablecompletion"] = 0


def without_criteria(site: Any) -> None:
    for pair in [pair for pair in site.completion if pair[0] == 5]:
        site.completion[pair] = {"exception": "moodle_exception", "errorcode": "nocriteriaset", "message": ""}


def slow(server: MoodleSandbox) -> None:
    server.slowness = 0.2
    server.fail("slow", 5, STATUS)


def leaves(server: MoodleSandbox) -> None:
    """Four who have not completed leave while the roll is read: everyone after them moves up."""
    server.before(ROLL, 3, lambda: [server.site.enrolled[5].pop(user) for user in range(90, 94)])


def ahead(server: MoodleSandbox) -> None:
    server.clock = lambda: 4_000_000_000.0
    server.visit(5, 100)


def answered(code: str) -> Spoil:
    """Moodle refuses one learner with a code."""
    body = {"exception": "moodle_exception", "errorcode": code, "message": ""}
    return lambda server: server.site.completion.update({(5, 100): body})


STOPS, ASIDE, ALL = "stops", "set aside", "all pulled"
FAULTS: dict[str, tuple[Spoil, str]] = {
    "wrong token": (lambda server: setattr(server, "token", "another"), f"{STOPS}: invalidtoken"),
    "token ends meanwhile": (closed("token-expired"), f"{STOPS}: accessexception"),
    "service or address closed": (closed("service-disabled"), f"{STOPS}: accessexception"),
    "account suspended": (closed("account-suspended"), f"{STOPS}: wsaccessusersuspended"),
    "account unconfirmed": (closed("account-unconfirmed"), f"{STOPS}: wsaccessuserunconfirmed"),
    "web services off": (closed("closed"), f"{STOPS}: 403"),
    "function not in the service": (lambda server: server.weaken(GRADES), f"{STOPS}: accessexception"),
    "maintenance": (closed("maintenance"), f"{STOPS}: sitemaintenance"),
    "maintenance by command line": (closed("maintenance-cli"), f"{STOPS}: TemporaryError"),
    "upgrade": (closed("upgrade"), f"{STOPS}: upgraderunning"),
    "database down": (closed("database-down"), f"{STOPS}: dbconnectionfailed"),
    "error without a code": (lambda server: setattr(server, "state", "no-error-code"), f"{STOPS}: Error"),
    "no right in any course": (without("moodle/course:view"), f"{STOPS}: errorcoursecontextnotvalid"),
    "no participants": (without("moodle/course:viewparticipants"), f"{STOPS}: nopermissions"),
    "no grades": (without("gradereport/user:view"), f"{ASIDE}: 1 nopermissions"),
    "no completion report": (without("report/completion:view"), f"{ASIDE}: 66 cannotviewreport"),
    "hidden course": (hidden, f"{ASIDE}: 1 course-not-found"),
    "separate groups": (ungrouped, f"{STOPS}: notingroup"),
    "completion off": (on(tracked_no_more), f"{ASIDE}: 66 cannotviewreport"),
    "no criteria": (on(without_criteria), f"{ASIDE}: 66 nocriteriaset"),
    "enrolment suspended": (lambda server: server.suspend(5, 100), f"{ASIDE}: 1 usernotenroled"),
    "account deleted": (on(lambda site: site.deleted.add(100)), f"{ASIDE}: 1 userdeleted"),
    "learner unconfirmed": (on(lambda site: site.users[100].update(confirmed=False)), f"{ASIDE}: 1 usernotconfirmed"),
    "learner unknown": (on(lambda site: site.users.pop(100)), f"{ASIDE}: 1 invaliduser"),
    "learner a guest": (answered("guestsarenotallowed"), f"{ASIDE}: 1 guestsarenotallowed"),
    "learner in another group": (answered("accessdenied"), f"{ASIDE}: 1 accessdenied"),
    "no right for one learner": (answered("requireloginerror"), f"{ASIDE}: 1 requireloginerror"),
    "course gone meanwhile": (answered("invalidrecord"), f"{ASIDE}: 1 invalidrecord"),
    "call not understood": (answered("invalidparameter"), f"{ASIDE}: 1 invalidparameter"),
    "code never heard of": (answered("somethingnew"), f"{ASIDE}: 1 somethingnew"),
    "three errors 500": (fault("500"), ALL),
    "three times 503 with a pause": (fault("503"), ALL),
    "three times 429 with a pause": (fault("429"), ALL),
    "429 that names no time": (fault("429-silent"), ALL),
    "500 for long": (fault("500", 500), f"{STOPS}: TemporaryError"),
    "429 for long": (fault("429", 500), f"{STOPS}: TemporaryError"),
    "slow": (slow, ALL),
    "cut off": (fault("truncated"), ALL),
    "empty": (fault("empty"), ALL),
    "a sign-in page": (fault("html"), ALL),
    "a sign-in page for long": (fault("html", 500), f"{STOPS}: TemporaryError"),
    "connection dropped": (fault("drop"), ALL),
    "connection reset": (fault("reset"), ALL),
    "wrong types: site": (fault("types", 1, SITE), f"{STOPS}: accessexception"),
    "wrong types: courses": (fault("types", 1, COURSES), f"{ASIDE}: 1 unexpected-answer"),
    "wrong types: roll": (fault("types", 1, ROLL), f"{ASIDE}: 20 no-name"),
    "wrong types: grades": (fault("types", 1, GRADES), f"{ASIDE}: 1 unexpected-answer"),
    "wrong types: completion": (fault("types"), f"{ASIDE}: 3 unexpected-answer"),
    "roll moves while it is read": (leaves, f"{ASIDE}: 4 usernotenroled"),
    "Moodle's clock far ahead": (ahead, ALL),
}


@pytest.fixture
def school(server: MoodleSandbox, make_completion: Callable[..., Completion]) -> MoodleSandbox:
    """Course 5 with sixty who have completed, and some who are on their way."""
    server.load([make_completion(user, 5) for user in (*range(90, 94), *LEARNERS)])
    for user in range(90, 94):
        server.site.completion[5, user] = course_status(False, False, None)
    return server


def mender(server: MoodleSandbox) -> Callable[[], None]:
    """Puts everything as it is now."""
    site, token = deepcopy(server.site), server.token

    def mend() -> None:
        server.heal()
        server._revoked.clear()
        server.site, server.token, server.state = site, token, "well"

    return mend


def outcome_of(pages: list[PulledPage], error: MimisError | None, wanted: int, pulled: int) -> str:
    if error is not None:
        assert error.mend
        return f"{STOPS}: {error.code or type(error).__name__}"
    reasons = Counter(item.reason for page in pages for item in page.set_aside)
    assert all(item.message for page in pages for item in page.set_aside)
    if reasons:
        return f"{ASIDE}: {', '.join(f'{count} {reason}' for reason, count in reasons.items())}"
    return ALL if pulled == wanted else f"{wanted - pulled} missing"


def pull(source: MoodleSource, cursor: str | None) -> tuple[list[PulledPage], MimisError | None]:
    pages: list[PulledPage] = []
    try:
        for page in source.pull(cursor):
            pages.append(page)
    except MimisError as error:
        return pages, error
    return pages, None


def completions(pages: list[PulledPage]) -> list[str]:
    return [item.key for page in pages for item in page.completions]


@pytest.mark.parametrize("name", FAULTS)
def test_fault_loses_and_doubles_nothing(
    school: MoodleSandbox,
    connect: Callable[..., MoodleSource],
    record_property: Callable[[str, object], None],
    name: str,
) -> None:
    expected = set(completions(pull(connect(courses=(5,)), None)[0]))
    mend = mender(school)
    source, (spoil, outcome) = connect(courses=(5,), page_size=20, workers=1), FAULTS[name]
    spoil(school)
    pages, error = pull(source, None)
    first = completions(pages)
    told = outcome_of(pages, error, len(expected), len(first))
    messages = [str(error)] if error else [item.message for page in pages for item in page.set_aside]
    record_property("fault", f"{name:<30}{told:<37}{''.join(messages[:1])}")
    assert told == outcome
    assert len(first) == len(set(first))
    mend()
    cursor = next((page.cursor for page in reversed(pages) if page.cursor), None)
    found, rounds = set(first), iter(range(25))
    while found != expected and next(rounds, None) is not None:
        pages, error = pull(source, cursor)
        assert error is None
        cursor, found = pages[-1].cursor, found | set(completions(pages))
    assert found == expected
