"""The suite of talent feeds notices what it is for: a feed with one fault fails the one test that is about it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import Field, SecretStr

from mimis_core import (
    AdapterSettings,
    AuthenticationError,
    Candidate,
    FeedReceipt,
    NotFoundError,
    Person,
    TalentEntry,
    TalentFeed,
)
from mimis_core.testing import Answer, Request, Sandbox
from mimis_core.testing.conformance import TalentFeedConformance
from mimis_core.testing.suites.feed_table import OPTIONAL, PROPERTIES, feed_table

PERSON = Person(email="anna@exempel.example")
ENTRY = TalentEntry(key="k", candidate=Candidate(id="1"), summary="En", url="https://skolan.example/s/1")


class Register(Sandbox):
    """A system that is no server: people by id, and notes by who and key."""

    name = "register"

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, str | None] = {}
        self.notes: dict[tuple[str, str], str] = {}
        self.add_candidate(PERSON.email, "Anna")

    def handle(self, request: Request) -> Answer:
        return Answer(404)

    def add_candidate(self, email: str, name: str) -> None:
        self.people[str(len(self.people) + 1)] = email

    def delete_candidate(self, candidate_id: str) -> None:
        self.anonymise_candidate(candidate_id)
        del self.people[candidate_id]

    def anonymise_candidate(self, candidate_id: str) -> None:
        self.people[candidate_id] = None
        self.notes = {place: text for place, text in self.notes.items() if place[0] != candidate_id}

    def received(self) -> list[tuple[str, bytes]]:
        return [("-".join(place), text.encode()) for place, text in self.notes.items()]


class KeySettings(AdapterSettings):
    key: SecretStr = Field(default=SecretStr("right"), description="Key")


class Careful(TalentFeed[KeySettings]):
    """A feed that does everything right, for others to do one thing wrong."""

    kind = "careful"
    Settings = KeySettings

    def __init__(self, server: Register, key: str = "right") -> None:
        super().__init__("careful", KeySettings(key=SecretStr(key)))
        self.server = server

    def find(self, person: Person) -> tuple[Candidate, ...]:
        same = [number for number, email in self.server.people.items() if email == person.email.casefold()]
        return tuple(Candidate(id=number) for number in same)

    def put(self, entry: TalentEntry, earlier: FeedReceipt | None) -> FeedReceipt:
        self.demand_key()
        self.demand(entry.candidate.id)
        self.server.notes[entry.candidate.id, self.name_of(entry)] = self.text(entry)
        return FeedReceipt(feed=self.name, key=entry.key, candidate_id=entry.candidate.id, external_id=entry.key)

    def remove(self, receipt: FeedReceipt) -> None:
        self.demand_key()
        self.server.notes.pop((receipt.candidate_id, receipt.key), None)

    def demand_key(self) -> None:
        if self.settings.key.get_secret_value() != "right":
            raise AuthenticationError("Wrong key.", mend="Make a new one.")

    def demand(self, number: str) -> None:
        if not self.server.people.get(number):
            raise NotFoundError("She is gone.", code="candidate")

    def name_of(self, entry: TalentEntry) -> str:
        return entry.key

    def text(self, entry: TalentEntry) -> str:
        return f"{entry.summary} {entry.details} {entry.url}"


class Guessing(Careful):
    def find(self, person: Person) -> tuple[Candidate, ...]:
        return super().find(person)[:1]


class Doubling(Careful):
    def name_of(self, entry: TalentEntry) -> str:
        return f"{entry.key}{len(self.server.notes)}"


class Versioned(Careful):
    """Leaves what it wrote before, and takes back only what the receipt names."""

    def name_of(self, entry: TalentEntry) -> str:
        return entry.key if entry.summary == ENTRY.summary else f"{entry.key}-{entry.summary}"


class Sweeping(Careful):
    def remove(self, receipt: FeedReceipt) -> None:
        self.server.notes.clear()


class Hopeful(Careful):
    def demand(self, number: str) -> None:
        """Believes that everybody is still there."""


class Vague(Careful):
    def demand(self, number: str) -> None:
        if not self.server.people.get(number):
            raise NotFoundError("Something is gone.")


class Naming(Careful):
    def demand(self, number: str) -> None:
        if number not in self.server.people:
            raise NotFoundError("She is gone.", code="candidate")


class Strict(Careful):
    def remove(self, receipt: FeedReceipt) -> None:
        self.demand(receipt.candidate_id)
        super().remove(receipt)


class Rosy(Careful):
    def text(self, entry: TalentEntry) -> str:
        return f"{entry.summary} {entry.url}"


class Pointless(Careful):
    def text(self, entry: TalentEntry) -> str:
        return f"{entry.summary} {entry.details}"


class Open(Careful):
    def demand_key(self) -> None:
        """Lets anybody."""


def check(kind: type[Careful], test: str) -> None:
    """Run one test of the suite against a feed, with what pytest would give it."""
    server = Register()
    given: dict[str, Any] = {
        "feed": kind(server),
        "server": server,
        "person": PERSON,
        "stranger": Person(email="nobody@exempel.example"),
        "entry": ENTRY,
        "locked_out": kind(server, "wrong"),
        "delete": lambda: server.delete_candidate("1"),
        "anonymise": lambda: server.anonymise_candidate("1"),
    }
    function = getattr(TalentFeedConformance(), test)
    names = function.__code__.co_varnames[1 : function.__code__.co_argcount]
    function(**{name: given[name] for name in names})


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (Guessing, "test_several_candidates_are_all_told"),
        (Pointless, "test_receipt_leads_back"),
        (Doubling, "test_put_twice_writes_once"),
        (Doubling, "test_forgotten_receipt_writes_once"),
        (Versioned, "test_changed_entry_replaces_the_earlier"),
        (Rosy, "test_revocation_reaches_the_system"),
        (Versioned, "test_older_receipt_takes_all_back"),
        (Sweeping, "test_one_of_two_is_taken_back"),
        (Hopeful, "test_nothing_is_written_for_a_deleted_candidate"),
        (Hopeful, "test_nothing_is_updated_for_a_deleted_candidate"),
        (Vague, "test_nothing_is_updated_for_a_deleted_candidate"),
        (Strict, "test_deleted_candidate_is_taken_back"),
        (Naming, "test_anonymised_candidate_is_not_named_again"),
        (Strict, "test_anonymised_candidate_is_taken_back"),
        (Open, "test_wrong_key_changes_nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_wrong_feed_fails_its_test(kind: type[Careful], test: str) -> None:
    check(Careful, test)
    with pytest.raises((AssertionError, NotFoundError, pytest.fail.Exception)):
        check(kind, test)


@pytest.mark.parametrize(
    ("lacks", "is_allowed"),
    [
        ({"several": "a folder knows nobody"}, True),
        ({"take back": "it is hard"}, False),
        ({"several": " "}, False),
        ({"sevral": "misspelt"}, False),
    ],
    ids=["reason", "not-optional", "no-reason", "unknown"],
)
def test_only_what_a_system_cannot_have_may_lack(lacks: dict[str, str], is_allowed: bool) -> None:
    suite = TalentFeedConformance()
    suite.lacks = lacks  # type: ignore[misc]  # as a subclass says it
    if is_allowed:
        suite.test_what_is_lacking_may_be_lacking()
        return
    with pytest.raises(AssertionError):
        suite.test_what_is_lacking_may_be_lacking()


def test_every_property_is_shown_by_a_test() -> None:
    marked = {getattr(test, "shows", None) for test in vars(TalentFeedConformance).values()}
    assert set(PROPERTIES) - marked == {"429", "5xx"}  # shown by the tests of faults
    assert set(OPTIONAL) < set(PROPERTIES)


# The table --------------------------------------------------------------------------------------------------------


def report(feed: str, shown: str, reason: str | None = None) -> SimpleNamespace:
    """A test's report as it comes back from a worker, where pairs have become lists."""
    longrepr = ("suite.py", 1, f"Skipped: {reason}") if reason else None
    return SimpleNamespace(user_properties=[["feed", feed], ["shows", shown]], longrepr=longrepr)


def lines(**stats: list[SimpleNamespace]) -> list[str]:
    other = SimpleNamespace(user_properties=[], longrepr=None)
    return feed_table(SimpleNamespace(stats={"passed": [other], **stats}))  # type: ignore[arg-type]  # all that it reads


def test_table_shows_the_worst_of_each_property() -> None:
    shown = [report("one", "find"), report("one", "write"), report("another", "find")]
    head, another, one, reason = lines(
        passed=shown, failed=[report("one", "write")], skipped=[report("another", "several", "knows nobody")]
    )
    assert head.split("  ")[-1] == PROPERTIES[-1]
    assert another.split() == ["another", "yes", "-"]
    assert one.split() == ["one", "yes", "FAILS"]
    assert reason == "another, several: knows nobody"


def test_error_of_a_fixture_is_no_success() -> None:
    assert "FAILS" in lines(error=[report("one", "find")])[1]


def test_run_without_a_feed_has_no_table() -> None:
    assert lines() == []
