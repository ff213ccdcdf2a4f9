"""Erasure: what goes, what stays and why, who is told, and that a sync does not bring her back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mimis_core import CredentialStatus, NotFoundError, TemporaryError, UserError
from mimis_core.model import Departure
from mimis_core.services import CredentialView, Services, ShareOrder
from mimis_core.services.learner_tables import ABOUT_ERASED, learner_models, table_of
from mimis_core.store.record_tables import ErasureRow
from mimis_core.store.tables import LearnerRow, OutboxRow
from tests.school import HandCourier, HandSource, done, page, someone

BY, WHY = "Rektor Ek", "Hon har bett om det."
PERSONAL = ("Åsa", "Öberg", "asa1@demo.example", "Ansökan som Åsa")
STAYS = {"learner", "award", "credential", "share", "erasure", "tombstone"}
"""Tables that may name the id of an erased learner."""


def organised(school: Services, **changes: Any) -> None:
    """The school with another organisation or privacy table."""
    organisation = {key: value for key, value in changes.items() if key == "public_body"}
    privacy = {key: value for key, value in changes.items() if key != "public_body"}
    school.settings = school.settings.model_copy(
        update={
            "organisation": school.settings.organisation.model_copy(update=organisation),
            "privacy": school.settings.privacy.model_copy(update=privacy),
        }
    )


@pytest.fixture
def shared(yearly: Services, issued: CredentialView) -> CredentialView:
    """Her credential, sent to a wallet and shared with an employer and by a link, which was looked at."""
    partner = yearly.add_partner("Region Test", "232100-0016", "region.example").partner
    yearly.request_delivery(issued.learner_id, issued.id, "europass", "asa1@demo.example")
    yearly.drain()
    until = yearly.clock().date() + timedelta(days=30)
    for partner_id in (partner.id, None):
        order = ShareOrder(credential_ids=(issued.id,), purpose=PERSONAL[3], until=until, partner_id=partner_id)
        share = yearly.create_share(issued.learner_id, order)
    yearly.open_share(share.url.rpartition("/")[2], "link")
    yearly.make_slip(issued.learner_id, BY)
    yearly.appeal(issued.learner_id, "Åsa Öberg undrar.", credential_id=issued.id)
    return issued


def stored_texts(school: Services) -> str:
    """All that is stored, read with the key."""
    with school.database.transaction() as session:
        return "\n".join(
            str(value)
            for model in learner_models()
            for row in session.scalars(select(model))
            for value in ({c.key: getattr(row, c.key) for c in table_of(model).columns}).values()
        ) + "\n".join(str((row.full_name, row.email)) for row in session.scalars(select(LearnerRow)))


def tables_naming(school: Services, learner_id: str) -> set[str]:
    with school.database.transaction() as session:
        tables = [table_of(model) for model in learner_models()] + [table_of(model) for model in ABOUT_ERASED]
        return {
            table.name for table in tables if session.execute(select(table).filter_by(learner_id=learner_id)).first()
        }


def test_nothing_of_the_person_is_left(yearly: Services, shared: CredentialView) -> None:
    assert all(word in stored_texts(yearly) for word in PERSONAL)
    report = yearly.erase_learner(shared.learner_id, BY, WHY)
    assert (report.scope, report.already) == ("all", False)
    assert not [word for word in PERSONAL if word in stored_texts(yearly)]
    assert tables_naming(yearly, shared.learner_id) <= STAYS
    assert yearly.verify_audit().whole


def test_every_recipient_is_told_or_named_as_out_of_reach(yearly: Services, shared: CredentialView) -> None:
    tokens = [view.url.rpartition("/")[2] for view in yearly.shares_of(shared.learner_id)]
    report = yearly.erase_learner(shared.learner_id, BY, WHY)
    assert (report.told, report.links, report.out_of_reach) == (("Region Test",), 1, {"europass": 1})
    (partner,) = yearly.partners()
    assert yearly.shares_for(partner.id) == ([], None)
    for token in tokens:
        with pytest.raises(NotFoundError):
            yearly.open_share(token, "link")


def test_status_goes_on_being_answered(yearly: Services, shared: CredentialView) -> None:
    yearly.erase_learner(shared.learner_id, BY, WHY)
    assert yearly.public_credential(shared.public_id).status.status is CredentialStatus.ACTIVE
    assert yearly.sealed_files() == []
    yearly.revoke_credential(shared.id, "Fel", BY)
    assert yearly.public_credential(shared.public_id).status.status is CredentialStatus.REVOKED


def test_sync_does_not_bring_her_back(yearly: Services, shared: CredentialView) -> None:
    yearly.erase_learner(shared.learner_id, BY, WHY)
    report = yearly.sync(full=True)
    assert (report.pulled, report.set_aside, report.adds_up) == (1, 1, True)
    assert "readmit" in report.notes[0]
    assert [one.full_name for one, _ in yearly.learners() if one.id != shared.learner_id] == []


def test_school_that_enrols_her_anew_gets_a_new_learner(yearly: Services, shared: CredentialView) -> None:
    yearly.erase_learner(shared.learner_id, BY, WHY)
    assert yearly.readmit_learner("hand", "1", BY) == shared.learner_id
    yearly.sync(full=True)
    new = [one for one, _ in yearly.learners() if one.id != shared.learner_id]
    assert [one.full_name for one in new] == ["Åsa Öberg 1"]
    with pytest.raises(NotFoundError):
        yearly.readmit_learner("hand", "1", BY)


def test_another_learner_of_the_source_is_taken_in_as_before(yearly: Services, shared: CredentialView) -> None:
    yearly.erase_learner(shared.learner_id, BY, WHY)
    HandSource.pages = [page(done("course:1"), done("course:1", someone("2")))]
    assert yearly.sync(full=True).awards == 1


def test_erasing_again_changes_nothing(yearly: Services, shared: CredentialView) -> None:
    yearly.erase_learner(shared.learner_id, BY, WHY)
    before = len(yearly.audit_of(shared.learner_id))
    assert yearly.erase_learner(shared.learner_id, BY, WHY).already
    assert len(yearly.audit_of(shared.learner_id)) == before


def test_dry_run_tells_the_same_and_changes_nothing(yearly: Services, shared: CredentialView) -> None:
    told = yearly.erase_learner(shared.learner_id, BY, WHY, dry_run=True)
    assert all(word in stored_texts(yearly) for word in PERSONAL)
    assert yearly.erase_learner(shared.learner_id, BY, WHY) == told


def test_public_school_keeps_its_record_without_a_decision(yearly: Services, shared: CredentialView) -> None:
    organised(yearly, public_body=True)
    report = yearly.erase_learner(shared.learner_id, BY, WHY)
    assert report.scope == "contacts"
    assert any("gallringsbeslut" in one for one in report.kept)
    assert yearly.learner(shared.learner_id).full_name == "Åsa Öberg 1"
    assert len(yearly.sealed_files()) == 1
    gone = stored_texts(yearly)
    assert not [word for word in PERSONAL[3:] if word in gone]
    assert yearly.learner(shared.learner_id).email is None


def test_next_sync_does_not_bring_her_address_back(yearly: Services, shared: CredentialView) -> None:
    organised(yearly, public_body=True)
    yearly.erase_learner(shared.learner_id, BY, WHY)
    yearly.sync(full=True)
    assert yearly.learner(shared.learner_id).email is None


def test_public_school_erases_by_its_decision(yearly: Services, shared: CredentialView) -> None:
    organised(yearly, public_body=True)
    yearly.erase_learner(shared.learner_id, BY, WHY)
    organised(yearly, retention="Gallringsbeslut 2026-14, 2026-03-02")
    report = yearly.erase_learner(shared.learner_id, BY, WHY)
    assert (report.scope, report.already) == ("all", False)
    assert not [word for word in PERSONAL if word in stored_texts(yearly)]
    with yearly.database.transaction() as session:
        assert session.scalars(select(ErasureRow.decision)).one() == "Gallringsbeslut 2026-14, 2026-03-02"


def test_queued_work_is_called_off(yearly: Services, issued: CredentialView) -> None:
    yearly.request_delivery(issued.learner_id, issued.id, "europass", "asa1@demo.example")
    HandSource.pages = [page(done("course:2"), done("course:3"))]
    yearly.sync()
    award = next(row["id"] for row in yearly.awards() if row["state"] == "proposed")
    yearly.decide_award(award, approve=True, by=BY)
    yearly.erase_learner(issued.learner_id, BY, WHY)
    HandCourier.parcels.clear()
    work = yearly.drain()
    assert (work.credentials, work.deliveries, work.attention, HandCourier.parcels) == (0, 0, 0, [])


def test_what_is_in_a_workers_hand_is_waited_for(yearly: Services, issued: CredentialView) -> None:
    yearly.request_delivery(issued.learner_id, issued.id, "europass", "asa1@demo.example")
    with yearly.database.transaction() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.kind == "deliver")).one()
        row.state, row.lease_until = "doing", yearly.clock() + timedelta(minutes=5)
    with pytest.raises(TemporaryError, match="under way"):
        yearly.erase_learner(issued.learner_id, BY, WHY)
    assert yearly.learner(issued.learner_id).full_name == "Åsa Öberg 1"


def test_interrupted_erasure_is_none(yearly: Services, shared: CredentialView, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*details: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(yearly, "_keep_erasure", die)
    with pytest.raises(KeyboardInterrupt):
        yearly.erase_learner(shared.learner_id, BY, WHY)
    assert all(word in stored_texts(yearly) for word in PERSONAL)
    monkeypatch.undo()
    assert not yearly.erase_learner(shared.learner_id, BY, WHY).already


def test_departure_leads_to_an_erasure(yearly: Services, shared: CredentialView) -> None:
    gone = Departure(source="hand", key="1", reason="erased", message="The platform erased the account.")
    HandSource.pages = [page(departed=(gone,))]
    yearly.sync()
    (review,) = yearly.reviews()
    assert "mimis learners erase" in review["message"]
    yearly.accept_review(review["id"], BY)
    yearly.erase_learner(review["learner"], BY, WHY)
    assert yearly.reviews(None) == []


def test_merged_learner_leaves_nothing_in_the_merge(yearly: Services, shared: CredentialView) -> None:
    HandSource.pages = [page(done("course:9", someone("2", full_name="Åsa Öberg Ek")))]
    yearly.sync()
    other = next(one.id for one, _ in yearly.learners() if one.id != shared.learner_id)
    merge = yearly.merge_learners(shared.learner_id, other, BY)
    yearly.erase_learner(shared.learner_id, BY, WHY)
    with pytest.raises(UserError, match="erased"):
        yearly.unmerge_learners(merge, BY)


def test_erasure_needs_a_reason(yearly: Services, issued: CredentialView) -> None:
    with pytest.raises(UserError, match="reason"):
        yearly.erase_learner(issued.learner_id, BY, "  ")


@pytest.mark.parametrize(("public", "issued"), [(True, 1), (False, 0)])
def test_what_was_decided_is_issued_where_the_record_stays(yearly: Services, public: bool, issued: int) -> None:
    HandSource.pages = [page(done("course:1", someone("1")))]
    yearly.sync()
    (learner,) = [one.id for one, _ in yearly.learners()]
    organised(yearly, public_body=public)
    yearly.erase_learner(learner, BY, WHY)
    assert yearly.drain().credentials == issued


def test_mark_of_an_erased_learner_is_not_taken_off(yearly: Services, issued: CredentialView) -> None:
    yearly.erase_learner(issued.learner_id, BY, WHY)
    with pytest.raises(UserError, match="erased"):
        yearly.protect_learner(issued.learner_id, BY, protected=False)
    assert yearly.learner(issued.learner_id).protected


def test_erased_learner_is_not_listed_as_protected(yearly: Services, issued: CredentialView) -> None:
    yearly.erase_learner(issued.learner_id, BY, WHY)
    assert [one.full_name for one, _ in yearly.learners()] == ["Raderad deltagare"]
