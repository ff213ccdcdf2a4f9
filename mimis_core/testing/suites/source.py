"""What every source must do."""

# ruff: noqa: D102  # fixtures are named to be set up; a test's name is its text

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC
from typing import Any, ClassVar

import pytest

from mimis_core.errors import AuthenticationError, ConfigurationError, DataError, MimisError, TemporaryError, UserError
from mimis_core.kinds import Source
from mimis_core.model import Completion, PulledPage
from mimis_core.testing.sandbox import Sandbox
from mimis_core.testing.suites.base import (
    FOREVER,
    OpenedConformance,
    check_error,
    check_locked_out,
    in_threads,
    leaks,
    overheard,
    secrets_of,
)

PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:18|19|20)?\d{6}[-+]?(?:\d{4}|TF\d{2})(?!\d)")
GARBAGE = ("garbage", "", "\x00\ud7ff", '{"v":0}', "999999", "x" * 10_000)
"""Cursors that no version of any source wrote."""


def pull_all(source: Source[Any], cursor: str | None = None) -> list[PulledPage]:
    """All pages of one pull: a full one, or one from a cursor."""
    return list(source.pull(cursor))


def completions_of(pages: Iterable[PulledPage]) -> list[Completion]:
    """All completions of some pages."""
    return [completion for page in pages for completion in page.completions]


def keys_of(pages: Iterable[PulledPage]) -> list[str]:
    """The completions' keys, sorted: two pulls may give them in different order."""
    return sorted(one.key for one in completions_of(pages))


def cursor_of(pages: Iterable[PulledPage]) -> str | None:
    """What a later pull may start from: the last cursor of the pages."""
    return next((page.cursor for page in reversed(list(pages)) if page.cursor is not None), None)


def people_in(pages: Iterable[PulledPage]) -> list[str | None]:
    """Names and addresses that may stand in no log line and no error."""
    learners = [one.learner for one in completions_of(pages)]
    return [text for one in learners for text in (one.full_name, one.email)]


