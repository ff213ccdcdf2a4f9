"""Webhooks: employers are told of what they may see, by ids alone, until it has arrived or nobody answers for a day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mimis_core import NotFoundError, UserError
from mimis_core.services import (
    WEBHOOK_EVENTS,
    CredentialView,
    Mark,
    NewPartner,
    NewWebhook,
    Services,
    ShareOrder,
    WebhookOrder,
    verify_signature,
)
from mimis_core.store.partner_tables import NoticeRow, WebhookRow
from mimis_core.testing import Answer, Request, Sandbox
from tests.school import NOW, Clock


class Receiver(Sandbox):
    """An employer's system: keeps what it is told, and answers as the test wants."""

    name = "receiver"

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Answer] = []
        self.got: list[Request] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def handle(self, request: Request) -> Answer:
        self.got.append(request)
        self.meanwhile()
        return self.replies.pop(0) if self.replies else Answer(204)

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def partner(yearly: Services) -> NewPartner:
    return yearly.add_partner("Bygg AB", "556036-0793", "bygg.example")


@pytest.fixture
def hook(yearly: Services, partner: NewPartner, receiver: Receiver) -> NewWebhook:
    """Told of everything."""
    order = WebhookOrder(url=f"{receiver.url}/hook", events=WEBHOOK_EVENTS)
    return yearly.add_webhook(partner.partner.id, order)


def order(view: CredentialView, partner: NewPartner | None, **changes: Any) -> ShareOrder:
    until = NOW.date() + timedelta(days=14)
    known = {"credential_ids": (view.id,), "purpose": "Ett jobb", "until": until}
    return ShareOrder.model_validate({**known, "partner_id": partner and partner.partner.id, **changes})


@pytest.fixture
def share_id(
    yearly: Services, issued: CredentialView, partner: NewPartner, hook: NewWebhook, receiver: Receiver
) -> str:
    """A share whose making the employer was told of."""
    made = yearly.create_share(issued.learner_id, order(issued, partner))
    yearly.drain()
    receiver.got.clear()
    return made.id


def test_employer_is_told_of_a_new_share(
    yearly: Services, issued: CredentialView, partner: NewPartner, hook: NewWebhook, receiver: Receiver
) -> None:
    made = yearly.create_share(issued.learner_id, order(issued, partner))
    assert yearly.drain().webhooks == 1
    (told,) = receiver.told()
    assert {name: told[name] for name in ("type", "data")} == {"type": "share.created", "data": {"share": made.id}}


def _token(school: Services, view: CredentialView) -> str:
    return school.shares_of(view.learner_id)[0].url.rpartition("/")[2]


