"""The suites notice what they are for: an adapter with one fault fails the one test that is about it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import Field, SecretStr

from mimis_core import (
    AdapterSettings,
    Completion,
    Courier,
    Finding,
    Parcel,
    PermanentError,
    PulledPage,
    Receipt,
    SetAside,
    Source,
    SourceLearner,
    TemporaryError,
)
from mimis_core.testing import Answer, Request, Sandbox
from mimis_core.testing.conformance import (
    AdapterConformance,
    CourierConformance,
    OpenedConformance,
    SourceConformance,
    hostile,
    leaks,
)

pytestmark = pytest.mark.leaks_on_purpose  # adapters that leak are what must be noticed here

NAME, KEY = "Åsa Öberg", "a-secret-key"


class Still(Sandbox):
    """A system that nobody asks anything."""

    name = "still"

    def handle(self, request: Request) -> Answer:
        return Answer.of({})


class GoodSettings(AdapterSettings):
    key: SecretStr = Field(default=SecretStr(KEY), description="Key")


class BadSettings(AdapterSettings):
    token: str = KEY


class Pulled(Source[GoodSettings]):
    """A source that does everything right, for others to do one thing wrong."""

    kind = "pulled"
    Settings = GoodSettings
    count = 3

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        yield PulledPage(completions=tuple(map(self.completion, range(self.count))), cursor="c")

    def completion(self, number: int) -> Completion:
        learner = SourceLearner(source=self.name, key=str(number), full_name=NAME, email="asa@skolan.example")
        return Completion(
            source=self.name, key=f"k{number}", learner=learner, module="m", title="M",
            completed_at=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip


class OtherKeys(Pulled):
    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        OtherKeys.count += 1
        yield from super().pull(cursor)


class Doubled(Pulled):
    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        yield from (*super().pull(cursor), *super().pull(cursor))


class Talkative(Pulled):
    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        logging.getLogger("talkative").debug("pulled %s", NAME.upper())
        yield from super().pull(cursor)


class Renaming(Pulled):
    def completion(self, number: int) -> Completion:
        made = super().completion(number)
        return made.model_copy(
            update={"learner": made.learner.model_copy(update={"key": "1", "full_name": f"N{number}"})}
        )


class ByNumber(Pulled):
    def completion(self, number: int) -> Completion:
        made = super().completion(number)
        return made.model_copy(update={"learner": made.learner.model_copy(update={"key": "19121212-1212"})})


class TrustsCursor(Pulled):
    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        yield PulledPage(cursor="c") if cursor else next(super().pull(None))


class TakesBack(Pulled):
    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        self.count = 4 if cursor else 3
        yield from super().pull(cursor)


class TellsName(Pulled):
    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        aside = SetAside(source=self.name, key="x", reason="odd", message=f"{NAME} has no date.")
        yield next(super().pull(cursor)).model_copy(update={"set_aside": (aside,)})


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (OtherKeys, "test_same_pull_gives_same_keys"),
        (Doubled, "test_each_record_comes_once"),
        (Renaming, "test_learner_has_one_name_everywhere"),
        (ByNumber, "test_personal_number_identifies_nobody"),
        (TakesBack, "test_unchanged_source_gives_nothing_new"),
        (TellsName, "test_set_aside_names_no_person"),
    ],
)
def test_wrong_source_fails_its_test(kind: type[Pulled], test: str) -> None:
    check = getattr(SourceConformance(), test)
    check(Pulled("s", GoodSettings()))
    with pytest.raises(AssertionError):
        check(kind("s", GoodSettings()))


def test_believed_garbage_is_noticed() -> None:
    SourceConformance().test_unreadable_cursor_pulls_everything(Pulled("s", GoodSettings()), "garbage")
    with pytest.raises(AssertionError):
        SourceConformance().test_unreadable_cursor_pulls_everything(TrustsCursor("s", GoodSettings()), "garbage")


def test_missed_addition_is_noticed() -> None:
    late = Pulled("s", GoodSettings()).completion(7)
    with pytest.raises(AssertionError):
        SourceConformance().test_what_came_in_between_is_found(Pulled("s", GoodSettings()), Still(), late)


def test_logged_name_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    SourceConformance().test_logs_name_no_person(Pulled("s", GoodSettings()), Still(), caplog)
    with pytest.raises(AssertionError, match="holds a name"):
        SourceConformance().test_logs_name_no_person(Talkative("s", GoodSettings()), Still(), caplog)


def test_swallowed_fault_is_noticed() -> None:
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        SourceConformance().test_lasting_fault_is_temporary_error(Pulled("s", GoodSettings()), Still(), "500")


# Every kind ----------------------------------------------------------------------------------------------------


class Careless(Pulled):
    """Its settings have no description and its key is plain text; it shows it, and closes once only."""

    kind = "Care less"
    Settings = BadSettings
    proven = "yes"
    closed = False

    def __repr__(self) -> str:
        return f"Careless({KEY})"

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True

    def check(self) -> list[Finding]:
        return [Finding(subject="s", status="error", message="It does not work.")]


@pytest.mark.parametrize("test", [name for name in vars(AdapterConformance) if name.startswith("test_")])
def test_careless_type_fails_every_test(test: str) -> None:
    suite = AdapterConformance()
    suite.adapter_type = Pulled  # type: ignore[misc]  # a suite is subclassed; here both are tried in turn
    getattr(suite, test)()
    suite.adapter_type = Careless  # type: ignore[misc]
    with pytest.raises(AssertionError):
        getattr(suite, test)()


@pytest.mark.parametrize("test", [name for name in vars(OpenedConformance) if name.startswith("test_")])
def test_careless_adapter_fails_every_test(test: str) -> None:
    suite = OpenedConformance()
    suite.adapter_type = Pulled  # type: ignore[misc]
    getattr(suite, test)(Pulled("s", GoodSettings()))
    with pytest.raises((AssertionError, RuntimeError)):
        getattr(suite, test)(Careless("s", GoodSettings()))


# Couriers ------------------------------------------------------------------------------------------------------

PARCEL = Parcel(key="d1", to="asa@skolan.example")


class Kept(Still):
    """Keeps what a courier of these tests leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def received(self) -> list[tuple[str, bytes]]:
        return [(key, b"") for key in self.kept]


