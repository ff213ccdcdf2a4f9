"""What leaves this process for other systems, while everything is tried that a school can do for a protected learner.

Each registered courier is connected to the sandbox of its name and each public method of the services is called: a new
one of either is tried too. The employer's side is tried with what it holds of her from before.
"""

from __future__ import annotations

import http.client
import shutil
import smtplib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mimis_ats.employer import Desk
from mimis_ats.pull import pull_all
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox

from mimis_core.cli.demo.stage import EMPLOYER, append_tables
from mimis_core.cli.init import write_folder
from mimis_core.cli.serve import PageServer, listen
from mimis_core.plugins import load_plugins
from mimis_core.services import Services, ShareOrder, open_services
from mimis_core.settings import load_settings
from tests.command import replace_tables, sandbox
from tests.filled_school import Known, fill
from tests.protected_person import HER, copy_database, names_her
from tests.school import HandPlugin, HandSource, done, page
from tests.test_isolation import METHODS, arguments, call

COURIERS = sorted(one.kind for _, types in load_plugins().call("mimis_couriers") for one in types)
"""Kinds of all that carries something to somebody."""

TO_WHOM_IT_IS_TOLD = {"invite_staff": "its address is not looked up: the one that is given here, as to all, is hers"}
"""Methods that are not tried, and why."""


class Sent(list[bytes]):
    """What was sent by HTTP and SMTP, the libraries that adapters have."""

    def names_her(self) -> list[str]:
        """What of it says who she is."""
        return names_her(b"\n".join(self).decode("utf-8", "replace"))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Everything from now on, headers and bodies."""
    heard = Sent()
    clients: tuple[type[Any], ...] = (http.client.HTTPConnection, smtplib.SMTP)
    for client in clients:

        def send(connection: Any, data: Any, usual: Any = client.send) -> None:
            heard.append(data.encode() if isinstance(data, str) else bytes(data))
            usual(connection, data)

        monkeypatch.setattr(client, "send", send)
    return heard


@dataclass
class Connected:
    """A school that is connected to the sandbox of every courier, and where its data are as it stands."""

    school: Services
    known: Known
    places: list[Any]
    copy: Path

    def put_back(self) -> None:
        """Undo what was done."""
        copy_database(self.copy, self.school.settings.folder / "mimis.db")


@pytest.fixture
def connected(school_folder: Path, tmp_path: Path, postgres: str | None) -> Iterator[Connected]:
    """Filled, and something is queued for her at every courier; nobody is marked yet."""
    if postgres is not None:
        pytest.skip("what is sent does not depend on the database")
    HandSource.start_anew()
    with ExitStack() as stack:
        places = {kind: stack.enter_context(sandbox(kind)) for kind in COURIERS}
        tables: dict[str, dict[str, Any]] = {f"couriers.{kind}": one.settings() for kind, one in places.items()}
        places["europass"].trust((school_folder / "secrets" / "trial-anchor.pem").read_text("utf-8"))
        replace_tables(school_folder, {"sources.hand": {}, **tables})
        school = stack.enter_context(open_services(load_settings(school_folder)))
        school.plugins.manager.register(HandPlugin(), "hand")
        known = fill(school)
        HandSource.pages = [page(done("course:1", HER))]
        school.sync(full=True)
        for kind in COURIERS:
            school.request_delivery(known["learner_id"], known["credential_id"], kind, str(HER.email))
        yield Connected(school, known, list(places.values()), tmp_path / "copy.db")


def mark(connected: Connected) -> None:
    connected.school.protect_learner(connected.known["learner_id"], "Rektor")
    copy_database(connected.school.settings.folder / "mimis.db", connected.copy)


def test_no_call_names_her_whatever_is_done(connected: Connected, sent: Sent, tmp_path: Path) -> None:
    mark(connected)
    named = {}
    for method in sorted({*METHODS} - TO_WHOM_IT_IS_TOLD.keys()):
        sent.clear()
        given = arguments(method, connected.known, tmp_path, "session")
        call(connected.school, method, given)
        connected.school.drain()
        if found := sent.names_her():
            named[method] = found
        connected.put_back()
    assert named == {}


def test_every_courier_would_have_named_her(connected: Connected, sent: Sent) -> None:
    connected.school.drain()
    assert str(HER.email) in b"\n".join(sent).decode("utf-8", "replace")
    assert all(place.received() for place in connected.places)


# The employer ----------------------------------------------------------------------------------------------------


@dataclass
class Hiring:
    """A school with its pages, and an employer's mimis with its recruitment system."""

    school: Services
    learner_id: str
    ats: TeamtailorSandbox
    folder: Path

    def pull(self) -> None:
        """One round of the employer."""
        with open_services(load_settings(self.folder)) as employer:
            assert pull_all(employer, Desk(employer)).failures == []


