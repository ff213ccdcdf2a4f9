"""Ready tests for adapters: subclass a suite, give its fixtures, and receive the tests.

Each suite names its fixtures in its docstring. What a user met once as a failure becomes a test here.
"""

from __future__ import annotations

import logging
from datetime import UTC
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from mimis_core.errors import AuthenticationError, MimisError, PermanentError, TemporaryError
from mimis_core.kinds import Adapter, Courier, Source, TalentFeed
from mimis_core.model import Completion, Parcel, Person, PulledPage, TalentEntry
from mimis_core.testing.sandbox import Sandbox

SECRET_WORDS = ("token", "secret", "password", "key")


def pull_all(source: Source[Any]) -> list[PulledPage]:
    """All pages of one full pull."""
    return list(source.pull(None))


def completions_of(pages: list[PulledPage]) -> list[Completion]:
    """All completions of some pages."""
    return [completion for page in pages for completion in page.completions]


class AdapterConformance:
    """What holds for every kind. ``adapter_type``: the class under test."""

    adapter_type: ClassVar[type[Adapter[Any]]]

    def test_every_setting_is_described(self) -> None:
        for name, field in self.adapter_type.Settings.model_fields.items():
            assert field.description, f"{name} has no description"

    def test_secrets_are_secret_strings(self) -> None:
        for name, field in self.adapter_type.Settings.model_fields.items():
            if any(word in name.split("_") for word in SECRET_WORDS):
                assert SecretStr.__name__ in str(field.annotation), f"{name} must be a SecretStr"


class SourceConformance(AdapterConformance):
    """For a Source. Fixtures: ``server`` (its sandbox, started and filled with some completions), ``source`` (connected
    to it), ``locked_out`` (the same with a wrong key)."""

    adapter_type: ClassVar[type[Source[Any]]]

    def test_same_pull_gives_same_keys(self, source: Source[Any]) -> None:
        first, second = (sorted(item.key for item in completions_of(pull_all(source))) for _ in range(2))
        assert first
        assert first == second

    def test_each_record_comes_once(self, source: Source[Any]) -> None:
        keys = [item.key for item in completions_of(pull_all(source))]
        assert len(keys) == len(set(keys))

    def test_times_are_aware(self, source: Source[Any]) -> None:
        assert all(item.completed_at.astimezone(UTC) for item in completions_of(pull_all(source)))

    def test_records_carry_configured_name(self, source: Source[Any]) -> None:
        assert {item.source for item in completions_of(pull_all(source))} == {source.name}

    def test_wrong_key_is_authentication_error(self, locked_out: Source[Any], server: Sandbox) -> None:
        with pytest.raises(AuthenticationError) as caught:
            pull_all(locked_out)
        assert caught.value.mend

    @pytest.mark.parametrize("fault", ["500", "503", "429", "drop"])
    def test_one_fault_is_survived(self, source: Source[Any], server: Sandbox, fault: str) -> None:
        expected = sorted(item.key for item in completions_of(pull_all(source)))
        server.fail(fault)
        assert sorted(item.key for item in completions_of(pull_all(source))) == expected

    @pytest.mark.parametrize("fault", ["html", "truncated", "500"])
    def test_lasting_fault_is_temporary_error(self, source: Source[Any], server: Sandbox, fault: str) -> None:
        server.fail(fault, times=200)
        with pytest.raises(TemporaryError) as caught:
            pull_all(source)
        assert "<html>" not in str(caught.value)

    def test_logs_name_no_person(self, source: Source[Any], caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            people = {item.learner.full_name for item in completions_of(pull_all(source))}
        assert not [name for name in people if name in caplog.text]

    def test_check_is_good_on_sound_server(self, source: Source[Any]) -> None:
        assert "error" not in {finding.status for finding in source.check()}

    def test_check_names_mend_when_locked_out(self, locked_out: Source[Any]) -> None:
        wrong = [finding for finding in locked_out.check() if finding.status == "error"]
        assert wrong
        assert all(finding.mend for finding in wrong)


class CourierConformance(AdapterConformance):
    """For a Courier. Fixtures: ``server``, ``courier``, ``parcel`` (one that is accepted)."""

    adapter_type: ClassVar[type[Courier[Any]]]

    def test_delivered_twice_is_one_delivery(self, courier: Courier[Any], server: Sandbox, parcel: Parcel) -> None:
        first, second = courier.deliver(parcel), courier.deliver(parcel)
        assert (first.already, second.already) == (False, True)
        assert first.reference == second.reference
        assert len(server.received()) == 1

    def test_lost_answer_is_found_again(self, courier: Courier[Any], server: Sandbox, parcel: Parcel) -> None:
        server.fail("drop")
        try:
            courier.deliver(parcel)
        except TemporaryError:
            courier.deliver(parcel)
        assert len(server.received()) == 1

    def test_error_text_holds_no_address(self, courier: Courier[Any], server: Sandbox, parcel: Parcel) -> None:
        server.fail("500", times=50)
        with pytest.raises((TemporaryError, PermanentError)) as caught:
            courier.deliver(parcel)
        assert parcel.to not in str(caught.value)


class TalentFeedConformance(AdapterConformance):
    """For a TalentFeed. Fixtures: ``server``, ``feed``, ``person`` (known once), ``stranger`` (unknown), ``entry``."""

    adapter_type: ClassVar[type[TalentFeed[Any]]]

    def test_known_person_is_found_once(self, feed: TalentFeed[Any], person: Person) -> None:
        assert len(feed.find(person)) == 1

    def test_stranger_is_not_created(self, feed: TalentFeed[Any], server: Sandbox, stranger: Person) -> None:
        assert feed.find(stranger) == ()
        assert not [request for request in server.requests if request.method != "GET"]

    def test_put_twice_writes_once(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        first = feed.put(entry, None)
        assert feed.put(entry, first).external_id == first.external_id
        assert len(server.received()) == 1

    def test_removed_twice_is_gone(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        receipt = feed.put(entry, None)
        feed.remove(receipt)
        feed.remove(receipt)
        assert server.received() == []

    def test_lasting_fault_is_told(self, feed: TalentFeed[Any], server: Sandbox, person: Person) -> None:
        server.fail("500", times=50)
        with pytest.raises(MimisError):
            feed.find(person)
