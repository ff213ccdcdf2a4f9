"""Who leaves a course, has another name, or is gone: noticed by number, and never on a mere hiccup."""

from __future__ import annotations

import json

from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.source import OpenEdxSource

from mimis_core.testing import Answer, Request

from .conftest import COURSE, connect, override
from .pulled import pull

KEY = f"{COURSE}/user:7"
ACCOUNTS = "api/user"


def test_leaving_a_course_keeps_the_certificate(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    server.unenrol(COURSE, "deltagare+7")
    second = pull(source, first)
    server.requests.clear()
    third = pull(source, second)
    assert second.signals + third.signals == []


def test_certificate_taken_back_after_leaving_is_withdrawn(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    server.unenrol(COURSE, "deltagare+7")
    server.invalidate(COURSE, "deltagare+7")
    assert pull(source, first).withdrawn == [(KEY, "unavailable")]


def test_new_username_changes_nothing(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    server.rename("deltagare+7", "åsa.öberg")
    second = pull(source, first)
    assert {one.learner.aliases["username"] for one in second.completions} == {"åsa.öberg"}
    assert set(second.keys) <= {one.key for one in first.completions}
    assert (second.departed, second.withdrawn, pull(source, second).signals) == ([], [], [])


def test_new_username_is_followed_out_of_the_course(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    server.rename("deltagare+7", "åsa")
    server.unenrol(COURSE, "åsa")
    server.invalidate(COURSE, "åsa")
    assert pull(source, first).withdrawn == [(KEY, "unavailable")]


def test_retired_learner_departs(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    server.pseudonymise("deltagare+7")
    second = pull(source, first)
    assert set(second.departed) == {"7"}
    assert (second.withdrawn, pull(source, second).departed) == ([], [])


def test_missing_account_departs_at_the_second_pull(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=1) as source:
        first = pull(source)
        server.retire("deltagare+7")
        second = pull(source, first)
        third = pull(source, second)
        assert (second.departed, second.withdrawn) == ([], [])
        assert third.departed == ["7"]
        assert pull(source, third).departed == []


def test_missing_account_is_asked_for_again_at_once(server: OpenEdxSandbox) -> None:
    """The results still name her, so that without a miss she would only be due a round later."""
    with connect(server, recheck=2, courses=[COURSE]) as source:
        last = pull(source)
        server.people.pop("deltagare+7")
        departed = []
        for _ in range(3):
            last = pull(source, last)
            departed.append(last.departed)
    assert ["7"] in departed


def test_account_that_comes_back_has_not_left(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=1) as source:
        last = pull(source)
        person = server.people["deltagare+7"]
        for _ in range(3):
            server.people.pop("deltagare+7")
            last = pull(source, last)
            server.people["deltagare+7"] = person
            last = pull(source, last)
            assert last.departed == []


def test_nobody_leaves_when_nobody_is_found(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=1) as source:
        last = pull(source)
        override(server, ACCOUNTS, Answer(404))
        for _ in range(3):
            last = pull(source, last)
            assert (last.departed, last.withdrawn) == ([], [])


def test_site_that_finds_no_number_lets_nobody_depart(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=1, courses=[COURSE]) as source:
        last, usual = pull(source), server.handle
        server.unenrol(COURSE, "deltagare+7")
        override(server, ACCOUNTS, lambda one: Answer(404) if "lms_user_id" in one.query else usual(one))
        for _ in range(3):
            last = pull(source, last)
            assert (last.departed, last.withdrawn) == ([], [])


def test_account_that_lists_leave_out_but_its_number_finds_has_not_left(server: OpenEdxSandbox) -> None:
    with connect(server, recheck=1) as source:
        last, usual = pull(source), server.handle

        def short(one: Request) -> Answer:
            answer = usual(one)
            if "username" not in one.query or answer.status != 200:
                return answer
            return Answer.of([row for row in json.loads(answer.body) if row["username"] != "deltagare+7"])

        override(server, ACCOUNTS, short)
        for _ in range(4):
            last = pull(source, last)
            assert (last.departed, last.withdrawn) == ([], [])


def test_stranger_does_not_depart(server: OpenEdxSandbox) -> None:
    """Who was never given, because the account was gone from the start, is set aside and no more."""
    server.retire("deltagare+8")
    with connect(server, recheck=1) as source:
        last = pull(source)
        for _ in range(3):
            last = pull(source, last)
            assert (last.departed, [reason for _, reason in last.aside]) == ([], ["retired"])


def test_older_site_follows_nobody_by_number(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    """It does not know the parameter, and answers with the account that asks: that one is not believed."""
    server.by_number = False
    last = pull(source)
    server.unenrol(COURSE, "deltagare+7")
    for _ in range(3):
        last = pull(source, last)
        assert last.signals == []


def test_refused_lookup_takes_nothing_back(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    last, usual = pull(source), server.handle
    server.unenrol(COURSE, "deltagare+7")
    override(server, ACCOUNTS, lambda one: Answer(403) if "lms_user_id" in one.query else usual(one))
    for _ in range(3):
        last = pull(source, last)
        assert last.signals == []
