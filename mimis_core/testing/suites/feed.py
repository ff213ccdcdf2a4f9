"""What every way into a recruitment system must do."""

# ruff: noqa: D102  # fixtures are named to be set up; a test's name is its text

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from mimis_core.errors import AuthenticationError, MimisError, TemporaryError
from mimis_core.kinds import TalentFeed
from mimis_core.model import FeedReceipt, Person, TalentEntry
from mimis_core.testing.faults import FAULTS
from mimis_core.testing.sandbox import Sandbox
from mimis_core.testing.suites.base import (
    FOREVER,
    OpenedConformance,
    check_error,
    check_locked_out,
    overheard,
    secrets_of,
)


def put_until_done(feed: TalentFeed[Any], entry: TalentEntry) -> FeedReceipt:
    """Write as mimis does: again after each TemporaryError, without the receipt that never came."""
    for _ in range(5):
        try:
            return feed.put(entry, None)
        except TemporaryError:
            continue
    raise AssertionError("one fault was not over after five attempts")


class TalentFeedConformance(OpenedConformance):
    """For a TalentFeed.

    Fixtures: ``server`` (its sandbox), ``feed``, ``person`` (known once), ``stranger`` (unknown), ``entry`` (for a
    candidate that the sandbox knows), ``locked_out`` (the feed with a wrong key).
    """

    adapter_type: ClassVar[type[TalentFeed[Any]]]

    @pytest.fixture
    def adapter(self, feed: TalentFeed[Any]) -> TalentFeed[Any]:
        return feed

    def test_known_person_is_found_once(self, feed: TalentFeed[Any], person: Person) -> None:
        (found,) = feed.find(person)
        assert found.id

    def test_address_in_other_case_is_found(self, feed: TalentFeed[Any], person: Person) -> None:
        assert feed.find(person.model_copy(update={"email": person.email.upper()})) == feed.find(person)

    def test_stranger_is_not_created(self, feed: TalentFeed[Any], server: Sandbox, stranger: Person) -> None:
        assert feed.find(stranger) == ()
        assert not [request for request in server.requests if request.method != "GET"]

    def test_put_twice_writes_once(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        first = feed.put(entry, None)
        assert feed.put(entry, first).external_id == first.external_id
        assert len(server.received()) == 1

    def test_receipt_leads_back(self, feed: TalentFeed[Any], entry: TalentEntry) -> None:
        receipt = feed.put(entry, None)
        assert (receipt.feed, receipt.key, receipt.candidate_id) == (feed.name, entry.key, entry.candidate.id)
        assert receipt.external_id

    def test_changed_entry_replaces_the_earlier(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry
    ) -> None:
        first = feed.put(entry, None)
        before = server.received()
        feed.put(entry.model_copy(update={"summary": "Två mikromeriter"}), first)
        assert len(server.received()) == 1
        assert server.received() != before

    def test_removed_twice_is_gone(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        receipt = feed.put(entry, None)
        feed.remove(receipt)
        feed.remove(receipt)
        assert server.received() == []

    @pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "types"])
    def test_fault_never_writes_twice(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry, fault: str
    ) -> None:
        server.fail(fault)
        put_until_done(feed, entry)
        assert len(server.received()) == 1

    @pytest.mark.parametrize("fault", ["500", "503", "429", "429-silent", "drop", "reset", "slow"])
    def test_one_fault_at_search_is_survived(
        self, feed: TalentFeed[Any], server: Sandbox, person: Person, fault: str
    ) -> None:
        server.fail(fault)
        assert len(feed.find(person)) == 1

    @pytest.mark.parametrize("fault", ["500", "html", "truncated", "empty", "types"])
    def test_lasting_fault_is_told(self, feed: TalentFeed[Any], server: Sandbox, person: Person, fault: str) -> None:
        server.fail(fault, times=FOREVER)
        with pytest.raises(MimisError) as caught:
            feed.find(person)
        check_error(caught.value, [person.email, person.full_name, *secrets_of(feed.settings)])

    def test_wrong_key_is_authentication_error(self, locked_out: TalentFeed[Any], person: Person) -> None:
        with pytest.raises(AuthenticationError) as caught:
            locked_out.find(person)
        assert caught.value.mend
        check_error(caught.value, [person.email, *secrets_of(locked_out.settings)])

    def test_check_names_mend_when_locked_out(self, locked_out: TalentFeed[Any]) -> None:
        check_locked_out(locked_out)

    def test_check_writes_nothing(self, feed: TalentFeed[Any], server: Sandbox) -> None:
        list(feed.check())
        assert server.received() == []

    def test_logs_name_no_person(
        self,
        feed: TalentFeed[Any],
        server: Sandbox,
        person: Person,
        entry: TalentEntry,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        server.fail("503")
        with overheard(caplog, [person.email, person.full_name, *secrets_of(feed.settings)]):
            feed.find(person)
            feed.remove(put_until_done(feed, entry))
