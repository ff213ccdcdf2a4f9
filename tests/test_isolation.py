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
from pathlib import Path
from typing import Any

import pytest

from mimis_core import MimisError
from mimis_core.services import Services
from tests.command import Mimis, plugins_with_hand
from tests.filled_school import Known, fill, rows_of
from tests.installation import OURS, THEIRS, make_installation, open_both
from tests.postgres import ready_database
from tests.school import Clock, HandCourier, HandSource
from tests.walk import COMMANDS, FILES, PLAIN, TOKENS, UNTRIED, app_of, bearer, line, routes, text_of, visitor, written

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
        self.before = self.before or rows_of(self.theirs, THEIRS)
        mine = _texts(rows_of(self.ours, OURS)) | _texts(self.own)
        self.secrets = (_texts(self.before) | _texts(self.known)) - mine

    def leaked(self, shown: str, given: Any = ()) -> list[str]:
        """What of the other one is shown, but for what was given."""
        said = _texts(given)
        return sorted(one for one in self.secrets - said if one in shown and not any(one in text for text in said))

    def changed(self) -> list[str]:
        """Tables in which rows of the other one are not as they were; the next test starts from what is so now."""
        before, self.before = self.before, rows_of(self.theirs, THEIRS)
        return [name for name, rows in self.before.items() if rows != before[name]]


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
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    with ExitStack() as stack:
        database = stack.enter_context(ready_database(postgres)) if postgres else f"sqlite:///{folder}/mimis.db"
        make_installation(school_template, folder, database)
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
    "grant_right": "what two do together, each by services of its own",
    "hand_back": "ends the work of this process",
    "key_of_content": "is a hash of what it is given, and asks for nothing",
    "version_of": "is a hash of what it is given, and asks for nothing",
    "require": "judges what it is given and asks for nothing",
    "verify": "says what the file itself says, whoever issued it",
    "read": "says what the file itself says, whoever issued it",
    "check_shared": "says what the file itself says, whoever issued it",
}
"""Methods that are not tried, and why."""
METHODS = sorted(
    name for name, _ in inspect.getmembers(Services, callable) if not name.startswith("_") and name not in ABOUT_NOBODY
)


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
            pytest.fail(f"{method} takes {name!r}: say in tests/walk.py what that is")
    return given


def call(services: Services, method: str, given: dict[str, Any]) -> str:
    """What a method gives, in full; a refusal is what it says."""
    try:
        result = getattr(services, method)(**given)
        return repr(list(result) if isinstance(result, Iterator) else result)
    except MimisError as error:
        return str(error)


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
    world.before.clear()  # the other one has changed, by itself


def test_nothing_is_left_out_that_is_gone() -> None:
    assert [name for name in ABOUT_NOBODY if not hasattr(Services, name)] == []


# Pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["own", "known"])
def test_pages_neither_show_nor_change_the_other(world: World, whose: str) -> None:
    """Asked by one of ours, and by one of the other school who comes to the wrong door with her cookie and secret."""
    app = app_of(world.ours)
    her: Known = getattr(world, whose)
    fields = {**PLAIN, "credential": world.known["credential_id"], "partner": world.known["partner_id"], "step": "yes"}
    fields |= {"code": world.known["token_or_code"], "roles": "owner", "until": "2026-12-24", "answer": "{}"}
    forms = {name: value for name, value in fields.items() if isinstance(value, str)}
    for _, method, address in routes(app, world.known):
        client = visitor(app, her)
        headers = bearer(client, her)
        answer = client.open(address, method=method, headers=headers, data=forms if method == "POST" else None)
        given = [address, *forms.values(), her["session"], headers.get("Authorization", "")]
        shown = text_of(answer) + repr(list(answer.headers))
        answer.close()
        assert (method, address, world.leaked(shown, given), world.changed()) == (method, address, [], [])
        assert answer.status_code != 500, (method, address)


def test_employers_token_is_good_at_one_school(world: World) -> None:
    theirs, ours = app_of(world.theirs).test_client(), app_of(world.ours).test_client()
    token = bearer(theirs, world.known)
    world.before.clear()  # the other one has changed, by itself
    codes = [client.get("/api/partner/v1/shares", headers=token).status_code for client in (theirs, ours)]
    assert codes == [200, 401]


# Commands --------------------------------------------------------------------------------------------------------


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
