"""Traces: an employer tells what it did with a share, also after it has ended, and its learner sees that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mimis_core import NotFoundError, UserError
from mimis_core.services import CredentialView, Mark, NewPartner, Services, ShareOrder, ShareView, Trace
from tests.school import NOW, Clock


@pytest.fixture
def partner(yearly: Services) -> NewPartner:
    return yearly.add_partner("Bygg AB", "556036-0793", "bygg.example")


@pytest.fixture
def share(yearly: Services, issued: CredentialView, partner: NewPartner) -> ShareView:
    until = NOW.date() + timedelta(days=14)
    order = ShareOrder(
        credential_ids=(issued.id,), partner_id=partner.partner.id, purpose="Ett jobb", until=until, anonymous=False
    )
    return yearly.create_share(issued.learner_id, order)


def trace(**changes: Any) -> Trace:
    return Trace.model_validate({"system": "Teamtailor", "state": "written", "at": NOW, **changes})


def seen(school: Services, learner_id: str) -> list[tuple[str, str, str]]:
    """What the learner sees of her one share."""
    (share,) = school.shares_of(learner_id)
    return [(one.viewer, one.system, one.state) for one in share.traces]


def test_learner_sees_what_was_written_and_removed(
    yearly: Services, issued: CredentialView, share: ShareView, partner: NewPartner, clock: Clock
) -> None:
    yearly.add_trace_as(partner.partner.id, share.id, trace())
    clock.forward(days=1)
    yearly.withdraw_share(issued.learner_id, share.id)
    yearly.add_trace_as(partner.partner.id, share.id, trace(state="removed", at=clock()))
    yearly.add_trace(share.url.rpartition("/")[2], trace(system="Odoo", state="not_removed", at=clock()))
    assert seen(yearly, issued.learner_id) == [
        ("Bygg AB", "Teamtailor", "written"),
        ("link-system", "Odoo", "not_removed"),
        ("Bygg AB", "Teamtailor", "removed"),
    ]


def test_same_trace_again_changes_nothing(
    yearly: Services, issued: CredentialView, share: ShareView, partner: NewPartner
) -> None:
    for mark in (None, None, Mark(key="k", body=b"1"), Mark(key="k", body=b"1")):
        yearly.add_trace_as(partner.partner.id, share.id, trace(), mark)
    assert seen(yearly, issued.learner_id) == [("Bygg AB", "Teamtailor", "written")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"at": NOW + timedelta(minutes=6)}, "at"),
        ({"at": NOW - timedelta(minutes=6)}, "at"),
        ({"system": " "}, "system"),
        ({"system": "x" * 101}, "system"),
        ({"system": "a\0b"}, "system"),
        ({"system": "a\u202eb"}, "system"),
    ],
    ids=str,
)
def test_odd_trace_is_refused(
    yearly: Services, share: ShareView, partner: NewPartner, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(UserError) as refused:
        yearly.add_trace_as(partner.partner.id, share.id, trace(**changes))
    assert refused.value.code == code


def test_traces_of_one_share_are_bounded(yearly: Services, share: ShareView, partner: NewPartner) -> None:
    for number in range(200):
        yearly.add_trace_as(partner.partner.id, share.id, trace(system=f"System {number}"))
    with pytest.raises(UserError, match="too many"):
        yearly.add_trace_as(partner.partner.id, share.id, trace())


def test_others_cannot_tell_of_it(yearly: Services, share: ShareView) -> None:
    other = yearly.add_partner("Annat AB", "559000-0005", "annat.example").partner
    with pytest.raises(NotFoundError):
        yearly.add_trace_as(other.id, share.id, trace())
    with pytest.raises(NotFoundError):
        yearly.add_trace("no such link", trace())


def test_protected_persons_share_is_none(
    yearly: Services, issued: CredentialView, share: ShareView, partner: NewPartner
) -> None:
    yearly.protect_learner(issued.learner_id, "Ek")
    with pytest.raises(NotFoundError):
        yearly.add_trace_as(partner.partner.id, share.id, trace())


def test_traces_are_exported_and_erased(
    yearly: Services, issued: CredentialView, share: ShareView, partner: NewPartner
) -> None:
    yearly.add_trace_as(partner.partner.id, share.id, trace())
    (row,) = yearly.export_learner(issued.learner_id, "Ek").tables["trace"]
    assert (row["system"], row["state"], row["viewer"]) == ("Teamtailor", "written", "Bygg AB")
    assert yearly.erase_learner(issued.learner_id, "Ek", "Begärt").erased["trace"] == 1
    assert seen(yearly, issued.learner_id) == []
