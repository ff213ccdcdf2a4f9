"""Questions hold up nobody who writes: on SQLite they never take the one lock that writers need."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from mimis_core import NotFoundError
from mimis_core.services import CredentialView, ParticipantOrder, Services

READS: dict[str, Callable[[Services, CredentialView], object]] = {
    "aliases": lambda services, view: services.aliases(),
    "all credentials": lambda services, view: services.all_credentials(),
    "attention": lambda services, view: services.attention(),
    "audit of a thing": lambda services, view: services.audit_of(view.id),
    "awards": lambda services, view: services.awards(),
    "backlog": lambda services, view: (services.backlog(), services.backlog_rows()),
    "completions of a source": lambda services, view: services.known_completions("hand", ["course:1/1"]),
    "deliveries": lambda services, view: services.deliveries(),
    "destinations": lambda services, view: services.destinations(),
    "due renewals": lambda services, view: services.due_renewals(),
    "invitation": lambda services, view: services.check_invitation("x"),
    "learners": lambda services, view: services.learners(),
    "passkey": lambda services, view: services.passkey("x"),
    "protected": lambda services, view: services.has_protected(),
    "same person": lambda services, view: services.same_person_proposals(),
    "schedule": lambda services, view: services.scheduled(),
    "sealed file": lambda services, view: (services.sealed(view.learner_id, view.id), services.sealed_files()),
    "session": lambda services, view: services.allow_new_way("x"),
    "set aside": lambda services, view: services.set_aside_records(),
    "share": lambda services, view: services.share_state("x"),
    "signed status": lambda services, view: services.signed_status(view.public_id),
    "status list": lambda services, view: services.signed_status_list(1, "revocation"),
}
"""What was found to take the lock once, and has no need of it."""


def locks(services: Services, ask: Callable[[], object]) -> int:
    """How often the lock is taken meanwhile; whoever asks has to ask the database something."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(services.database.engine, "before_cursor_execute", note)
    with suppress(NotFoundError):
        ask()
    event.remove(services.database.engine, "before_cursor_execute", note)
    assert any(statement.startswith("SELECT") for statement in sent)
    return sent.count("BEGIN IMMEDIATE")


@pytest.fixture
def view(yearly: Services, issued: CredentialView, postgres: str | None) -> CredentialView:
    """An issued credential."""
    if postgres is not None:
        pytest.skip("PostgreSQL's readers and writers never wait for each other")
    return issued


@pytest.mark.parametrize("what", sorted(READS))
def test_question_takes_no_lock(yearly: Services, view: CredentialView, what: str) -> None:
    assert locks(yearly, lambda: READS[what](yearly, view)) == 0


def test_lock_is_seen_where_it_is_taken(yearly: Services, view: CredentialView) -> None:
    assert locks(yearly, lambda: yearly.make_slip(view.learner_id, "Lärare Lind")) == 1


def test_export_of_participants_takes_the_lock_to_be_recorded_alone(yearly: Services, view: CredentialView) -> None:
    today = yearly.clock().date()
    order = ParticipantOrder(project="P", start=date(2020, 1, 1), end=today + timedelta(days=1))
    assert locks(yearly, lambda: yearly.participants(order, "Rektor Ek")) == 1
