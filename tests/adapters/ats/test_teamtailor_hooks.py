"""A recruiter asks from Teamtailor: what was shared with her is answered; whoever else asks learns nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from mimis_ats.employer import Desk
from mimis_ats.teamtailor.feed import TeamtailorFeed
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox
from mimis_ats.teamtailor.sandbox_trigger import (
    ACTIVATION_CODE,
    WEBHOOK_SECRET,
    Message,
    TeamtailorButton,
)
from werkzeug.serving import make_server

from mimis_core.web import create_app
from tests.adapters.ats.conftest import EMAIL, NAME, FakeEmployer, connect, settings_for
from tests.adapters.ats.test_employer import REVOKED, SHARE

WEBHOOK = "/hooks/teamtailor/webhook"
AMINA = "50001"


@dataclass
class Hub(FakeEmployer):
    """An employer's services as the hook uses them."""

    used: set[tuple[str, str]] = field(default_factory=set)
    soon: list[str] = field(default_factory=list)

    @property
    def plugins(self) -> Any:
        return SimpleNamespace(call=lambda hook: [("ats", ("mimis_ats.teamtailor.hooks:register",))])

    def use_once(self, what: str, key: str, until: datetime) -> bool:
        is_first = (what, key) not in self.used
        self.used.add((what, key))
        return is_first

    def run_soon(self, command: str) -> bool:
        self.soon.append(command)
        return True


@pytest.fixture
def hooked(server: TeamtailorSandbox) -> Iterator[TeamtailorFeed]:
    with connect(server, webhook_secret=WEBHOOK_SECRET, activation_code=ACTIVATION_CODE) as feed:
        yield feed


@pytest.fixture
def hub(tmp_path: Path, hooked: TeamtailorFeed) -> Hub:
    return Hub(settings_for(tmp_path, role="employer"), [hooked])


@pytest.fixture
def client(hub: Hub) -> FlaskClient:
    return create_app(hub.settings, hub).test_client()  # type: ignore[arg-type]  # the fake has what the hook uses


@pytest.fixture
def button(server: TeamtailorSandbox) -> TeamtailorButton:
    return TeamtailorButton(server, "http://unused.invalid")


def given(hub: Hub, **changed: Any) -> None:
    """A share that the employer has taken in, whose learner Teamtailor did not know then."""
    feeds, hub.feeds = hub.feeds, []
    Desk(hub).take(replace(SHARE, **changed))  # type: ignore[arg-type]  # the fake has what the desk uses
    hub.feeds = feeds


def ask(client: FlaskClient, message: Message, **headers: str) -> Any:
    return client.post(WEBHOOK, data=message.body, headers={**message.headers, **headers})


def standing(server: TeamtailorSandbox) -> list[dict[str, Any]]:
    return [json.loads(content) for _, content in server.received()]


def test_button_shows_what_was_shared(hub: Hub, server: TeamtailorSandbox) -> None:
    given(hub)
    app = create_app(hub.settings, hub)  # type: ignore[arg-type]  # the fake has what the hook uses
    pages = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=pages.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        refused = TeamtailorButton(server, f"http://127.0.0.1:{pages.server_port}/hooks/teamtailor").press(AMINA)
    finally:
        pages.shutdown()
        pages.server_close()
        thread.join()
    (result,) = standing(server)
    assert (refused, result["status"]) == (None, "completed")
    assert result["details"] == {"Batterier för nybörjare": "Malmö folkhögskola"}
    assert [one["url"] for one in result["attachments"]] == [SHARE.link]
    assert "assessment" not in result


def test_what_was_handed_over_is_changed_and_taken_back_like_all_else(
    hub: Hub, client: FlaskClient, server: TeamtailorSandbox, button: TeamtailorButton
) -> None:
    given(hub)
    message = button.message(AMINA)
    assert ask(client, message).status_code == 200
    (share,) = hub.imports()
    assert (share.state, [trace.state for trace in share.untold]) == ("written", ["written"])
    assert hub.soon == ["employer pull"]
    hub.verdict = REVOKED
    desk = Desk(hub)  # type: ignore[arg-type]  # the fake has what the desk uses
    changed = desk.recheck(share)
    assert "återkallat" in str(standing(server))
    assert desk.take_back(changed.share).errors == ()
    assert standing(server) == []


def test_second_question_leaves_one_place(
    hub: Hub, client: FlaskClient, server: TeamtailorSandbox, button: TeamtailorButton
) -> None:
    given(hub)
    for _ in range(2):
        assert ask(client, button.message(AMINA)).status_code == 200
    assert len(standing(server)) == 1
    (share,) = hub.imports()
    assert [receipt.external_id for receipt in share.receipts] == list(server.results)


def test_place_that_cannot_be_emptied_keeps_all_as_it_is(
    hub: Hub, client: FlaskClient, server: TeamtailorSandbox, button: TeamtailorButton
) -> None:
    given(hub)
    ask(client, button.message(AMINA))
    before = hub.imports()
    message = button.message(AMINA)
    server.fail("500", times=20)
    assert ask(client, message).status_code == 503
    assert hub.imports() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"person_email": "other@example.org"}, {"person_email": None}, {"until": date.today() - timedelta(days=1)},
        {"purpose": "Personalakt"}, {"person_name": "Eli Ström"}, {"credentials": ()},
        {"credentials": (replace(SHARE.credentials[0], content=None),)},
    ],
    ids=["other address", "no address", "ended", "staff record", "other name", "empty", "anonymous"],
)  # fmt: skip
def test_what_is_not_for_her_is_not_told(
    hub: Hub, client: FlaskClient, button: TeamtailorButton, changed: dict[str, Any]
) -> None:
    given(hub, **changed)
    answer = ask(client, button.message(AMINA))
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert "has not shared any" in answer.text
    assert hub.soon == ["employer pull"]
    assert NAME not in answer.text


def test_share_that_was_taken_back_is_not_told(hub: Hub, client: FlaskClient, button: TeamtailorButton) -> None:
    given(hub)
    Desk(hub).take_back(hub.imports()[0])  # type: ignore[arg-type]  # the fake has what the desk uses
    assert ask(client, button.message(AMINA)).status_code == 404


def test_candidate_without_address_is_nobody(
    hub: Hub, client: FlaskClient, server: TeamtailorSandbox, button: TeamtailorButton
) -> None:
    given(hub, person_email="")
    server.anonymise_candidate(AMINA)
    assert ask(client, button.message(AMINA)).status_code == 404


def test_share_that_stands_on_another_candidate_stays_there(
    hub: Hub, client: FlaskClient, server: TeamtailorSandbox, button: TeamtailorButton
) -> None:
    given(hub)
    ask(client, button.message(AMINA))
    server.add_candidate(EMAIL, NAME)
    assert ask(client, button.message("50002")).status_code == 409


@pytest.mark.parametrize(("path", "field"), [("config", None), ("activation", "code")], ids=["config", "activation"])
def test_forms_are_served(client: FlaskClient, path: str, field: str | None) -> None:
    answer = client.get(f"/hooks/teamtailor/{path}?job_id=1&stage_id=2&user_id=3")
    assert [one["id"] for one in answer.get_json()["config"]["fields"]] == ([field] if field else [])
