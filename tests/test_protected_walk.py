"""Each page and each command, in a school whose one filled-in learner has since been marked as protected.

Pages and commands are read from the program: what is new is walked too. Who she is may be told to herself alone, and
by the commands below with which her officer hands out her own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mimis_core.services import open_services
from mimis_core.settings import load_settings
from mimis_core.store.tables import LearnerRow
from tests.command import Mimis, plugins_with_hand
from tests.filled_school import Known, fill
from tests.protected_person import BORN, HER, copy_database, names_her
from tests.school import HandCourier, HandPlugin, HandSource, done, page, someone
from tests.walk import COMMANDS, PLAIN, UNTRIED, app_of, bearer, line, routes, text_of, visitor, written

TO_HERSELF = {"learner.file": "her sealed file, byte for byte", "learner.pdf": "the same as a page to print"}
"""Endpoints that tell her who she is when she is signed in, and why."""
BY_HER_OFFICER = {
    "credentials download": "her sealed file, by its id, to be handed over in person",
    "europass export-cv": "her own file, by her id, to be handed over in person",
}
"""Commands that hand out her own, and why."""


@pytest.fixture(scope="module")
def filled(school_template: Path, ready_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Known]:
    """The folder of a school that has something of everything of hers, and somebody else; she is marked last."""
    folder = Path(shutil.copytree(school_template, tmp_path_factory.mktemp("protected") / "school"))
    shutil.copyfile(ready_file, folder / "mimis.db")
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    with open_services(load_settings(folder)) as school:
        school.plugins.manager.register(HandPlugin(), "hand")
        known = fill(school)
        for her in (HER, HER.model_copy(update={"protected": True})):
            HandSource.pages = [page(done("course:1", her), done("course:1", someone("9", full_name="Bo Ek")))]
            school.sync(full=True)
        with school.database.transaction() as session:
            (row,) = session.scalars(select(LearnerRow).where(LearnerRow.id == known["learner_id"]))
            row.birth_date = BORN
        known["stranger"] = next(one.id for one, _ in school.learners() if one.full_name == "Bo Ek")
    HandSource.start_anew()
    return folder, known


@pytest.fixture
def folder(filled: tuple[Path, Known], tmp_path: Path) -> Path:
    """A copy of the school, which a test may change."""
    HandCourier.parcels, HandCourier.errors = [], []
    return Path(shutil.copytree(filled[0], tmp_path / "school"))


@pytest.fixture
def known(filled: tuple[Path, Known]) -> Known:
    """Her things and the school's, by name; what is sent in forms names her too."""
    return {**filled[1], "email": HER.email, "to": HER.email}


# Pages -----------------------------------------------------------------------------------------------------------

Visit = Callable[[Flask, Known], tuple[FlaskClient, dict[str, str]]]


def nobody(app: Flask, known: Known) -> tuple[FlaskClient, dict[str, str]]:
    return app.test_client(), {}


def another_learner(app: Flask, known: Known) -> tuple[FlaskClient, dict[str, str]]:
    return visitor(app, {"learner_id": known["stranger"], "session": ""}), {}


def staff(app: Flask, known: Known) -> tuple[FlaskClient, dict[str, str]]:
    return visitor(app, {"learner_id": "", "session": known["session"]}), {}


def employer(app: Flask, known: Known) -> tuple[FlaskClient, dict[str, str]]:
    client = app.test_client()
    return client, bearer(client, known)


def herself(app: Flask, known: Known) -> tuple[FlaskClient, dict[str, str]]:
    return visitor(app, {"learner_id": known["learner_id"], "session": ""}), {}


def walked(folder: Path, known: Known, visit: Visit, put_back: Path) -> dict[str, list[str]]:
    """What each endpoint tells of her to one visitor, where it tells anything."""
    found: dict[str, list[str]] = {}
    fields = {**PLAIN, **known, "credential": known["credential_id"], "partner": known["partner_id"], "step": "yes"}
    fields |= {"code": known["token_or_code"], "roles": "owner", "until": "2026-12-24", "answer": "{}"}
    forms = {name: value for name, value in fields.items() if isinstance(value, str)}
    with open_services(load_settings(folder)) as school:
        school.plugins.manager.register(HandPlugin(), "hand")
        app = app_of(school)
        for route in routes(app, known):
            client, headers = visit(app, known)
            data = forms if route.method != "GET" else None
            answer = client.open(route.address, method=route.method, headers=headers, data=data)
            told = names_her(text_of(answer) + repr(list(answer.headers)), route.address, str(HER.email))
            answer.close()
            assert answer.status_code != 500, route
            if told:
                found[route.endpoint] = told
            if data is not None:
                copy_database(put_back, folder / "mimis.db")
    return found


@pytest.mark.parametrize("visit", [nobody, another_learner, staff, employer], ids=lambda visit: visit.__name__)
def test_no_page_names_her_to_others(folder: Path, known: Known, filled: tuple[Path, Known], visit: Visit) -> None:
    assert walked(folder, known, visit, filled[0] / "mimis.db") == {}


def test_pages_name_her_to_herself_where_they_say_so(folder: Path, known: Known, filled: tuple[Path, Known]) -> None:
    assert walked(folder, known, herself, filled[0] / "mimis.db").keys() == TO_HERSELF.keys()


def test_the_walk_would_notice(folder: Path, known: Known, tmp_path: Path) -> None:
    with open_services(load_settings(folder)) as school:
        school.protect_learner(known["learner_id"], "Rektor", protected=False)
    copy_database(folder / "mimis.db", tmp_path / "unmarked.db")
    found = walked(folder, known, employer, tmp_path / "unmarked.db")
    assert {endpoint.partition(".")[0] for endpoint in found} >= {"shared", "partner_api"}


# Commands --------------------------------------------------------------------------------------------------------


def opens_a_school(words: str) -> bool:
    return any(one.name == "config" for one in COMMANDS[words].params)


WALKED = sorted(words for words in COMMANDS if opens_a_school(words) and words not in UNTRIED)


def run(words: str, folder: Path, known: Known, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """All that a command prints and writes."""
    out = folder.parent / "out"
    out.mkdir(exist_ok=True)
    typed = [*line(words, known, out), "--config", str(folder), *options]
    ended = Mimis(capsys)(*typed)
    assert "Usage:" not in ended.err, ended.err
    shown = ended.out + ended.err + written(out) + repr(HandCourier.parcels)
    return " ".join(names_her(shown, str(HER.email) if str(HER.email) in typed else "\0"))


@pytest.mark.parametrize("words", WALKED)
@pytest.mark.parametrize("form", ["table", "json"])
def test_no_command_names_her_but_her_officers(
    folder: Path, known: Known, words: str, form: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(folder.parent)
    for module in ("services", "cli.check"):
        monkeypatch.setattr(f"mimis_core.{module}.load_plugins", plugins_with_hand)
    found = run(words, folder, known, capsys, *(["--json"] if form == "json" else []))
    assert bool(found) == (words in BY_HER_OFFICER), found


def test_exceptions_are_commands() -> None:
    assert BY_HER_OFFICER.keys() <= set(WALKED)