class Lossy(Courier[GoodSettings]):
    """Every first answer is lost after the work was done; with ``doubles`` it does the work anew."""

    kind = "lossy"
    Settings = GoodSettings
    code: str | None = None
    doubles = False

    def __init__(self, name: str, settings: GoodSettings, server: Kept | None = None) -> None:
        super().__init__(name, settings)
        self.server = server or Kept()

    def deliver(self, parcel: Parcel) -> Receipt:
        already = parcel.key in self.server.kept
        if not already or self.doubles:
            self.server.kept.append(parcel.key)
        if self.code:
            raise PermanentError("Nobody knows.", code=self.code)
        if not already:
            raise TemporaryError(f"No answer about {parcel.to}.", mend="Again.")
        return Receipt(courier=self.name, reference=parcel.key, already=already)


def deliver_with_fault(asks: bool, **changes: Any) -> None:
    suite, courier = CourierConformance(), Lossy("c", GoodSettings())
    suite.asks = asks  # type: ignore[misc]  # as a subclass says it
    vars(courier).update(changes)
    suite.test_fault_never_doubles_a_parcel(courier, courier.server, PARCEL, "drop")


def test_lost_answer_may_be_repeated_or_doubted() -> None:
    deliver_with_fault(True)
    deliver_with_fault(False, code="doubt")


@pytest.mark.parametrize("changes", [{"doubles": True}, {"code": "doubt"}])
def test_double_and_needless_doubt_are_noticed(changes: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        deliver_with_fault(True, **changes)


def test_address_in_error_is_noticed() -> None:
    courier = Lossy("c", GoodSettings())
    with pytest.raises(AssertionError, match="holds a name, an address"):
        CourierConformance().test_error_gives_nobody_away(courier, courier.server, PARCEL, "500")


# Helpers -------------------------------------------------------------------------------------------------------


def test_leaks_are_found_in_any_case() -> None:
    assert leaks("asa ÖBERG", ["Öberg", None, "", "Ek"]) == ["Öberg"]


def test_hostile_contents_are_the_same_each_time() -> None:
    assert list(hostile(b"abc" * 50)) == list(hostile(b"abc" * 50))
    assert len(list(hostile(b"x"))) > 100 > len(list(hostile()))
