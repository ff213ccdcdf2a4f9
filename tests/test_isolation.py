"""No query crosses organisations: every method, page and command of one is tried with the ids of another.

The other has equal data in the same database, with the same keys. Nothing of it may be shown, and none of its rows may
change. What is new is tried too: a method, route or command that takes something under a name not known here fails the
test until the name is added.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
from flask import Flask
from flask.testing import FlaskClient

from mimis_core import MimisError, cli
from mimis_core.services import Role, Services
from mimis_core.web import create_app
from tests.command import Mimis, plugins_with_hand
from tests.conftest import make_schema
from tests.filled_school import SHARED, Known, fill, rows_of
from tests.installation import OURS, THEIRS, make_installation, open_both
from tests.school import Clock, HandCourier, HandSource

SHORTEST = 12
"""Characters of what is looked for; shorter texts are words and dates."""


@dataclass
class World:
    """Two filled schools. ``secrets`` is every text that only the other one has."""

    folder: Path
    ours: Services
    theirs: Services
    known: Known
    own: Known
    before: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Remember how the other one stands, and what nobody else may see of it."""
        self.before = rows_of(self.theirs, THEIRS)
        mine = _texts(rows_of(self.ours, OURS)) | _texts(self.own)
        self.secrets = (_texts(self.before) | _texts(self.known)) - mine

    def leaked(self, shown: str, given: Any = ()) -> list[str]:
        """What of the other one is shown, but for what was given."""
        said = _texts(given)
        return sorted(one for one in self.secrets - said if one in shown and not any(one in text for text in said))

    def changed(self) -> list[str]:
        """Tables in which rows of the other one are not as they were."""
        now = rows_of(self.theirs, THEIRS)
        return [name for name, rows in now.items() if rows != self.before[name]]


def _texts(value: Any) -> set[str]:
    """Texts in rows and values, long enough to be nobody else's."""
    if isinstance(value, str):
        return {value} if len(value) >= SHORTEST else set()
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return set().union(*map(_texts, value))
    return _texts(vars(value)) if hasattr(value, "__dict__") else set()


@pytest.fixture(scope="module")
def world(school_template: Path, tmp_path_factory: pytest.TempPathFactory, postgres: str | None) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("installation")
    database = make_schema(postgres) if postgres else f"sqlite:///{folder}/mimis.db"
    make_installation(school_template, folder, database)
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    with ExitStack() as stack:
        patches = stack.enter_context(pytest.MonkeyPatch.context())
        for module in ("services", "cli.check"):
            patches.setattr(f"mimis_core.{module}.load_plugins", plugins_with_hand)
        ours, theirs = stack.enter_context(open_both(folder, Clock()))
        yield World(folder, ours, theirs, known=fill(theirs), own=fill(ours))


@pytest.fixture(autouse=True)
def look(world: World) -> None:
    """Each test starts from what is so: an earlier one may have changed our own school."""
    HandCourier.parcels = []
    world.look()


# Methods ---------------------------------------------------------------------------------------------------------

ABOUT_NOBODY = {
    "close": "ends the services",
    "hand_back": "ends the work of this process",
    "require": "judges what it is given and asks for nothing",
    "verify": "says what the file itself says, whoever issued it",
    "read": "says what the file itself says, whoever issued it",
}
"""Methods that are not tried, and why."""
METHODS = sorted(
    name for name, _ in inspect.getmembers(Services, callable) if not name.startswith("_") and name not in ABOUT_NOBODY
)
PLAIN: dict[str, Any] = {
    "achievement_id": SHARED, "action": "award.approve", "ahead": timedelta(days=9), "approve": True,
    "body": b'["hint"]', "by": "Test", "code": 0, "content_type": "application/json", "courier": "mail",
    "domain": "x.demo.example", "email": "asa1@demo.example", "format_name": "badge", "handed_over_by": "Test",
    "hints": ["hint"], "issuer": THEIRS, "key": "1", "keys": ["course:1/1"], "level": "LTA", "list_no": 1,
    "name": "Test",
    "nobody_else": True, "outcome": "keep", "owner_id": THEIRS, "public_key": b"key", "purpose": "revocation",
    "reason": "Test", "registration": "556036-0793", "roles": (Role.OWNER,), "source": "hand", "text": "Test",
    "to": "asa1@demo.example", "uses": 9, "viewer": "Test", "way": "oidc", "within": 0.0,
}  # fmt: skip
"""What else is asked for, by name; it is the same in both schools."""
FILES = ("file", "folder", "out", "output")
"""Names of what is written to; what stands there afterwards was shown."""
TOKENS = ("session", "invitation", "share", "token_or_code")
"""Whatever is called a token is tried with all of them."""


