"""A person with protected identity: nothing goes out, nothing names her, whatever is asked.

Every public method of the services is called for her: a new one is walked too, or the test says what it needs to know.
Pages and commands are walked in test_protected_walk.py, calls to other systems in test_protected_calls.py.
"""

from __future__ import annotations

import dataclasses
import inspect
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mimis_core import Event, MimisError, NotFoundError, UserError, hookimpl
from mimis_core.model import Model
from mimis_core.services import Services, ShareOrder
from mimis_core.services.learners import PROTECTED_NAME
from mimis_core.store.every_table import METADATA
from mimis_core.store.tables import AuditRow, LearnerRow, MessageRow, ShareRow
from tests.school import HandCourier, HandSource, done, page, someone

HER = someone(
    "77", full_name="Zorka Skyddsson", given_name="Zorka", family_name="Skyddsson", email="zorka@hemlig.example",
    aliases={"username": "zorkask"},
)  # fmt: skip
SECRETS = ("Zorka", "Skyddsson", "zorka", "hemlig.example", "hand:77", "course:1/77")
TO_HERSELF = {
    "learner": "her own page, and the officer's by id",
    "credential": "her own page",
    "credentials_of": "her own page",
    "contacts_of": "her own page",
    "deliveries_of": "her own page",
    "mail_address": "her own page, to fill in where she wants her file sent",
    "shares_of": "her own page",
    "appeals_of": "her own page",
    "sealed": "what she takes on paper or as a file, handed over in person",
    "export_learner": "only with a reason, by the officer (tests/services/test_export_learner.py)",
}
"""Methods that may say who she is, and to whom. Nobody else's id leads to them."""
NOT_WALKED = {
    "close": "ends the walk",
    "protect_learner": "tested below",
    "erase_learner": "tests/services/test_erasure.py",
    "sync": "tested below",
    "hand_back": "waits for work in hand",
    "learner_known_as": "gives her to herself, by a launch that her platform has signed (tests of LTI)",
}


