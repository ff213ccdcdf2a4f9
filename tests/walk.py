"""Everything that a school can be asked: each address of its pages and each command, with what they take by name.

Both are read from the program itself, so that a new one is walked too, or the walk says what it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import click
import pytest
import typer.main
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from mimis_core import cli
from mimis_core.services import EscoRelease, Role, Services, Trace, WebhookOrder
from mimis_core.web import create_app
from tests.filled_school import SHARED, Known
from tests.installation import THEIRS

PLAIN: dict[str, Any] = {
    "achievement_id": SHARED, "action": "award.approve", "ahead": timedelta(days=9), "approve": True,
    "body": b'["hint"]', "seconds": 60, "what": "Test", "by": "Test", "code": 0, "content_type": "application/json",
    "courier": "mail", "domain": "x.demo.example", "email": "asa1@demo.example", "format_name": "badge",
    "handed_over_by": "Test",
    "hints": ["hint"], "issuer": THEIRS, "key": "1", "keys": ["course:1/1"], "level": "LTA", "list_no": 1,
    "answer": "Test", "name": "Test", "platform": "school",
    "nobody_else": True, "outcome": "keep", "owner_id": THEIRS, "public_key": b"key", "purpose": "revocation",
    "reason": "Test", "registration": "556036-0793", "roles": (Role.OWNER,), "source": "hand", "text": "Test",
    "to": "asa1@demo.example", "uses": 9, "viewer": "Test", "way": "oidc", "within": 0.0,
    "achievement_ids": [SHARED], "content": {}, "decided_by": "Test", "decided_on": date(2026, 1, 1),
    "institution": "Test", "opinions": [], "revision": 1, "seen": "0" * 64, "title": {"sv": "Test"},
    "verdict": "changes",
    "category": "source", "state": "queued", "status": "active",
    "release": EscoRelease("1.2.0", (), (), (), {}),
    "command": "employer pull", "jwks": '{"keys": []}', "until": datetime(2026, 12, 24, tzinfo=UTC),
    "trace": Trace(system="Test", state="written", at=datetime(2026, 11, 24, 9, tzinfo=UTC)),
    "webhook_order": WebhookOrder(url="http://127.0.0.1:9/hook", events=("share.withdrawn",)),
    "address": "asa.ny@demo.example", "mail_kind": "look", "wanted": True,
    "cause": "restored", "decision_number": "Dnr 2026:14",
    "occupation": "http://data.europa.eu/esco/occupation/none",
    "contents": [], "language": "sv",
}  # fmt: skip
"""What else is asked for, by name; it is the same in both schools."""
FILES = ("file", "folder", "out", "output")
"""Names of what is written to; what stands there afterwards was shown."""
TOKENS = (
    "session", "invitation", "share", "attestation", "placement_token", "token_or_code", "helper_token",
    "address_token",
)  # fmt: skip
"""Whatever is called a token is tried with all of them."""


def written(folder: Path) -> str:
    """All that stands in the files of a folder."""
    return "".join(file.read_text("utf-8", "replace") for file in folder.rglob("*") if file.is_file())


def text_of(answer: TestResponse) -> str:
    """All that a page tells; of a ZIP file what is in it, of a PDF its text and the files in it."""
    if answer.mimetype == "application/pdf":
        pdf = PdfReader(BytesIO(answer.data))
        files = b"".join(one for found in pdf.attachments.values() for one in found)
        return "".join(page.extract_text() for page in pdf.pages) + files.decode("utf-8", "replace")
    if answer.mimetype != "application/zip":
        return answer.text
    with ZipFile(BytesIO(answer.data)) as packed:
        return "".join(name + packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


PLACES: dict[str, Any] = {
    "filename": "mimis.css", "list_no": 1, "purpose": "revocation", "courier": "mail", "format_name": "badge",
    "source": "hand", "number": 1, "step": 1, "whom": "learner", "achievement_id": SHARED, "ref": f"{SHARED}@1",
    "category": "source", "name": "hand",
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


class Route(NamedTuple):
    """One method of one endpoint, and an address that leads to it."""

    endpoint: str
    method: str
    address: str


def routes(app: Flask, known: Known) -> Iterator[Route]:
    """Each method and address of an app, for each thing of these that fits into it; what only shows comes first."""
    values = {**known, **PLACES}
    found = []
    for rule in app.url_map.iter_rules():
        for token in TOKENS if "token" in rule.arguments else TOKENS[:1]:
            unknown = rule.arguments - values.keys() - {"token"}
            if unknown:
                pytest.fail(f"{rule.rule} takes {unknown}: say in tests/walk.py what that is")
            given = {name: known[token] if name == "token" else values[name] for name in rule.arguments}
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                address = app.url_map.bind("localhost").build(rule.endpoint, given, method)
                found.append(Route(rule.endpoint, method, address))
    yield from sorted(found, key=lambda one: one.method != "GET")


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
    "esco import": "takes in public files, by a method that is tried itself",
    "employer import": "asks another system",
    "employer proposal": "asks another system",
    "employer propose": "asks another system",
    "init": "makes a school",
    "lti check": "asks another system",
    "lti key": "makes a key",
    "moodle connect": "asks another system",
    "openbadges endorse": "signs a file, by a method that is tried itself",
    "openbadges key": "opens no school",
    "openedx listen": "asks another system",
    "organisations": "lists what an installation holds",
    "partners add": "asks another system",
    "roles from-ad": "asks another system",
    "rights grant": "what two do together, each by services of its own",
    "seals trial": "opens no school",
    "seals trust update": "asks another system",
    "serve": "its pages are tried themselves",
}
"""Commands that are not tried, and why."""
WORDS: dict[str, str] = {
    "achievement": SHARED, "to": THEIRS, "name": "Test", "email": "x@demo.example", "role": "reader", "project": "P",
    "start": "2026-01-01", "end": "2026-12-31", "key": "1", "source": "hand",
    "workplace": "Test", "first": "2026-10-05", "last": "2026-11-13",
    "uri": "http://data.europa.eu/esco/skill/test",
}  # fmt: skip
"""What commands ask for beside what methods do, by name."""
NAMES = {"ids": "award_id", "keep": "learner_id", "other": "other_id", "staff": "staff_id", "learner": "learner_id",
         "learners": "learner_id"}  # fmt: skip
"""What commands call what methods call otherwise."""


def line(words: str, known: Known, out: Path) -> list[str]:
    """What to type: whatever the command can be given of the other's, and what it cannot do without."""
    kinds = {"reviews": "review_id", "credentials": "credential_id", "awards": "award_id", "retry": "ids"}
    names = {**NAMES, "ids": kinds.get(words.split()[0], "award_id")}
    if words.startswith("roles "):
        names |= {"role": "role_id", "share": "import_id"}
    (out / "given").write_bytes(b"{}")
    typed = words.split()
    for parameter in COMMANDS[words].params:
        name = str(parameter.name)
        value = _typed(names.get(name, name), known, out, exists=parameter.param_type_name == "argument")
        if name in ("yes", "once", "stored"):
            typed.append(f"--{name}")
        elif value is None and parameter.required:
            pytest.fail(f"mimis {words} takes {name!r}: say in tests/walk.py what that is")
        elif value is not None and (parameter.required or names.get(name, name) in known):
            typed += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return typed


def _typed(name: str, known: Known, out: Path, *, exists: bool) -> str | None:
    if name in FILES or name in ("files", "what"):
        return str(out / "given") if exists and name in ("file", "files") else str(out / "made")
    value = {**PLAIN, **WORDS, **known}.get(name)
    return str(value[0]) if isinstance(value, list) else None if value is None else str(value)