def arguments(method: str, known: Known, out: Path, token: str) -> dict[str, Any]:
    """What to call a method with: whatever it can be given of the other's, and what it cannot do without."""
    order = known["participant_order" if method == "participants" else "share_order"]
    values = {**PLAIN, **known, **{name: out / name for name in FILES}}
    values |= {"token": known[token], "share": known["imported"], "order": order}
    given = {}
    for name, parameter in list(inspect.signature(getattr(Services, method)).parameters.items())[1:]:
        needed = parameter.default is parameter.empty
        if name in values and (needed or name in known):
            given[name] = values[name]
        elif needed:
            pytest.fail(f"{method} takes {name!r}: say in tests/test_isolation.py what that is")
    return given


def call(services: Services, method: str, given: dict[str, Any]) -> str:
    """What a method gives, in full; a refusal is what it says."""
    try:
        result = getattr(services, method)(**given)
        return repr(list(result) if isinstance(result, Iterator) else result)
    except MimisError as error:
        return str(error)


def written(folder: Path) -> str:
    """All that stands in the files of a folder."""
    return "".join(file.read_text("utf-8", "replace") for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("method", METHODS)
def test_method_neither_shows_nor_changes_the_other(world: World, method: str, tmp_path: Path) -> None:
    tokens = TOKENS if "token" in inspect.signature(getattr(Services, method)).parameters else TOKENS[:1]
    for token in tokens:
        given = arguments(method, world.known, tmp_path, token)
        shown = call(world.ours, method, given) + written(tmp_path) + repr(HandCourier.parcels)
        assert (world.leaked(shown, given), world.changed()) == ([], [])


@pytest.mark.parametrize("method", ["learner", "credential", "sealed", "passkey", "rights", "export_learner"])
def test_the_look_would_notice(world: World, method: str, tmp_path: Path) -> None:
    given = arguments(method, world.known, tmp_path, "session")
    assert world.leaked(call(world.theirs, method, given)) != []


def test_nothing_is_left_out_that_is_gone() -> None:
    assert [name for name in ABOUT_NOBODY if not hasattr(Services, name)] == []


# Pages -----------------------------------------------------------------------------------------------------------

PLACES: dict[str, Any] = {
    "filename": "mimis.css", "list_no": 1, "purpose": "revocation", "courier": "mail", "format_name": "badge",
    "source": "hand", "number": 1,
}  # fmt: skip
"""What else addresses hold, by name."""


def app_of(services: Services) -> Flask:
    app = create_app(services.settings, services)
    app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    return app


def visitor(app: Flask, known: Known) -> FlaskClient:
    """Signed in as learner and as staff who has just used her passkey, of the school whose these are."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"learner": known["learner_id"], "staff": known["session"]})
    return client


def bearer(client: FlaskClient, known: Known) -> dict[str, str]:
    pair = {"client_id": known["client_id"], "client_secret": known["client_secret"]}
    answer = client.post("/api/partner/v1/token", data={"grant_type": "client_credentials", **pair})
    return {"Authorization": f"Bearer {answer.json['access_token']}"} if answer.status_code == 200 else {}


def addresses(app: Flask, known: Known) -> Iterator[tuple[str, str]]:
    """Each method and address of an app, for each thing of the other that fits into it."""
    values = {**known, **PLACES}
    for rule in app.url_map.iter_rules():
        for token in TOKENS if "token" in rule.arguments else TOKENS[:1]:
            unknown = rule.arguments - values.keys() - {"token"}
            if unknown:
                pytest.fail(f"{rule.rule} takes {unknown}: say in tests/test_isolation.py what that is")
            given = {name: known[token] if name == "token" else values[name] for name in rule.arguments}
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, app.url_map.bind("localhost").build(rule.endpoint, given, method)


@pytest.mark.parametrize("whose", ["own", "known"])
def test_pages_neither_show_nor_change_the_other(world: World, whose: str) -> None:
    """Asked by one of ours, and by one of the other school who comes to the wrong door with her cookie and secret."""
    app = app_of(world.ours)
    her: Known = getattr(world, whose)
    fields = {**PLAIN, "credential": world.known["credential_id"], "partner": world.known["partner_id"], "step": "yes"}
    fields |= {"code": world.known["token_or_code"], "roles": "owner", "until": "2026-12-24", "answer": "{}"}
    forms = {name: value for name, value in fields.items() if isinstance(value, str)}
    for method, address in addresses(app, world.known):
        client = visitor(app, her)
        headers = bearer(client, her)
        answer = client.open(address, method=method, headers=headers, data=forms if method == "POST" else None)
        given = [address, *forms.values(), her["session"], headers.get("Authorization", "")]
        shown = answer.text + repr(list(answer.headers))
        answer.close()
        assert (method, address, world.leaked(shown, given), world.changed()) == (method, address, [], [])
        assert answer.status_code != 500, (method, address)


def test_employers_token_is_good_at_one_school(world: World) -> None:
    theirs, ours = app_of(world.theirs).test_client(), app_of(world.ours).test_client()
    token = bearer(theirs, world.known)
    codes = [client.get("/api/partner/v1/shares", headers=token).status_code for client in (theirs, ours)]
    assert codes == [200, 401]


# Commands --------------------------------------------------------------------------------------------------------

UNTRIED = {
    "adapter new": "writes an adapter",
    "adapter record": "asks another system",
    "db backup": "takes the whole database, whose administrator runs it",
    "db copy": "takes the whole database, whose administrator runs it",
    "db key": "makes a key",
    "db migrate": "takes the whole database, whose administrator runs it",
    "db rekey": "takes the whole database, whose administrator runs it",
    "db restore": "takes the whole database, whose administrator runs it",
    "demo": "makes a school of its own",
    "elm codes": "opens no school",
    "elm compile": "opens no school",
    "employer import": "asks another system",
    "init": "makes a school",
    "moodle connect": "asks another system",
    "openbadges key": "opens no school",
    "openedx listen": "asks another system",
    "organisations": "lists what an installation holds",
    "partners add": "asks another system",
    "rights grant": "what two do together, each by services of its own",
    "seals trial": "opens no school",
    "seals trust update": "asks another system",
    "serve": "its pages are tried above",
}
"""Commands that are not tried, and why."""


def commands() -> dict[str, click.Command]:
    """Every command that does something, by its words."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
        if hasattr(command, "list_commands"):
            for name in command.list_commands(None):
                yield from walk(command.get_command(None, name), (*words, name))
        # A group may do something itself, when it is called without a further word.
        if not hasattr(command, "list_commands") or command.invoke_without_command:
            yield " ".join(words), command

    return dict(walk(typer.main.get_command(cli.app), ()))


COMMANDS = commands()
WORDS: dict[str, str] = {
    "achievement": SHARED, "to": THEIRS, "name": "Test", "email": "x@demo.example", "role": "reader", "project": "P",
    "start": "2026-01-01", "end": "2026-12-31", "key": "1", "source": "hand",
}  # fmt: skip
"""What commands ask for beside what methods do, by name."""
NAMES = {"ids": "award_id", "keep": "learner_id", "other": "other_id", "staff": "staff_id", "learner": "learner_id",
         "learners": "learner_id"}  # fmt: skip
"""What commands call what methods call otherwise."""


def line(words: str, known: Known, out: Path) -> list[str]:
    """What to type: whatever the command can be given of the other's, and what it cannot do without."""
    kinds = {"reviews": "review_id", "credentials": "credential_id", "awards": "award_id", "retry": "ids"}
    names = {**NAMES, "ids": kinds.get(words.split()[0], "award_id")}
    (out / "given").write_bytes(b"{}")
    typed = words.split()
    for parameter in COMMANDS[words].params:
        name = str(parameter.name)
        value = _typed(names.get(name, name), known, out, exists=parameter.param_type_name == "argument")
        if name in ("yes", "once", "stored"):
            typed.append(f"--{name}")
        elif value is None and parameter.required:
            pytest.fail(f"mimis {words} takes {name!r}: say in tests/test_isolation.py what that is")
        elif value is not None and (parameter.required or names.get(name, name) in known):
            typed += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return typed


def _typed(name: str, known: Known, out: Path, *, exists: bool) -> str | None:
    if name in FILES or name in ("files", "what"):
        return str(out / "given") if exists and name in ("file", "files") else str(out / "made")
    value = {**PLAIN, **WORDS, **known}.get(name)
    return str(value[0]) if isinstance(value, list) else None if value is None else str(value)


@pytest.mark.parametrize("words", sorted(COMMANDS.keys() - UNTRIED.keys()))
def test_command_neither_shows_nor_changes_the_other(
    world: World, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed = line(words, world.known, tmp_path)
    ended = Mimis(capsys)(*typed, "--config", world.ours.settings.folder)
    if "No such option: --config" in ended.err:
        ended = Mimis(capsys)(*typed)
    shown = ended.out + ended.err + written(tmp_path) + repr(HandCourier.parcels)
    assert (world.leaked(shown, typed), world.changed()) == ([], [])
    assert "Usage:" not in ended.err, ended.err


def test_no_command_is_left_out_that_is_gone() -> None:
    assert UNTRIED.keys() <= COMMANDS.keys()