class Recorder:
    """What plugins are told of."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    @hookimpl
    def mimis_record(self, event: Event) -> None:
        """Keep it."""
        self.events.append(event)


@pytest.fixture
def before(school: Services) -> Services:
    """A school that has issued to her and to somebody else, shared, and queued a delivery; nobody is marked yet."""
    HandSource.pages = [page(done("course:1", HER), done("course:1", someone("2")))]
    school.sync()
    school.drain()
    partner = school.add_partner("Bygg AB", "556036-0793", "bygg.example").partner
    view = next(one for one in school.all_credentials() if one.learner_name == HER.full_name)
    for partner_id in (None, partner.id):
        order = ShareOrder(credential_ids=(view.id,), partner_id=partner_id, purpose="Ansökan", until=date(2027, 1, 31))
        school.create_share(view.learner_id, order)
    school.request_delivery(view.learner_id, view.id, "europass", "zorka@hemlig.example")
    return school


@pytest.fixture
def her_id(before: Services) -> str:
    return next(one.id for one, _ in before.learners() if one.full_name == HER.full_name)


@pytest.fixture
def marked(before: Services, her_id: str) -> Services:
    """The same school after the pull in which her source marks her."""
    HandCourier.parcels.clear()
    HandSource.pages = [page(done("course:1", HER.model_copy(update={"protected": True})))]
    before.sync()
    return before


@pytest.fixture
def known(marked: Services, her_id: str) -> dict[str, Any]:
    """What the methods of the services are called with, by the name of the argument."""
    with marked.database.transaction() as session:
        shares = list(session.scalars(select(ShareRow).where(ShareRow.learner_id == her_id)))
        award = next(iter(session.execute(METADATA.tables["award"].select())))._mapping
    credential = marked.credentials_of(her_id)[0]
    partner = marked.partners()[0]
    link, addressed = sorted(shares, key=lambda row: row.partner_id or "")
    return {
        "learner_id": her_id, "keep_id": her_id, "other_id": her_id, "subject": her_id,
        "credential_id": credential.id, "public_id": credential.public_id, "award_id": award["id"],
        "achievement_id": credential.achievement.id, "token": link.token, "share_id": addressed.id,
        "partner_id": partner.id, "client_id": partner.client_id, "client_secret": "x", "viewer": "Bygg AB",
        "email": HER.email, "to": HER.email, "source": "hand", "keys": ["course:1/77"], "key": "77",
        "courier": "europass", "search": "zorka", "order": _order(her_id), "content": b"{}",
        "by": "Rektor", "reason": "Prov", "text": "Prov", "handed_over_by": "Rektor", "name": "X AB",
        "registration": "559000-0005", "domain": "x.example", "state": None, "approve": True, "only": (),
        "within_days": 400, "format_name": "nej", "least": 10, "body": b"[]", "content_type": "application/json",
        "hints": ("77",), "messages": (), "limit": 50, "until": datetime(2027, 1, 1, tzinfo=UTC),
    }  # fmt: skip


def _order(her_id: str) -> ShareOrder:
    return ShareOrder(credential_ids=("x",), purpose="p", until=date(2027, 1, 31))


def methods() -> list[str]:
    found = [name for name in dir(Services) if not name.startswith("_")]
    return [name for name in found if inspect.isfunction(inspect.getattr_static(Services, name))]


def call(school: Services, name: str, known: dict[str, Any]) -> str:
    """What a method says for her, as text: its answer, or its error. An argument that nobody knows is made up."""
    function = getattr(school, name)
    needed = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    optional = [one for one in inspect.signature(function).parameters.values() if one.name in ("search", "reason")]
    arguments = {one.name: known.get(one.name, "nobody") for one in (*needed, *optional)}
    try:
        return told(function(**arguments))
    except (MimisError, TypeError, ValueError, AttributeError, OSError) as error:
        return str(error)


def told(value: Any) -> str:
    """Everything in an answer as text, also what a representation would shorten."""
    if isinstance(value, Model):
        return value.model_dump_json()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return " ".join(told(getattr(value, one.name)) for one in dataclasses.fields(value))
    if isinstance(value, dict):
        return " ".join(told(one) for pair in value.items() for one in pair)
    if isinstance(value, (list, tuple, set, frozenset, Iterator)):
        return " ".join(map(told, value))
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value)


def names_her(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("chosen", [lambda name: name not in TO_HERSELF and name not in NOT_WALKED])
def test_no_method_names_her(
    marked: Services, known: dict[str, Any], chosen: Callable[[str], bool], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    recorder = Recorder()
    marked.plugins.manager.register(recorder, "recorder")
    walked = {name: names_her(call(marked, name, known)) for name in methods() if chosen(name)}
    assert {name: found for name, found in walked.items() if found} == {}
    assert len(walked) > 80
    marked.drain()
    assert [parcel.to for parcel in HandCourier.parcels if parcel.to == HER.email] == []
    assert names_her(caplog.text) == []
    assert names_her(told([event.model_dump_json() for event in recorder.events])) == []


@pytest.mark.parametrize("name", [*TO_HERSELF, *NOT_WALKED])
def test_exceptions_are_methods(name: str) -> None:
    assert name in methods()


@pytest.mark.parametrize("name", sorted(TO_HERSELF))
def test_her_own_methods_take_her_id(name: str) -> None:
    assert "learner_id" in inspect.signature(getattr(Services, name)).parameters


# The mark comes


def test_mark_freezes_shares_at_once(before: Services, her_id: str) -> None:
    partner = before.partners()[0]
    assert before.shares_for(partner.id)[0]
    HandSource.pages = [page(done("course:1", HER.model_copy(update={"protected": True})))]
    before.sync()
    assert before.shares_for(partner.id) == ([], None)
    for share in before.shares_of(her_id):
        with pytest.raises(NotFoundError, match="no such share"):
            before.open_share(share.url.rpartition("/")[2], "Bygg AB")


def test_mark_stops_what_is_queued(marked: Services, her_id: str) -> None:
    marked.drain()
    assert [parcel for parcel in HandCourier.parcels if "hemlig" in parcel.to] == []
    assert {one.state for one in marked.deliveries_of(her_id)} == {"attention"}


def test_mark_is_told_by_id_alone(marked: Services, her_id: str) -> None:
    (aside,) = [one for one in marked.set_aside_records() if one["reason"] == "protected"]
    assert names_her(told(aside)) == []
    assert "ansvarig person" in aside["message"]
    with marked.database.transaction() as session:
        assert [row for row in session.scalars(select(MessageRow)) if row.state == "queued"] == []


def test_nobody_is_told_that_she_is_marked(marked: Services) -> None:
    marked.drain()
    assert [parcel.subject for parcel in HandCourier.parcels] == []


def test_she_is_in_no_list_or_search(marked: Services) -> None:
    assert [one.full_name for one in marked.learner_page().learners] == ["Åsa Öberg 2"]
    for searched in ("zorka", "skydd", "z"):
        assert marked.learner_page(searched).total == 0
    assert PROTECTED_NAME in {one.full_name for one, _ in marked.learners()}


@pytest.mark.parametrize(
    "act",
    [
        lambda school, her, view: school.create_share(her, _order(her)),
        lambda school, her, view: school.request_delivery(her, view.id, "europass", "x@y.example"),
        lambda school, her, view: school.invite_learner(her),
        lambda school, her, view: school.rendition(her, view.id, "x"),
    ],
)
def test_nothing_can_be_sent_or_shared(marked: Services, her_id: str, act: Callable[..., object]) -> None:
    with pytest.raises((UserError, NotFoundError)):
        act(marked, her_id, marked.credentials_of(her_id)[0])


def test_no_file_of_hers_is_exported(marked: Services) -> None:
    assert len(marked.sealed_files()) == 1


def test_place_in_a_list_does_not_tell_her_name(marked: Services) -> None:
    HandSource.pages = [page(*(done("course:9", someone(name, full_name=f"{name} {name}")) for name in ("Ab", "Öz")))]
    marked.sync()
    assert [one.full_name for one, _ in marked.learners()] == ["Ab Ab", PROTECTED_NAME, "Åsa Öberg 2", "Öz Öz"]


def test_public_page_and_files_name_nobody(marked: Services, her_id: str, tmp_path: Path) -> None:
    marked.publish(tmp_path / "out")
    texts = [file.read_bytes().decode("utf-8", "replace") for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert texts
    assert [found for found in map(names_her, texts) if found] == []


# The mark goes


def test_source_alone_does_not_take_the_mark_off(marked: Services, her_id: str) -> None:
    HandSource.pages = [page(done("course:1", HER))]
    marked.sync()
    assert marked.learner(her_id).protected


def test_person_takes_the_mark_off(marked: Services, her_id: str) -> None:
    marked.protect_learner(her_id, "Rektor", protected=False)
    assert [one.full_name for one in marked.learner_page("zorka").learners] == [HER.full_name]
    assert marked.shares_for(marked.partners()[0].id)[0]
    with marked.database.transaction() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "learner.unprotect"))
        assert [row.subject for row in rows] == [her_id]


def test_row_of_her_is_encrypted(marked: Services) -> None:
    with marked.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("select * from learner").all()
    assert names_her(told([tuple(row) for row in rows])) == []
    with marked.database.transaction() as session:
        assert HER.full_name in {row.full_name for row in session.scalars(select(LearnerRow))}
