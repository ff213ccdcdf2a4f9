"""The whole pull against the sandbox: who counts, who is set aside, and what ends it."""

from __future__ import annotations

import pytest
from mimis_openedx.sandbox import WHEN, OpenEdxSandbox
from mimis_openedx.sandbox_data import Certificate
from mimis_openedx.settings import OpenEdxSettings
from mimis_openedx.source import OpenEdxSource
from pydantic import ValidationError

from mimis_core import PermissionDeniedError, PulledPage, SetAside, SourceLearner, TemporaryError
from mimis_core.testing import Answer
from mimis_core.testing.conformance import completions_of, pull_all

from .conftest import COURSE, LOADED, OLD_COURSE, PEOPLE, asked, connect, override


def set_aside(source: OpenEdxSource) -> list[SetAside]:
    return [item for page in pull_all(source) for item in page.set_aside]


def test_pull_gives_what_was_loaded(source: OpenEdxSource) -> None:
    by_key = {item.key: item for item in completions_of(pull_all(source))}
    assert by_key == {item.key: item for item in LOADED}


def test_sound_site_sets_nothing_aside(source: OpenEdxSource) -> None:
    assert set_aside(source) == []


def test_progress_counts_courses(source: OpenEdxSource) -> None:
    assert [page.total for page in pull_all(source)] == [2] * len(pull_all(source))


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_number_of_workers_changes_nothing(server: OpenEdxSandbox, workers: int) -> None:
    with connect(server, workers=workers) as source:
        assert len(completions_of(pull_all(source))) == len(LOADED)


