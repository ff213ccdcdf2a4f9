"""The life of a credential as a state machine: whatever is done in whatever order, these never break."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from mimis_core import UserError
from mimis_core.services import Services
from mimis_core.store.tables import AuditRow, CredentialRow
from tests.school import NOW, Clock, HandSource, done, page, someone

DEAD = {"revoked", "superseded", "expired"}


class Life(RuleBasedStateMachine):
    """One learner's credentials in a school that all runs share; ``school`` and ``clock`` are set by the test."""

    school: Services
    clock: Clock
    people = 0

    def __init__(self) -> None:
        super().__init__()
        Life.people += 1
        self.person = someone(f"life-{Life.people}")
        self.clock.now = NOW
        self.changes: Counter[str] = Counter()
        self.pull()
        self.learner = next(one.id for one, keys in self.school.learners() if keys == (f"hand:life-{Life.people}",))
        self.changes["credential.issue"] += 1

    def pull(self) -> None:
        HandSource.pages = [page(done("course:1", self.person, completed_at=self.clock.now))]
        self.school.sync()
        self.school.drain()

    def rows(self) -> list[CredentialRow]:
        with self.school.database.transaction() as session:
            return list(session.scalars(select(CredentialRow).where(CredentialRow.learner_id == self.learner)))

    def change(self, action: str, act: Callable[[str], object], pick: int) -> None:
        """Do it to one of the credentials; refused, it changes nothing."""
        row = sorted(self.rows(), key=lambda one: one.id)[pick % len(self.rows())]
        late = self.school._status(row).status == "expired" and row.status == "active"
        try:
            act(row.id)
        except UserError:
            return
        self.school.drain()
        self.changes[action] += 1
        self.changes["credential.expire"] += int(late)

    @rule(pick=st.integers(0, 5))
    def suspend(self, pick: int) -> None:
        self.change("credential.suspend", lambda one: self.school.suspend_credential(one, "Skäl.", "R"), pick)

    @rule(pick=st.integers(0, 5))
    def reinstate(self, pick: int) -> None:
        self.change("credential.reinstate", lambda one: self.school.reinstate_credential(one, "R"), pick)

    @rule(pick=st.integers(0, 5))
    def revoke(self, pick: int) -> None:
        self.change("credential.revoke", lambda one: self.school.revoke_credential(one, "Skäl.", "R"), pick)

    @rule(pick=st.integers(0, 5))
    def reissue(self, pick: int) -> None:
        self.change("credential.reissue", lambda one: self.school.reissue_credential(one, "Skäl.", "R"), pick)

    @rule(pick=st.integers(0, 5))
    def renew(self, pick: int) -> None:
        self.change("credential.renew", lambda one: self.school.renew_credential(one, "R"), pick)

    @rule(days=st.integers(1, 200))
    def wait(self, days: int) -> None:
        self.clock.forward(days=days)

    @rule()
    def look_at_calendar(self) -> None:
        late = [row for row in self.rows() if row.status == "active" and self.school._status(row).status == "expired"]
        self.school.look_at_calendar()
        self.changes["credential.expire"] += len(late)

    @invariant()
    def at_most_one_lives(self) -> None:
        rows = self.rows()
        alive = [row for row in rows if row.status not in DEAD]
        assert len(alive) <= 1
        assert [row.live_key is not None for row in rows] == [row in alive for row in rows]

    @invariant()
    def answer_equals_row(self) -> None:
        for row in self.rows():
            past = row.status == "active" and row.valid_until is not None and row.valid_until < self.clock.now
            assert claims(self.school.signed_status(row.public_id))["status"] == ("expired" if past else row.status)

    @invariant()
    def audit_has_one_row_for_each_change(self) -> None:
        ids = [row.id for row in self.rows()]
        with self.school.database.transaction() as session:
            found = session.scalars(select(AuditRow.action).where(AuditRow.subject.in_(ids)))
            told = Counter(action for action in found if action.startswith("credential."))
        told.pop("credential.remind", None)
        assert told == +self.changes

    @invariant()
    def one_chain_of_successors(self) -> None:
        rows = self.rows()
        assert sum(row.status == "superseded" for row in rows) <= sum(row.supersedes_id is not None for row in rows)


def claims(token: bytes) -> dict[str, Any]:
    part = token.split(b".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    return read


def test_life_of_a_credential_keeps_its_rules(yearly: Services, clock: Clock) -> None:
    Life.school, Life.clock = yearly, clock
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    limits = settings(
        max_examples=settings().max_examples // 4, stateful_step_count=12, deadline=None, suppress_health_check=slow
    )
    run_state_machine_as_test(Life, settings=limits)