class SourceConformance(OpenedConformance):
    """For a Source.

    Fixtures: ``server`` (its sandbox, started and filled with some completions), ``source`` (connected to it),
    ``locked_out`` (the same with a wrong key), ``late`` (one more completion, which ``server.load([late])`` adds).

    ``refusal`` is the error of ``locked_out``; a source without keys, such as a folder, says ConfigurationError when it
    is pointed to what it may not read.
    """

    adapter_type: ClassVar[type[Source[Any]]]
    refusal: ClassVar[type[UserError]] = AuthenticationError

    @pytest.fixture
    def adapter(self, source: Source[Any]) -> Source[Any]:
        return source

    def test_same_pull_gives_same_keys(self, source: Source[Any]) -> None:
        first, second = keys_of(pull_all(source)), keys_of(pull_all(source))
        assert first
        assert first == second

    def test_two_pulls_at_once_give_the_same(self, source: Source[Any]) -> None:
        expected = keys_of(pull_all(source))
        assert in_threads(lambda _: keys_of(pull_all(source)), 4) == [expected] * 4

    def test_each_record_comes_once(self, source: Source[Any]) -> None:
        keys = keys_of(pull_all(source))
        assert len(keys) == len(set(keys))

    def test_times_are_aware(self, source: Source[Any]) -> None:
        assert all(item.completed_at.astimezone(UTC) for item in completions_of(pull_all(source)))

    def test_records_carry_configured_name(self, source: Source[Any]) -> None:
        pages = pull_all(source)
        assert {item.source for item in completions_of(pages)} == {source.name}
        assert {item.learner.source for item in completions_of(pages)} == {source.name}
        assert {item.source for page in pages for item in page.set_aside} <= {source.name}

    def test_learner_has_one_name_everywhere(self, source: Source[Any]) -> None:
        names: dict[str, set[str]] = {}
        for item in completions_of(pull_all(source)):
            names.setdefault(item.learner.key, set()).add(item.learner.full_name)
        assert [key for key, several in names.items() if len(several) > 1] == []

    def test_personal_number_identifies_nobody(self, source: Source[Any]) -> None:
        learners = [item.learner for item in completions_of(pull_all(source))]
        ids = [text for one in learners for text in (one.key, *one.aliases.values())]
        assert [text for text in ids if PERSONAL_NUMBER.fullmatch(text)] == []

    # Cursors ---------------------------------------------------------------------------------------------------

    def test_unchanged_source_gives_nothing_new(self, source: Source[Any]) -> None:
        first = pull_all(source)
        known = {item.key: item for item in completions_of(first)}
        again = pull_all(source, cursor_of(first))
        assert [item.key for item in completions_of(again) if item != known.get(item.key)] == []
        assert [item.key for page in again for item in (*page.withdrawn, *page.departed)] == []

    def test_what_came_in_between_is_found(self, source: Source[Any], server: Sandbox, late: Completion) -> None:
        cursor = cursor_of(pull_all(source))
        server.load([late])
        assert late.key in keys_of(pull_all(source, cursor))
        assert late.key in keys_of(pull_all(source))

    def test_cursor_serves_more_than_once(self, source: Source[Any], server: Sandbox, late: Completion) -> None:
        cursor = cursor_of(pull_all(source))
        pull_all(source, cursor)
        server.load([late])
        assert late.key in keys_of(pull_all(source, cursor))

    @pytest.mark.parametrize("cursor", GARBAGE, ids=repr)
    def test_unreadable_cursor_pulls_everything(self, source: Source[Any], cursor: str) -> None:
        assert keys_of(pull_all(source, cursor)) == keys_of(pull_all(source))

    # Faults ----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("fault", ["500", "503", "429", "429-silent", "drop", "reset", "slow"])
    def test_one_fault_is_survived(self, source: Source[Any], server: Sandbox, fault: str) -> None:
        expected = keys_of(pull_all(source))
        server.fail(fault)
        try:
            found = keys_of(pull_all(source))
        except TemporaryError:
            # Over the network it is repeated by itself; a file that is being written is read at the next sync.
            assert server.count() == 0
            server.heal()
            found = keys_of(pull_all(source))
        assert found == expected

    @pytest.mark.parametrize("fault", ["html", "truncated", "empty", "500", "429-silent", "reset"])
    def test_lasting_fault_is_temporary_error(self, source: Source[Any], server: Sandbox, fault: str) -> None:
        private = people_in(pull_all(source))
        server.fail(fault, times=FOREVER)
        with pytest.raises(TemporaryError) as caught:
            pull_all(source)
        assert caught.value.mend
        check_error(caught.value, [*private, *secrets_of(source.settings)])

    def test_fault_is_forgotten_once_mended(self, source: Source[Any], server: Sandbox) -> None:
        expected = keys_of(pull_all(source))
        server.fail("500", times=FOREVER)
        with pytest.raises(TemporaryError):
            pull_all(source)
        server.heal()
        assert keys_of(pull_all(source)) == expected

    def test_values_of_other_types_break_nothing(self, source: Source[Any], server: Sandbox) -> None:
        expected = pull_all(source)
        server.fail("types", times=FOREVER)
        try:
            found = pull_all(source)
        except MimisError as error:
            check_error(error, [*people_in(expected), *secrets_of(source.settings)])
        else:
            assert set(keys_of(found)) <= set(keys_of(expected))

    def test_wrong_key_is_refused_with_mend(self, locked_out: Source[Any], server: Sandbox) -> None:
        with pytest.raises(self.refusal) as caught:
            pull_all(locked_out)
        assert caught.value.mend
        check_error(caught.value, secrets_of(locked_out.settings))

    def test_check_names_mend_when_locked_out(self, locked_out: Source[Any]) -> None:
        check_locked_out(locked_out)

    @pytest.mark.parametrize("fault", ["html", "500", "types"])
    def test_check_never_raises(self, source: Source[Any], server: Sandbox, fault: str) -> None:
        server.fail(fault, times=FOREVER)
        assert all(finding.mend for finding in source.check() if finding.status == "error")

    # What is told ----------------------------------------------------------------------------------------------

    def test_logs_name_no_person(self, source: Source[Any], server: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
        private = [*people_in(pull_all(source)), *secrets_of(source.settings)]
        server.fail("503")
        with overheard(caplog, private):
            try:
                pull_all(source)
            except TemporaryError as error:
                check_error(error, private)

    def test_set_aside_names_no_person(self, source: Source[Any]) -> None:
        pages = pull_all(source)
        for item in (one for page in pages for one in (*page.set_aside, *page.withdrawn, *page.departed)):
            assert item.reason
            assert item.message
            assert not leaks(item.message, people_in(pages))

    @pytest.mark.parametrize("body", [b"", b"\x00\xff", b"<html></html>", b"[1, 2]", b'{"event":"unheard of"}'])
    def test_event_of_somebody_else_is_refused(self, source: Source[Any], body: bytes) -> None:
        with pytest.raises((DataError, ConfigurationError)) as caught:
            source.read_event(body, "application/json")
        check_error(caught.value, secrets_of(source.settings))
