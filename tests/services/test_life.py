"""What becomes of a credential by a person's decision: status, mail, deliveries, shares, and nobody is faster twice."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mimis_core import CredentialStatus, IssueOrder, Mandate, NotFoundError, TemporaryError, UserError
from mimis_core.services import CredentialView, Services, ShareOrder
from mimis_core.store.tables import AuditRow
from tests.school import Clock, HandCourier, HandSource, change_entry, done, page, someone


def statuses(school: Services) -> dict[str, str]:
    return {view.id: view.status.status.value for view in school.all_credentials()}


def actions(school: Services) -> list[str]:
    with school.database.transaction() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action.startswith("credential.")))
        return sorted(row.action.removeprefix("credential.") for row in rows)


def correct_name(school: Services, name: str) -> None:
    """Let the source give another name for the learner."""
    HandSource.pages = [page(done("course:1", someone(full_name=name)))]
    school.sync()


def share(school: Services, view: CredentialView, **changes: Any) -> str:
    """The token of a share of this credential."""
    order = ShareOrder(credential_ids=(view.id,), purpose="Ansökan", until=date(2027, 1, 31), **changes)
    return school.create_share(view.learner_id, order).url.rpartition("/")[2]


def test_suspension_is_told_and_lifted(yearly: Services, issued: CredentialView) -> None:
    yearly.suspend_credential(issued.id, "Vi kontrollerar ett intyg.", "Rektor")
    assert yearly.credential(issued.learner_id, issued.id).status.reason == "Vi kontrollerar ett intyg."
    yearly.drain()
    yearly.reinstate_credential(issued.id, "Rektor")
    yearly.drain()
    assert statuses(yearly) == {issued.id: "active"}
    assert [parcel.subject.split("” ")[-1] for parcel in HandCourier.parcels[1:]] == [
        "är stoppat tills vidare",
        "gäller igen",
    ]
    assert actions(yearly) == ["issue", "reinstate", "suspend"]


def test_each_suspension_has_its_own_mail(yearly: Services, issued: CredentialView) -> None:
    for _ in range(2):
        yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
        yearly.reinstate_credential(issued.id, "Rektor")
    assert yearly.drain().mails == 4


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("reinstate_credential", ("Rektor",)),
        ("reissue_credential", ("Fel.", "Rektor")),
        ("suspend_credential", ("a", "b")),
    ],
)
def test_wrong_state_is_refused(yearly: Services, issued: CredentialView, act: str, words: tuple[str, ...]) -> None:
    if act != "reinstate_credential":
        yearly.suspend_credential(issued.id, "Kontroll.", "Rektor")
    before = actions(yearly)
    with pytest.raises(UserError, match=r"already (active|suspended)"):
        getattr(yearly, act)(issued.id, *words)
    assert actions(yearly) == before
    with pytest.raises(NotFoundError):
        getattr(yearly, act)("finns-ej", *words)


def test_correction_takes_todays_name_and_text(
    yearly: Services, issued: CredentialView, orders: list[IssueOrder], school_folder: Path, clock: Clock
) -> None:
    correct_name(yearly, "Åsa Öberg Ek")
    change_entry(school_folder, valid_months=36, title={"sv": "Rättad titel"})
    yearly.catalogue_reader.forget()
    clock.forward(days=30)
    new_id = yearly.reissue_credential(issued.id, "Namnet var fel.", "Rektor")
    first, second = orders
    assert (second.learner.full_name, second.achievement.title["sv"]) == ("Åsa Öberg Ek", "Rättad titel")
    assert (second.supersedes, second.valid_until, second.award.id) == (first.urn, first.valid_until, first.award.id)
    assert statuses(yearly) == {issued.id: "superseded", new_id: "active"}
    old = yearly.credential(issued.learner_id, issued.id)
    assert (old.replaced_by, old.status.reason) == (new_id, "Namnet var fel.")
    assert actions(yearly) == ["issue", "reissue"]


def test_correction_can_be_corrected(yearly: Services, issued: CredentialView) -> None:
    second = yearly.reissue_credential(issued.id, "Ett.", "Rektor")
    third = yearly.reissue_credential(second, "Två.", "Rektor")
    assert statuses(yearly) == {issued.id: "superseded", second: "superseded", third: "active"}
    with pytest.raises(UserError, match="already superseded"):
        yearly.reissue_credential(issued.id, "Tre.", "Rektor")


def test_failed_correction_changes_nothing(
    yearly: Services, issued: CredentialView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(order: IssueOrder) -> None:
        raise TemporaryError("The key is away.")

    monkeypatch.setattr(yearly._format, "build", away)
    with pytest.raises(TemporaryError):
        yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    assert (statuses(yearly), actions(yearly)) == ({issued.id: "active"}, ["issue"])


def test_corrected_credential_goes_where_the_old_went(yearly: Services, issued: CredentialView) -> None:
    yearly.request_delivery(issued.learner_id, issued.id, "europass", "asa@wallet.example")
    yearly.drain()
    new_id = yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    assert yearly.drain().deliveries == 1
    deposited, told = HandCourier.parcels[-2:]
    if told.sealed is not None:
        deposited, told = told, deposited
    assert deposited.to == "asa@wallet.example"
    assert deposited.sealed == yearly.sealed(issued.learner_id, new_id)
    assert ("kan ingen ändra" in told.text, "Fel namn." in told.text) == (True, True)
    assert [sent.state for sent in yearly.deliveries()] == ["sent", "sent"]


def test_undelivered_old_file_stays_at_home(yearly: Services, issued: CredentialView) -> None:
    yearly.request_delivery(issued.learner_id, issued.id, "europass", "asa@wallet.example")
    new_id = yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    yearly.drain()
    states = {sent.credential_id: sent.state for sent in yearly.deliveries()}
    assert states == {issued.id: "cancelled", new_id: "sent"}


def test_replaced_credential_is_sent_nowhere(yearly: Services, issued: CredentialView) -> None:
    yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    with pytest.raises(UserError, match="superseded"):
        yearly.request_delivery(issued.learner_id, issued.id, "europass", "asa@wallet.example")


def test_correction_without_wallet_says_what_to_do(yearly: Services, issued: CredentialView) -> None:
    yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    yearly.drain()
    assert "Byt ut den mot den nya." in HandCourier.parcels[-1].text
    assert yearly.deliveries() == []


def test_share_shows_correction_not_renewal(yearly: Services, issued: CredentialView) -> None:
    token = share(yearly, issued)
    corrected = yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    (shown,) = yearly.open_share(token, "link").credentials
    assert (shown.view.id, shown.sealed) == (corrected, yearly.sealed(issued.learner_id, corrected))
    yearly.renew_credential(corrected, "Rektor")
    yearly.drain()
    (shown,) = yearly.open_share(token, "link").credentials
    assert (shown.view.id, shown.view.status.status) == (corrected, CredentialStatus.SUPERSEDED)


def test_share_of_both_shows_one(yearly: Services, issued: CredentialView) -> None:
    corrected = yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    order = ShareOrder(credential_ids=(issued.id, corrected), purpose="Ansökan", until=date(2027, 1, 31))
    made = yearly.create_share(issued.learner_id, order)
    assert [view.id for view in made.credentials] == [corrected]


def test_protected_learner_is_not_corrected(yearly: Services, issued: CredentialView) -> None:
    yearly.protect_learner(issued.learner_id, "Rektor")
    with pytest.raises(Exception, match="may not be issued now"):
        yearly.reissue_credential(issued.id, "Fel namn.", "Rektor")
    assert statuses(yearly) == {issued.id: "active"}


def test_two_corrections_at_once_make_one(
    yearly: Services, issued: CredentialView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read that the credential is active before either stores its own."""
    build, meeting = yearly._format.build, threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def wait_and_build(order: IssueOrder) -> Any:
        meeting.wait()
        return build(order)

    def correct() -> None:
        try:
            outcomes.append(yearly.reissue_credential(issued.id, "Fel namn.", "Rektor"))
        except UserError as error:
            outcomes.append(str(error))

    monkeypatch.setattr(yearly._format, "build", wait_and_build)
    workers = [threading.Thread(target=correct) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(statuses(yearly).values()) == ["active", "superseded"]
    assert sum("somebody else" in outcome for outcome in outcomes) == 1
    assert actions(yearly) == ["issue", "reissue"]


@pytest.mark.parametrize(
    ("mandates", "found"),
    [
        ((), None),
        (("ssn", ()), "ssn"),
        (("ssn", ("digitala-arbetsmiljoer",)), "ssn"),
        (("ssn", ("annat",)), None),
        (("annan", ()), None),
    ],
)
def test_mandate_stands_in_the_order(
    yearly: Services, orders: list[IssueOrder], school_folder: Path, mandates: Any, found: str | None
) -> None:
    owner = yearly.settings.organisation.model_copy(update={"id": "ssn"})
    given = []
    if mandates:
        place = {"owner": mandates[0], "achievements": mandates[1]}
        given = [Mandate(statement="Beslut", decided_by="VD", decided_on=date(2026, 1, 1), **place)]
    yearly.settings = yearly.settings.model_copy(update={"owners": (owner,), "mandates": tuple(given)})
    change_entry(school_folder, owner="ssn")
    HandSource.pages = [page(done("course:1"))]
    yearly.sync()
    yearly.drain()
    (order,) = orders
    assert (order.mandate.owner if order.mandate else None) == found