def test_who_has_not_passed_gets_nothing(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.add_not_passing(COURSE, "eva", "Eva")
    pages = pull_all(source)
    assert [page.set_aside + page.withdrawn for page in pages] == [()] * len(pages)
    assert len(completions_of(pages)) == len(LOADED)


def test_account_of_who_gets_nothing_is_unasked(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.add_not_passing(COURSE, "eva", "Eva")
    pull_all(source)
    assert "eva" not in str([request.query for request in asked(server, "accounts")])


def test_who_has_done_nothing_is_unasked(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.add_not_passing(COURSE, "eva", "Eva").percent = 0
    pull_all(source)
    assert not [request for request in asked(server, "certificates") if "eva" in request.path]


def test_granted_certificate_counts_without_passing(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    enrolment = server.add_not_passing(COURSE, "eva", "Eva Lind")
    enrolment.certificate = Certificate("downloadable", WHEN, "0.6")
    (found,) = [one for one in completions_of(pull_all(source)) if one.learner.full_name == "Eva Lind"]
    assert found.grade is not None
    assert found.grade.percent == 60


def test_passing_without_certificate_is_told(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.add_passing_without_certificate(COURSE, "eva", "Eva Lind")
    (aside,) = set_aside(source)
    assert aside.reason == "no_certificate_for_user"
    assert aside.key == f"{COURSE}/user:{server.people['eva'].id}"
    assert "require_certificate" in aside.message


def test_certificate_can_be_waived(server: OpenEdxSandbox) -> None:
    server.add_passing_without_certificate(COURSE, "eva", "Eva Lind")
    server.add_unverified(COURSE, "ivar", "Ivar Lind")
    with connect(server, require_certificate=False) as source:
        names = {item.learner.full_name for item in completions_of(pull_all(source))}
    assert names == {*PEOPLE.values(), "Eva Lind", "Ivar Lind"}


def test_unverified_learner_is_set_aside(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.add_unverified(COURSE, "ivar", "Ivar Lind")
    assert [aside.reason for aside in set_aside(source)] == ["unverified"]


@pytest.mark.parametrize("status", ["unavailable", "notpassing"])
def test_revoked_later_keeps_its_key(server: OpenEdxSandbox, source: OpenEdxSource, status: str) -> None:
    key = f"{COURSE}/user:7"
    assert key in {item.key for item in completions_of(pull_all(source))}
    server.invalidate(COURSE, "deltagare+7", status)
    pages = pull_all(source)
    assert key not in {item.key for item in completions_of(pages)}
    assert [(item.key, item.reason) for page in pages for item in page.set_aside] == [(key, status)]


def test_retired_account_is_set_aside(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.retire("deltagare+8")
    (aside,) = set_aside(source)
    assert aside.reason == "retired"
    assert "deltagare" not in aside.model_dump_json()


def test_set_aside_names_no_person(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.add_unverified(COURSE, "ivar", "Ivar Lind")
    server.add_passing_without_certificate(COURSE, "eva", "Eva Lind")
    text = " ".join(aside.model_dump_json() for aside in set_aside(source))
    assert not [name for name in ("ivar", "eva", "Lind", "@") if name in text]


def test_broken_row_leaves_the_rest(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    row = {"username": "deltagare+7", "passed": True, "percent": 0.9, "news": [1]}
    override(server, COURSE + "/", Answer.of({"next": None, "results": [{"passed": True}, 7, row]}))
    override(server, "certificates", lambda request: OpenEdxSandbox.handle(server, request))
    pages = list(source.pull(None))
    keys = {item.key for item in completions_of(pages)}
    assert f"{COURSE}/user:7" in keys
    assert [item.reason for page in pages for item in page.set_aside] == ["malformed", "malformed"]


def test_learner_twice_counts_once(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.courses[COURSE].enrolments.append(server.courses[COURSE].enrolments[1])
    assert len(completions_of(pull_all(source))) == len(LOADED)


def test_one_failing_record_stops_nothing(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    override(server, "deltagare%2B8/", Answer(500, b"<h1>Server Error (500)</h1>", "text/html"))
    pages = pull_all(source)
    assert len(completions_of(pages)) == len(LOADED) - 1
    assert [item.reason for page in pages for item in page.set_aside] == ["server_error"]


def test_outage_keeps_earlier_pages(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    override(server, f"courses/{OLD_COURSE}", Answer(503, headers={"Retry-After": "0"}))
    pages: list[PulledPage] = []
    with pytest.raises(TemporaryError):
        pages.extend(source.pull(None))
    assert len(completions_of(pages)) == 3


def test_missing_hit_is_never_failure(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    override(server, "certificates", Answer(404))
    assert {aside.reason for aside in set_aside(source)} == {"not_found"}


def test_unknown_course_is_told(server: OpenEdxSandbox) -> None:
    with connect(server, courses=("course-v1:KTH+SAKNAS+1", COURSE)) as source:
        pages = pull_all(source)
    assert len(completions_of(pages)) == 3
    assert pages[0].set_aside[0].key == "course:course-v1:KTH+SAKNAS+1"


def test_one_denied_course_is_told(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    override(server, f"grades/v1/courses/{OLD_COURSE}", Answer.of({"developer_message": "no"}, 403))
    pages = pull_all(source)
    assert len(completions_of(pages)) == 3
    (aside,) = [item for page in pages for item in page.set_aside]
    assert "global staff" in aside.message


def test_nothing_readable_is_permission_error(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.staff = False
    with pytest.raises(PermissionDeniedError, match="global staff"):
        pull_all(source)


def test_empty_site_gives_nothing() -> None:
    with OpenEdxSandbox() as empty, connect(empty) as source:
        assert completions_of(pull_all(source)) == []


def test_throttled_site_is_pulled(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.throttled = 3
    assert len(completions_of(pull_all(source))) == len(LOADED)


def test_only_needed_fields_are_kept(source: OpenEdxSource) -> None:
    learners = [item.learner for item in completions_of(pull_all(source))]
    assert all(isinstance(learner, SourceLearner) for learner in learners)
    assert "1990" not in " ".join(learner.model_dump_json() for learner in learners)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": "lms.example.org"}, "url"),
        ({"url": "https://lms.example.org/?a=1"}, "url"),
        ({"courses": ["Batterier"]}, "courses"),
        ({"page_size": 101}, "page_size"),
        ({"workers": 0}, "workers"),
        ({"client_id": ""}, "client_id"),
        ({"orgs": []}, "give courses or orgs"),
        ({"org": "KTH"}, "org"),
        ({"ungraded": ["Skyddsrond"]}, "ungraded"),
        ({"recheck": 0}, "recheck"),
        ({"scopes": ["grades read"]}, "scopes"),
        ({"event_token": "kort"}, "event_token"),
        ({"bus_url": "http://:hemligt@redis"}, "bus_url"),
        ({"bus_topics": []}, "bus_topics"),
    ],
)
def test_wrong_setting_is_named(changed: dict[str, object], field: str) -> None:
    sound = {"url": "https://lms.example.org", "client_id": "a", "client_secret": "s3cret", "orgs": ["KTH"]}
    with pytest.raises(ValidationError) as caught:
        OpenEdxSettings(**{**sound, **changed})
    assert field in str(caught.value)
    assert "s3cret" not in str(caught.value.errors(include_input=False))


@pytest.mark.parametrize(
    ("changed", "key", "pulled"),
    [
        ({"orgs": ["KTH"]}, COURSE, True),
        ({"orgs": ["KTH"]}, OLD_COURSE, False),
        ({"orgs": ["Sunderby"]}, OLD_COURSE, True),
        ({"courses": [COURSE], "orgs": ["Sunderby"]}, OLD_COURSE, False),
        ({"courses": [COURSE]}, COURSE, True),
        ({"ungraded": [OLD_COURSE]}, OLD_COURSE, True),
    ],
)
def test_courses_of_the_source_are_told_by_key(changed: dict[str, object], key: str, pulled: bool) -> None:
    table = {"url": "https://lms.example.org", "client_id": "a", "client_secret": "b", **changed}
    assert OpenEdxSettings(**table).pulls(key) is pulled


def test_audit_track_is_told(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.add_passing_without_certificate(COURSE, "eva", "Eva Lind").mode = "audit"
    (aside,) = set_aside(source)
    assert aside.reason == "audit"
    assert "track" in aside.message


@pytest.mark.parametrize(
    "answer", [Answer(403, b"{}"), Answer.of({"field_errors": {"username": {}}}, 400), Answer(404)]
)
def test_enrolments_explain_and_decide_nothing(server: OpenEdxSandbox, source: OpenEdxSource, answer: Answer) -> None:
    server.add_passing_without_certificate(COURSE, "eva", "Eva Lind").mode = "audit"
    override(server, "enrollment", answer)
    assert [aside.reason for aside in set_aside(source)] == ["no_certificate_for_user"]


def test_personal_number_is_no_alias(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.rename("deltagare+7", "19121212-1212")
    aliases = [one.learner.aliases for one in completions_of(pull_all(source)) if one.learner.key == "7"]
    assert aliases == [{}, {}]
