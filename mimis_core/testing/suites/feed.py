"""What every way into a recruitment system must do."""

# ruff: noqa: D102  # fixtures are named to be set up; a test's name is its text

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest

from mimis_core.errors import AuthenticationError, MimisError, NotFoundError, TemporaryError
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
from mimis_core.testing.suites.feed_table import OPTIONAL, property_of, shows

BROKEN_ANSWERS = [fault for fault in FAULTS if fault != "types"]
"""All that can happen to one answer and be over at the next; values of other types stay as they are."""


def put_until_done(feed: TalentFeed[Any], entry: TalentEntry) -> FeedReceipt:
    """Write as mimis does: again after each TemporaryError, without the receipt that never came."""
    for _ in range(5):
        try:
            return feed.put(entry, None)
        except TemporaryError:
            continue
    raise AssertionError("one fault was not over after five attempts")


def held_once(server: Sandbox) -> str:
    """The one text of ours that the system holds."""
    held = server.received()
    assert len(held) == 1
    return held[0][1].decode()


def changed(entry: TalentEntry) -> TalentEntry:
    """The same share after its learner added something."""
    return entry.model_copy(update={"summary": "Två mikromeriter"})


class TalentFeedConformance(OpenedConformance):
    """For a TalentFeed.

    Fixtures: ``server`` (its sandbox), ``feed``, ``person`` (known once), ``stranger`` (unknown), ``entry`` (for the
    candidate that ``person`` is), ``locked_out`` (the feed with a wrong key).

    Attributes:
        row: what the table of :mod:`~mimis_core.testing.suites.feed_table` calls this run; the adapter's kind without.
        lacks: the properties that the system cannot have at all, each with the reason, such as ``{"several": "a folder
            has no register of candidates"}``. Their tests are skipped with it and the table prints it. What a feed can
            always keep cannot be named: see :data:`~mimis_core.testing.suites.feed_table.OPTIONAL`.
    """

    adapter_type: ClassVar[type[TalentFeed[Any]]]
    row: ClassVar[str | None] = None
    lacks: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(autouse=True)
    def shown(self, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
        """Note for the table what a test shows; skip one of a property that the system cannot have."""
        found = property_of(request)
        if found is not None:
            record_property("feed", self.row or self.adapter_type.kind)
            record_property("shows", found)
            if found in self.lacks:
                pytest.skip(self.lacks[found])

    @pytest.fixture
    def adapter(self, feed: TalentFeed[Any]) -> TalentFeed[Any]:
        return feed

    @pytest.fixture
    def delete(self, server: Sandbox, entry: TalentEntry) -> Callable[[], None]:
        """Lets the employer delete the candidate in its system."""
        return lambda: server.delete_candidate(entry.candidate.id)

    @pytest.fixture
    def anonymise(self, server: Sandbox, entry: TalentEntry) -> Callable[[], None]:
        """Lets the employer empty the candidate in its system, as its retention period wants it."""
        return lambda: server.anonymise_candidate(entry.candidate.id)

    def test_what_is_lacking_may_be_lacking(self) -> None:
        assert set(self.lacks) <= set(OPTIONAL)
        assert all(reason.strip() for reason in self.lacks.values())

    # Finding ---------------------------------------------------------------------------------------------------

    @shows("find")
    def test_known_person_is_found_once(self, feed: TalentFeed[Any], person: Person, entry: TalentEntry) -> None:
        (found,) = feed.find(person)
        assert found.id == entry.candidate.id

    @shows("find")
    def test_address_in_other_case_is_found(self, feed: TalentFeed[Any], person: Person) -> None:
        assert feed.find(person.model_copy(update={"email": person.email.upper()})) == feed.find(person)

    @shows("none")
    def test_stranger_is_not_created(self, feed: TalentFeed[Any], server: Sandbox, stranger: Person) -> None:
        assert feed.find(stranger) == ()
        assert server.received() == []
        assert feed.find(stranger) == ()

    @shows("several")
    def test_several_candidates_are_all_told(self, feed: TalentFeed[Any], server: Sandbox, person: Person) -> None:
        server.add_candidate(person.email, "Someone Else")
        found = feed.find(person)
        assert len({one.id for one in found}) == len(found) == 2

    # Writing ---------------------------------------------------------------------------------------------------

    @shows("write")
    def test_receipt_leads_back(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        receipt = feed.put(entry, None)
        assert (receipt.feed, receipt.key, receipt.candidate_id) == (feed.name, entry.key, entry.candidate.id)
        assert receipt.external_id
        assert entry.url in held_once(server)

    @shows("twice")
    def test_put_twice_writes_once(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        first = feed.put(entry, None)
        assert feed.put(entry, first).external_id == first.external_id
        assert len(server.received()) == 1

    @shows("twice")
    def test_forgotten_receipt_writes_once(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        first = feed.put(entry, None)
        assert feed.put(entry, None).external_id == first.external_id
        assert len(server.received()) == 1

    @shows("update")
    def test_changed_entry_replaces_the_earlier(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry
    ) -> None:
        first = feed.put(entry, None)
        before = server.received()
        feed.put(changed(entry), first)
        assert len(server.received()) == 1
        assert server.received() != before

    @shows("revoke")
    def test_revocation_reaches_the_system(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        first = feed.put(entry, None)
        assert "revoked" not in str(server.received())
        feed.put(entry.model_copy(update={"details": {"Cykelservice": "Exempelskolan (revoked)"}}), first)
        assert "(revoked)" in held_once(server)

    @shows("take back")
    def test_removed_twice_is_gone(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        receipt = feed.put(entry, None)
        feed.remove(receipt)
        feed.remove(receipt)
        assert server.received() == []

    @shows("take back")
    def test_older_receipt_takes_all_back(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        receipt = feed.put(entry, None)
        feed.put(changed(entry), receipt)
        feed.remove(receipt)
        assert server.received() == []

    @shows("take back")
    def test_one_of_two_is_taken_back(self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry) -> None:
        other = entry.model_copy(update={"key": f"{entry.key}-other", "url": f"{entry.url}-other"})
        receipt = feed.put(entry, None)
        feed.put(other, None)
        feed.remove(receipt)
        assert other.url in held_once(server)

    # A candidate who is no longer there ------------------------------------------------------------------------

    @shows("candidate gone")
    def test_deleted_candidate_is_not_found(
        self, feed: TalentFeed[Any], person: Person, delete: Callable[[], None]
    ) -> None:
        delete()
        assert feed.find(person) == ()

    @shows("candidate gone")
    def test_nothing_is_written_for_a_deleted_candidate(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry, delete: Callable[[], None]
    ) -> None:
        delete()
        with pytest.raises(NotFoundError) as caught:
            feed.put(entry, None)
        check_error(caught.value, secrets_of(feed.settings))
        assert server.received() == []

    @shows("candidate gone")
    def test_nothing_is_updated_for_a_deleted_candidate(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry, delete: Callable[[], None]
    ) -> None:
        receipt = feed.put(entry, None)
        delete()
        with pytest.raises(NotFoundError) as caught:
            feed.put(changed(entry), receipt)
        assert caught.value.code == "candidate"  # by which the desk knows that she is gone, and not the address wrong
        assert server.received() == []

    @shows("candidate gone")
    def test_deleted_candidate_is_taken_back(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry, delete: Callable[[], None]
    ) -> None:
        receipt = feed.put(entry, None)
        delete()
        feed.remove(receipt)
        assert server.received() == []

    @shows("anonymised")
    def test_anonymised_candidate_is_not_found(
        self, feed: TalentFeed[Any], person: Person, anonymise: Callable[[], None]
    ) -> None:
        anonymise()
        assert feed.find(person) == ()

    @shows("anonymised")
    def test_anonymised_candidate_is_not_named_again(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry, anonymise: Callable[[], None]
    ) -> None:
        receipt = feed.put(entry, None)
        anonymise()
        left = server.received()
        for earlier in (receipt, None):
            with pytest.raises(NotFoundError):
                feed.put(changed(entry), earlier)
        assert server.received() == left

    @shows("anonymised")
    def test_anonymised_candidate_is_taken_back(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry, anonymise: Callable[[], None]
    ) -> None:
        receipt = feed.put(entry, None)
        anonymise()
        feed.remove(receipt)
        assert server.received() == []

    # Faults ----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("fault", BROKEN_ANSWERS)
    def test_fault_never_writes_twice(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry, fault: str
    ) -> None:
        server.fail(fault)
        put_until_done(feed, entry)
        assert len(server.received()) == 1

    @pytest.mark.parametrize("fault", BROKEN_ANSWERS)
    def test_fault_at_any_call_never_writes_twice(
        self, feed: TalentFeed[Any], server: Sandbox, entry: TalentEntry, fault: str
    ) -> None:
        server.forget()
        feed.remove(feed.put(entry, None))
        places = sorted({server.place(request) for request in server.requests})
        assert places
        for place in places:
            server.fail(fault, path=re.escape(place))
            receipt = put_until_done(feed, entry)
            server.heal()
            assert len(server.received()) == 1
            feed.remove(receipt)
            assert server.received() == []

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

    # Keys and silence ------------------------------------------------------------------------------------------

    @shows("wrong key")
    def test_wrong_key_is_authentication_error(self, locked_out: TalentFeed[Any], person: Person) -> None:
        with pytest.raises(AuthenticationError) as caught:
            locked_out.find(person)
        assert caught.value.mend
        check_error(caught.value, [person.email, *secrets_of(locked_out.settings)])

    @shows("wrong key")
    def test_wrong_key_changes_nothing(
        self, feed: TalentFeed[Any], locked_out: TalentFeed[Any], server: Sandbox, entry: TalentEntry
    ) -> None:
        receipt = feed.put(entry, None)
        left = server.received()
        for refused in (lambda: locked_out.put(changed(entry), receipt), lambda: locked_out.remove(receipt)):
            with pytest.raises(AuthenticationError):
                refused()
        assert server.received() == left

    @shows("wrong key")
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