@pytest.fixture
def hiring(school_folder: Path, tmp_path: Path, ready_file: Path) -> Iterator[Hiring]:
    """She has shared with the employer, and has applied there."""
    bound = listen("127.0.0.1", 0)
    config = school_folder / "mimis.toml"
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    config.write_text(config.read_text("utf-8").replace("http://127.0.0.1:9", url), "utf-8")
    HandSource.start_anew()
    with TeamtailorSandbox(limit=10_000) as ats, open_services(load_settings(school_folder)) as school:
        school.plugins.manager.register(HandPlugin(), "hand")
        HandSource.pages = [page(done("course:1", HER))]
        school.sync()
        school.drain()
        partner_id = write_employer(tmp_path / "employer", school, ats, ready_file)
        (view,) = school.all_credentials()
        share(school, view.learner_id, view.id, partner_id)
        ats.add_candidate(str(HER.email), HER.full_name)
        pages = PageServer(school, bound)
        pages.start()
        yield Hiring(school, view.learner_id, ats, tmp_path / "employer")
        pages.stop()


def write_employer(folder: Path, school: Services, ats: TeamtailorSandbox, ready_file: Path) -> str:
    new = school.add_partner(EMPLOYER.legal_name["sv"], EMPLOYER.registration or "", "demo.example")
    write_folder(folder, "employer", EMPLOYER, "http://127.0.0.1:9", "sqlite:///mimis.db", None)
    shutil.copyfile(ready_file, folder / "mimis.db")
    issuer = {
        "url": school.settings.base_url, "client_id": new.partner.client_id, "client_secret": new.client_secret,
    }  # fmt: skip
    anchors = {"anchors": [str(school.settings.folder / "secrets" / "trial-anchor.pem")]}
    append_tables(folder, {"trust": anchors, "feeds.teamtailor": ats.settings(), "issuers.school": issuer})
    return new.partner.id


def share(school: Services, learner_id: str, credential_id: str, partner_id: str) -> None:
    order = ShareOrder(
        credential_ids=(credential_id,), partner_id=partner_id, purpose="Jobb", application_email=HER.email,
        until=school.clock().date() + timedelta(days=30),
    )  # fmt: skip
    school.create_share(learner_id, order)


def test_recruitment_is_told_of_her_until_she_is_marked_and_then_only_to_forget(hiring: Hiring, sent: Sent) -> None:
    hiring.pull()
    assert len(hiring.ats.received()) == 1
    assert sent.names_her() != []
    hiring.school.protect_learner(hiring.learner_id, "Rektor")
    sent.clear()
    hiring.pull()
    assert hiring.ats.received() == []
    assert sent.names_her() == []


def test_recruitment_is_told_nothing_of_one_who_is_marked_before_the_first_round(hiring: Hiring, sent: Sent) -> None:
    hiring.school.protect_learner(hiring.learner_id, "Rektor")
    hiring.pull()
    assert (hiring.ats.received(), sent.names_her()) == ([], [])
