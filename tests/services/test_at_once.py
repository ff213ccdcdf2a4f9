"""Two who decide the same at once, each on a connection of her own: one decision counts, and nobody sees a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from mimis_core import NotFoundError, UserError
from mimis_core.services import Right, Role, Services
from mimis_core.store.staff_tables import InvitationRow, RightRow, StaffRow
from tests.services.workers import colleague

ENTRY, ISSUER = "digitala-arbetsmiljoer", "other"
WAIT = 20
"""Seconds until a test that hangs fails."""
Pair = tuple[Services, Services]
Act = Callable[[Services], object]


@pytest.fixture
def pair(school: Services) -> Iterator[Pair]:
    """Two processes of one school, but for the process."""
    with colleague(school) as other:
        yield school, other


def meet(pair: Pair, name: str, postgres: str | None) -> None:
    """Let the next call of a method wait until the other one is in it too: both have then seen the same.

    SQLite lets one in at a time, so there nobody is waited for.
    """
    barrier = Barrier(2 if postgres else 1)
    for services in pair:
        _wait_once(services, name, barrier)


def _wait_once(services: Services, name: str, barrier: Barrier) -> None:
    call = getattr(services, name)

    def wait_then_call(*args: Any, **kwargs: Any) -> Any:
        delattr(services, name)
        barrier.wait(WAIT)
        return call(*args, **kwargs)

    setattr(services, name, wait_then_call)


def at_once(pair: Pair, *acts: Act) -> list[object]:
    """What two acts end with: what they give, or the error."""

    def end_of(act: Act, services: Services) -> object:
        try:
            return act(services)
        except (UserError, NotFoundError) as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(end_of, acts, pair))


# Rights ----------------------------------------------------------------------------------------------------------


def right_row(number: str, **changes: Any) -> RightRow:
    right = {
        "organisation": "school", "number": number, "owner": "school", "achievement_id": ENTRY, "issuer": ISSUER,
        "statement": "X", "granted_by": "Y", "at": datetime(2026, 9, 1, tzinfo=UTC),
    }  # fmt: skip
    return RightRow(**{**right, **changes})


def live_rights(school: Services) -> int:
    return sum(one.ended_at is None for one in school.rights())


def test_database_holds_one_live_right(school: Services) -> None:
    ended = {"ended_at": datetime(2026, 9, 2, tzinfo=UTC)}
    with school.database.transaction() as session:
        session.add_all([right_row("1", **ended), right_row("2", **ended), right_row("3")])
    with pytest.raises(IntegrityError), school.database.transaction() as session:
        session.add(right_row("4"))


def test_right_granted_twice_at_once_is_one(pair: Pair, postgres: str | None) -> None:
    meet(pair, "_keep_right", postgres)
    first, second = at_once(pair, *[lambda owner: owner.give_right(ENTRY, ISSUER, "Rektor Test")] * 2)
    assert isinstance(first, Right)
    assert first == second
    assert live_rights(pair[0]) == 1


def test_right_taken_twice_at_once_is_one(pair: Pair, postgres: str | None) -> None:
    right = Right(
        number="1" * 32, owner="owner", achievement_id=ENTRY, issuer="school", statement="X", granted_by="Y",
        at=datetime(2026, 9, 1, tzinfo=UTC),
    )  # fmt: skip
    meet(pair, "_keep_right", postgres)
    assert at_once(pair, *[lambda issuer: issuer.take_right(right)] * 2) == [0, 0]
    assert live_rights(pair[0]) == 1


# Staff -----------------------------------------------------------------------------------------------------------


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


def owner_of(school: Services, name: str) -> str:
    """Id of an owner who has signed in."""
    made = school.invite_staff(name, f"{name}@demo.example", (Role.OWNER,))
    school.redeem_invitation(token_of(made.url))
    return made.staff_id


def test_database_holds_one_working_here_with_an_address(school: Services) -> None:
    removed = school.invite_staff("Åsa", "asa@demo.example", (Role.READER,)).staff_id
    school.remove_staff(removed)
    school.invite_staff("Åsa", "asa@demo.example", (Role.READER,))
    with pytest.raises(IntegrityError), school.database.transaction() as session:
        session.get_one(StaffRow, removed).removed_at = None


def test_address_invited_twice_at_once_gets_one_link(pair: Pair, postgres: str | None) -> None:
    meet(pair, "_take_on", postgres)
    ends = at_once(pair, *[lambda one: one.invite_staff("Åsa", "asa@demo.example", (Role.READER,))] * 2)
    assert [end.code for end in ends if isinstance(end, UserError)] == ["known_address"]
    with pair[0].database.transaction() as session:
        assert (session.query(StaffRow).count(), session.query(InvitationRow).count()) == (1, 1)


def remove(staff_id: str) -> Act:
    return lambda services: services.remove_staff(staff_id)


def demote(staff_id: str) -> Act:
    return lambda services: services.change_roles(staff_id, (Role.READER,))


@pytest.mark.parametrize(
    "acts", [(remove, remove), (remove, demote), (demote, demote)], ids=["remove", "remove and demote", "demote"]
)
def test_owners_who_end_each_other_at_once_leave_one(pair: Pair, postgres: str | None, acts: tuple[Any, Any]) -> None:
    """PostgreSQL would end one of them with a deadlock if each locked a row before all owners' are."""
    ids = [owner_of(pair[0], name) for name in ("Åsa", "Bo")]
    meet(pair, "_keep_an_owner", postgres)
    ends = at_once(pair, *(act(staff_id) for act, staff_id in zip(acts, ids, strict=True)))
    assert [end.code for end in ends if isinstance(end, UserError)] == ["last_owner"]
    assert sum(Role.OWNER in one.roles for one in pair[0].staff()) == 1


def test_link_used_while_she_is_removed_is_no_deadlock(pair: Pair, postgres: str | None) -> None:
    made = pair[0].invite_staff("Åsa", "asa@demo.example", (Role.READER,))
    meet(pair, "_working", postgres)
    at_once(
        pair,
        lambda services: services.redeem_invitation(token_of(made.url)),
        lambda services: services.remove_staff(made.staff_id),
    )
    assert pair[0].staff() == []


def test_passkey_used_while_she_is_removed_is_no_deadlock(pair: Pair, postgres: str | None) -> None:
    made = pair[0].invite_staff("Åsa", "asa@demo.example", (Role.READER,))
    pair[0].add_passkey(pair[0].redeem_invitation(token_of(made.url)), "key", b"public", 0)
    meet(pair, "_working", postgres)
    at_once(
        pair,
        lambda services: services.sign_in_passkey("key", 1),
        lambda services: services.remove_staff(made.staff_id),
    )
    with suppress(NotFoundError):
        pair[0].passkey("key")
    assert pair[0].staff() == []