CHANGES: dict[str, tuple[Callable[[Services, CredentialView], object], list[tuple[str, str | None]]]] = {
    "suspend": (lambda school, view: school.suspend_credential(view.id, "Prövas", "Ek"), [("status", "suspended")]),
    "revoke": (lambda school, view: school.revoke_credential(view.id, "Fel", "Ek"), [("status", "revoked")]),
    "reissue": (
        lambda school, view: school.reissue_credential(view.id, "Stavfel", "Ek"),
        [("changed", None), ("status", "superseded")],
    ),
    "withdraw": (
        lambda school, view: school.withdraw_share(view.learner_id, school.shares_of(view.learner_id)[0].id),
        [("withdrawn", None)],
    ),
    "erase": (lambda school, view: school.erase_learner(view.learner_id, "Ek", "Begärt"), [("withdrawn", None)]),
    "look": (lambda school, view: school.open_share(_token(school, view), "link"), []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_employer_is_told_of_what_changes(
    yearly: Services, issued: CredentialView, share_id: str, receiver: Receiver, name: str
) -> None:
    act, expected = CHANGES[name]
    act(yearly, issued)
    yearly.drain()
    told = sorted((one["type"].rpartition(".")[2], one["data"].get("status")) for one in receiver.told())
    assert told == expected
    assert {one["data"]["share"] for one in receiver.told()} <= {share_id}


def test_employer_is_told_that_a_credential_holds_again(
    yearly: Services, issued: CredentialView, share_id: str, receiver: Receiver
) -> None:
    yearly.suspend_credential(issued.id, "Prövas", "Ek")
    yearly.reinstate_credential(issued.id, "Ek")
    yearly.drain()
    assert sorted(one["data"]["status"] for one in receiver.told()) == ["active", "suspended"]
    assert {one["data"]["credential"] for one in receiver.told()} == {issued.urn}


def test_nothing_that_is_told_names_anybody(
    yearly: Services, issued: CredentialView, share_id: str, receiver: Receiver
) -> None:
    yearly.revoke_credential(issued.id, "Åsa Öberg hade fuskat", "Ek")
    yearly.drain()
    (request,) = receiver.got
    text = request.body.decode() + repr(request.headers)
    names = ("Åsa", "asa1", issued.learner_id, "Ett jobb", "fuskat", yearly.shares_of(issued.learner_id)[0].url)
    assert not [name for name in names if name in text or json.dumps(name)[1:-1] in text]


@pytest.mark.parametrize(
    "changes",
    [pytest.param({"anonymous": True}, id="without a name"), pytest.param({"partner_id": None}, id="by a plain link")],
)
def test_share_that_is_not_named_to_it_tells_no_status(
    yearly: Services, issued: CredentialView, partner: NewPartner, hook: NewWebhook, receiver: Receiver, changes: Any
) -> None:
    yearly.create_share(issued.learner_id, order(issued, partner, **changes))
    yearly.drain()
    receiver.got.clear()
    yearly.revoke_credential(issued.id, "Fel", "Ek")
    yearly.drain()
    assert receiver.got == []


def test_other_employer_is_told_nothing(
    yearly: Services, issued: CredentialView, partner: NewPartner, receiver: Receiver
) -> None:
    other = yearly.add_partner("Annat AB", "559000-0005", "annat.example").partner
    yearly.add_webhook(other.id, WebhookOrder(url=f"{receiver.url}/other", events=WEBHOOK_EVENTS))
    yearly.create_share(issued.learner_id, order(issued, partner))
    yearly.drain()
    assert receiver.got == []


def test_protected_person_is_told_of_no_more(
    yearly: Services, issued: CredentialView, share_id: str, receiver: Receiver
) -> None:
    yearly.suspend_credential(issued.id, "Prövas", "Ek")
    yearly.protect_learner(issued.learner_id, "Ek")
    yearly.drain()
    assert receiver.got == []
    yearly.withdraw_share(issued.learner_id, share_id)
    yearly.drain()
    assert [one["type"] for one in receiver.told()] == ["share.withdrawn"]


def test_removed_employer_is_told_only_that_a_share_has_ended(
    yearly: Services, issued: CredentialView, share_id: str, partner: NewPartner, receiver: Receiver
) -> None:
    yearly.suspend_credential(issued.id, "Prövas", "Ek")
    yearly.remove_partner(partner.partner.id)
    yearly.reinstate_credential(issued.id, "Ek")
    yearly.drain()
    assert receiver.got == []
    yearly.withdraw_share(issued.learner_id, share_id)
    yearly.drain()
    assert [one["type"] for one in receiver.told()] == ["share.withdrawn"]


def test_what_is_rolled_back_is_not_told(
    yearly: Services, issued: CredentialView, share_id: str, receiver: Receiver
) -> None:
    def fail() -> None:
        with yearly._transaction() as session:
            yearly._audit(session, "mimis", "share.withdraw", share_id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert yearly.drain().webhooks == 0


# Signed ----------------------------------------------------------------------------------------------------------


def test_what_is_told_is_signed(
    yearly: Services, issued: CredentialView, share_id: str, hook: NewWebhook, receiver: Receiver
) -> None:
    yearly.withdraw_share(issued.learner_id, share_id)
    yearly.drain()
    (request,) = receiver.got
    message = verify_signature(hook.secret, request.headers, request.body, NOW.timestamp())
    assert message == json.loads(request.body)["id"]


def test_both_secrets_sign_for_a_day(
    yearly: Services, issued: CredentialView, share_id: str, hook: NewWebhook, partner: NewPartner, receiver: Receiver,
    clock: Clock,
) -> None:  # fmt: skip
    new = yearly.renew_webhook_secret(partner.partner.id, hook.webhook.id)
    assert new.secret != hook.secret
    yearly.suspend_credential(issued.id, "Prövas", "Ek")
    yearly.drain()
    for secret in (hook.secret, new.secret):
        assert verify_signature(secret, receiver.got[0].headers, receiver.got[0].body, clock().timestamp())
    clock.forward(hours=25)
    yearly.reinstate_credential(issued.id, "Ek")
    yearly.drain()
    assert len(receiver.got[1].headers["webhook-signature"].split()) == 1


def test_secret_stands_nowhere(yearly: Services, hook: NewWebhook) -> None:
    with yearly.database.engine.connect() as connection:
        rows = repr(connection.execute(select(WebhookRow)).all())
    assert hook.secret.removeprefix("whsec_") not in rows
    assert "secret" not in repr(yearly.webhooks_of(yearly.partners()[0].id)[0].model_dump())


# Faults ----------------------------------------------------------------------------------------------------------

FAULTS = [
    pytest.param(Answer(500), id="a fault"),
    pytest.param(Answer(404), id="not there"),
    pytest.param(Answer(302, headers={"Location": "http://127.0.0.1:9/"}), id="forwarded"),
    pytest.param(Answer(429, headers={"Retry-After": "60"}), id="too often"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_not_taken_is_told_again(
    yearly: Services, issued: CredentialView, share_id: str, receiver: Receiver, clock: Clock, fault: Answer
) -> None:
    receiver.replies = [fault]
    yearly.withdraw_share(issued.learner_id, share_id)
    assert (yearly.drain().postponed, yearly.drain().webhooks) == (1, 0)
    clock.forward(minutes=2)
    assert yearly.drain().webhooks == 1
    first, second = receiver.told()
    assert first["id"] == second["id"]


def test_silent_employer_holds_up_nobody(
    yearly: Services, issued: CredentialView, partner: NewPartner, hook: NewWebhook, receiver: Receiver
) -> None:
    other = yearly.add_partner("Annat AB", "559000-0005", "annat.example")
    yearly.add_webhook(other.partner.id, WebhookOrder(url="http://127.0.0.1:9/hook", events=WEBHOOK_EVENTS))
    for _ in range(4):
        yearly.create_share(issued.learner_id, order(issued, other))
    yearly.create_share(issued.learner_id, order(issued, partner))
    done = yearly.drain()
    assert (done.webhooks, done.postponed) == (1, 4)
    assert yearly.destinations() == []


def test_nobody_answers_for_a_day_and_it_stops(
    yearly: Services, issued: CredentialView, share_id: str, partner: NewPartner, receiver: Receiver, clock: Clock
) -> None:
    receiver.replies = [Answer(500)] * 20
    yearly.withdraw_share(issued.learner_id, share_id)
    began, tries = clock(), 0
    while yearly.webhooks_of(partner.partner.id)[0].state == "active":
        yearly.drain()
        tries += 1
        clock.forward(days=2)
    assert (tries, clock() - began > timedelta(days=1)) == (8, True)
    assert [one["kind"] for one in yearly.attention()] == ["webhook"]
    yearly.create_share(issued.learner_id, order(issued, partner, until=clock().date()))
    assert yearly.drain().webhooks == 0


def test_school_tries_again_and_it_goes_on(
    yearly: Services, issued: CredentialView, share_id: str, partner: NewPartner, receiver: Receiver, clock: Clock
) -> None:
    receiver.replies = [Answer(500)] * 8
    yearly.withdraw_share(issued.learner_id, share_id)
    for _ in range(8):
        yearly.drain()
        clock.forward(days=2)
    assert yearly.retry_attention(kind="webhook") == 1
    assert yearly.drain().webhooks == 1
    assert yearly.webhooks_of(partner.partner.id)[0].state == "active"


def test_employer_that_wants_no_more_is_left_alone(
    yearly: Services, issued: CredentialView, share_id: str, partner: NewPartner, receiver: Receiver
) -> None:
    receiver.replies = [Answer(410)]
    yearly.suspend_credential(issued.id, "Prövas", "Ek")
    yearly.drain()
    yearly.withdraw_share(issued.learner_id, share_id)
    yearly.drain()
    assert (len(receiver.got), yearly.attention()) == (1, [])
    assert yearly.webhooks_of(partner.partner.id)[0].state == "stopped"


def test_employer_that_wants_no_more_is_told_nothing_that_waits(
    yearly: Services, issued: CredentialView, share_id: str, partner: NewPartner, receiver: Receiver
) -> None:
    receiver.replies = [Answer(410)]
    receiver.meanwhile = lambda: yearly.withdraw_share(issued.learner_id, share_id)
    yearly.suspend_credential(issued.id, "Prövas", "Ek")
    yearly.drain()
    assert (len(receiver.got), yearly.attention(), yearly.drain().webhooks) == (1, [], 0)
    assert yearly.webhooks_of(partner.partner.id)[0].state == "stopped"


def test_removed_webhook_is_told_nothing_that_waits(
    yearly: Services, issued: CredentialView, share_id: str, partner: NewPartner, hook: NewWebhook, receiver: Receiver
) -> None:
    yearly.withdraw_share(issued.learner_id, share_id)
    yearly.remove_webhook(partner.partner.id, hook.webhook.id)
    yearly.drain()
    assert receiver.got == []


# What may be asked for -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "events", "code"),
    [
        ("https://127.0.0.2/h", ("share.created",), "url"),
        ("http://bygg.example/h", ("share.created",), "url"),
        ("https://user:pass@bygg.example/h", ("share.created",), "url"),
        ("https://[::ffff:10.0.0.1]/h", ("share.created",), "url"),
        ("https://bygg.example:99999/h", ("share.created",), "url"),
        ("https://169.254.169.254/latest", ("share.created",), "url"),
        ("http://127.0.0.1/" + "x" * 500, ("share.created",), "url"),
        ("http://127.0.0.1/h", (), "events"),
        ("http://127.0.0.1/h", ("share.opened",), "events"),
    ],
)
def test_odd_webhook_is_refused(
    yearly: Services, partner: NewPartner, url: str, events: tuple[str, ...], code: str
) -> None:
    with pytest.raises(UserError) as refused:
        yearly.add_webhook(partner.partner.id, WebhookOrder(url=url, events=events))
    assert refused.value.code == code


def test_webhooks_are_bounded(yearly: Services, partner: NewPartner, receiver: Receiver) -> None:
    order = WebhookOrder(url=f"{receiver.url}/h", events=("share.created",))
    for _ in range(10):
        yearly.add_webhook(partner.partner.id, order)
    with pytest.raises(UserError, match="too many"):
        yearly.add_webhook(partner.partner.id, order)


def test_same_request_makes_one(yearly: Services, partner: NewPartner, receiver: Receiver, clock: Clock) -> None:
    order, mark = WebhookOrder(url=f"{receiver.url}/h", events=("share.created",)), Mark(key="k", body=b"1")
    first, second = (yearly.add_webhook(partner.partner.id, order, mark) for _ in range(2))
    assert first == second
    with pytest.raises(UserError, match="another body"):
        yearly.add_webhook(partner.partner.id, order, Mark(key="k", body=b"2"))
    clock.forward(days=1)
    assert yearly.add_webhook(partner.partner.id, order, Mark(key="k", body=b"2")) != first


def test_webhook_of_another_is_not_found(yearly: Services, hook: NewWebhook) -> None:
    other = yearly.add_partner("Annat AB", "559000-0005", "annat.example").partner
    for act in (yearly.remove_webhook, yearly.renew_webhook_secret):
        with pytest.raises(NotFoundError):
            act(other.id, hook.webhook.id)


def test_learner_sees_what_was_told(yearly: Services, issued: CredentialView, share_id: str) -> None:
    (share,) = yearly.shares_of(issued.learner_id)
    assert [one.event for one in share.notices] == ["share.created"]
    with yearly.database.reading() as session:
        assert [row.sent_at for row in session.scalars(select(NoticeRow))] == [NOW]


def test_record_names_the_employer(yearly: Services, partner: NewPartner, hook: NewWebhook) -> None:
    yearly.renew_webhook_secret(partner.partner.id, hook.webhook.id)
    yearly.remove_webhook(partner.partner.id, hook.webhook.id)
    actors = {line.actor.name for line in yearly.audit_lines_of(hook.webhook.id)}
    assert actors == {"Bygg AB"}
