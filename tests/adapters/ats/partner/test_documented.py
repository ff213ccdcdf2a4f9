"""What docs/partner-api.md tells integrators works: its files are run against a real server."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from joserfc.jwk import Key
from werkzeug.serving import make_server

from mimis_core.services import CredentialView, NewPartner, Services, ShareView, signature_headers
from mimis_core.services.base import utc_now
from mimis_core.web import create_app
from tests.adapters.ats.partner.conftest import API, order
from tests.docs_pages import ROOT, blocks
from tests.school import Clock

PAGE = ROOT / "docs" / "partner-api.md"


@pytest.fixture
def clock() -> Clock:
    """The time that it is: the page's files tell it by themselves."""
    clock = Clock()
    clock.now = utc_now()
    return clock


@pytest.fixture
def live(school: Services) -> Iterator[str]:
    """Address of the API on loopback."""
    holder: list[Any] = []
    server = make_server("127.0.0.1", 0, lambda environ, start: holder[0](environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    school.settings = school.settings.model_copy(update={"base_url": url})
    holder.append(create_app(school.settings, school))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield url + API
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def told(
    live: str, signer: NewPartner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, ModuleType]]:
    """The page's files as modules, by name."""
    monkeypatch.setenv("MIMIS_API", live)
    monkeypatch.setenv("MIMIS_CLIENT_ID", signer.partner.client_id)
    monkeypatch.syspath_prepend(str(tmp_path))
    names = []
    for block in blocks(PAGE):
        if name := re.fullmatch(r"File `(\w+)\.py`:", block.before):
            (tmp_path / f"{name[1]}.py").write_text(block.text, encoding="utf-8")
            names.append(name[1])
    yield {name: __import__(name) for name in names}
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def headers(told: dict[str, ModuleType], keys: dict[str, Key]) -> dict[str, str]:
    pem = keys["ES256"].as_pem(private=True)
    found: dict[str, str] = told["access"].access(pem, "ES256")
    return found


@pytest.fixture
def shared(school: Services, issued: CredentialView, signer: NewPartner) -> ShareView:
    return school.create_share(issued.learner_id, order(issued, signer))


def test_shares_are_listed_opened_and_followed(
    school: Services, issued: CredentialView, told: dict[str, ModuleType], headers: dict[str, str], shared: ShareView
) -> None:
    reading = told["reading"]
    ids = [one["id"] for one in reading.all_shares(headers)]
    (opened,) = reading.open_all(ids, headers)
    assert (ids, opened["learner_name"]) == ([shared.id], "Åsa Öberg 1")
    assert reading.look_again(shared.id, '"another"', headers)["share"]["id"] == shared.id
    told["telling"].tell(shared.id, "Teamtailor", "written", headers)
    (seen,) = school.shares_of(issued.learner_id)
    assert ([one.system for one in seen.traces], len(seen.disclosures)) == (["Teamtailor"], 2)
    school.withdraw_share(issued.learner_id, shared.id)
    with pytest.raises(LookupError, match="withdrawn"):
        reading.look_again(shared.id, '"another"', headers)


def test_proposal_is_answered(school: Services, told: dict[str, ModuleType], headers: dict[str, str]) -> None:
    address = told["proposing"].propose("Lyfta last", "Vi bygger ut.", ["Planera ett lyft"], headers)
    school.answer_proposal(school.proposals()[0].id, "Vi har den redan.", "Rektor")
    assert told["proposing"].answer(address, headers) == ("dismissed", "Vi har den redan.")


def test_name_is_asked_for_and_given(
    school: Services, issued: CredentialView, told: dict[str, ModuleType], headers: dict[str, str], signer: NewPartner
) -> None:
    made = school.create_share(issued.learner_id, order(issued, signer, anonymous=True))
    assert told["asking"].ask_name(made.id, "meet", headers) == "asked"
    school.reveal_share(issued.learner_id, made.id)
    assert told["asking"].ask_name(made.id, "meet", headers) == "revealed"


def test_message_is_heard_once(told: dict[str, ModuleType], headers: dict[str, str], school: Services) -> None:
    secret, body = "whsec_" + "A" * 32, b"{}"
    sent = signature_headers([secret], "m1", int(school.clock().timestamp()), body)
    assert [told["hearing"].hear(secret, sent, body) for _ in range(2)] == [True, False]
