"""Courses without grading: complete when the plugin completion-aggregator says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_openedx.records import Progress, read_record
from mimis_openedx.sandbox import OpenEdxSandbox
from mimis_openedx.source import OpenEdxSource

from mimis_core.testing import Answer

from .conftest import COURSE, Times, asked, connect, override
from .pulled import pull

SAFETY = "course-v1:KTH+SKYDD+1"
MOUNTS = ["completion-aggregator", "api/completion"]


@pytest.fixture
def server(server: OpenEdxSandbox) -> OpenEdxSandbox:
    server.add_course(SAFETY, "Skyddsrond")
    server.aggregator = "completion-aggregator"
    server.complete(SAFETY, "eva", "Eva Lind", 12, 12)
    server.complete(SAFETY, "ivar", "Ivar Lind", 11, 12)
    return server


@pytest.fixture
def source(server: OpenEdxSandbox, times: Times) -> Iterator[OpenEdxSource]:
    with connect(server, times, ungraded=[SAFETY], courses=[SAFETY], recheck=1) as source:
        yield source


@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize("flat", [True, False])
def test_hundred_percent_is_completion(
    server: OpenEdxSandbox, source: OpenEdxSource, times: Times, mount: str, flat: bool
) -> None:
    server.aggregator, server.flat = mount, flat
    (found,) = pull(source).completions
    assert (found.learner.full_name, found.module, found.completed_at) == ("Eva Lind", f"course:{SAFETY}", times.now)
    assert (found.grade.percent if found.grade else None) is None
    assert "100 %" in str(found.evidence)


@pytest.mark.parametrize("flat", [True, False])
def test_all_pages_are_read(server: OpenEdxSandbox, source: OpenEdxSource, flat: bool) -> None:
    server.flat = flat
    for number in range(230):
        server.complete(SAFETY, f"person{number}", "Namn Namnsson", 1, 1)
    assert len(pull(source).keys) == 231


def test_no_certificate_is_asked_for(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    pull(source)
    assert asked(server, "api/certificates") + asked(server, "api/grades") == []


def test_completion_keeps_the_day_it_was_first_seen(source: OpenEdxSource, times: Times) -> None:
    last = pull(source)
    for _ in range(3):
        times.next_day()
        last = pull(source, last)
        assert last.signals == []


def test_new_parts_take_nothing_back(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    first = pull(source)
    server.complete(SAFETY, "eva", "Eva Lind", 12, 15)
    second = pull(source, first)
    server.courses[SAFETY].progress.pop("eva")
    assert second.signals + pull(source, second).signals == []


def test_retired_learner_departs(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.complete(SAFETY, "ivar", "Ivar Lind", 12, 12)
    number = str(server.people["eva"].id)
    first = pull(source)
    server.retire("eva")
    server.courses[SAFETY].progress.pop("eva")
    second = pull(source, first)
    assert (second.departed, pull(source, second).departed) == ([], [number])


def test_only_named_courses_count_so(server: OpenEdxSandbox) -> None:
    server.complete(COURSE, "eva", "Eva Lind", 12, 12)
    with connect(server) as source:
        assert "Eva Lind" not in {one.learner.full_name for one in pull(source).completions}


def test_ungraded_course_comes_beside_the_others(server: OpenEdxSandbox) -> None:
    with connect(server, ungraded=[SAFETY], courses=[COURSE]) as source:
        assert {one.module for one in pull(source).completions} == {f"course:{COURSE}", f"course:{SAFETY}"}


def test_missing_plugin_is_told(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    server.aggregator = None
    page = [one for page in pull(source).pages for one in page.set_aside]
    assert [(one.key, one.reason) for one in page] == [(f"course:{SAFETY}", "not_found")]
    assert "completion-aggregator" in page[0].message


def test_check_tries_the_plugin(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    assert {finding.status for finding in source.check()} == {"ok"}
    server.aggregator = None
    assert "completion-aggregator" in str(list(source.check())[-1].mend)


def test_unreadable_row_is_set_aside(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    good = {"username": "eva", "completion": {"earned": 2, "possible": 2, "percent": 1.0}}
    rows = [{"username": "ivar"}, {"completion": {}}, 7, good]
    override(server, "completion-aggregator", Answer.of({"next": None, "results": rows}))
    found = pull(source)
    assert ([reason for _, reason in found.aside], len(found.keys)) == (["malformed"] * 3, 1)


def test_following_asks_the_plugin(server: OpenEdxSandbox, source: OpenEdxSource) -> None:
    (page,) = source.follow(f"{SAFETY} name:eva")
    assert asked(server, "completion-aggregator")[0].query["username"] == ["eva"]
    assert page.completions + page.withdrawn == ()


@given(
    st.one_of(st.none(), st.floats(), st.integers(), st.text()),
    st.one_of(st.none(), st.floats(), st.integers(), st.text()),
    st.one_of(st.none(), st.floats(), st.text()),
)
def test_any_numbers_are_survived(earned: object, possible: object, share: object) -> None:
    row = {"username": "eva", "completion": {"earned": earned, "possible": possible, "ratio": share}}
    assert read_record(Progress, row).is_complete in (True, False)


@pytest.mark.parametrize(
    ("completion", "complete"),
    [
        ({"earned": 3.0, "possible": 3.0, "ratio": 1.0}, True),
        ({"earned": 3.0, "possible": 3.0, "percent": 1.0}, True),
        ({"earned": 3.0, "possible": 3.0}, True),
        ({"earned": 2.0, "possible": 3.0}, False),
        ({"earned": 3.0, "possible": 3.0, "percent": 0.99}, False),
        ({"earned": 0.0, "possible": 0.0, "percent": 1.0}, False),
        ({"earned": 0.0, "possible": None, "percent": 0.0}, False),
    ],
)
def test_course_with_nothing_to_do_is_never_complete(completion: dict[str, object], complete: bool) -> None:
    assert read_record(Progress, {"username": "eva", "completion": completion}).is_complete is complete
