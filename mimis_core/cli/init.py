"""``mimis init``: a school or an employer in a new folder."""

from __future__ import annotations

import json
import re
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mimis_core.cli.output import Json, emit, note
from mimis_core.errors import ConfigurationError, UserError
from mimis_core.model import Organisation
from mimis_core.plugins import load_plugins
from mimis_core.settings import FILENAME
from mimis_core.store.catalogue_files import write_starter_catalogue
from mimis_core.store.cipher import new_key

app = typer.Typer()
Role = Literal["school", "employer"]
ORGANISATION_NUMBER = re.compile(r"\d\d[2-9]\d{3}-\d{4}")
"""The third digit tells it from a personal number, which is no identifier here."""

PROTECTED_QUESTION = """\
Hur hålls personer med skyddade personuppgifter utanför? (How are learners with protected identity kept out?)
  role            de har en egen roll i lärplattformen
  group           de är med i en egen grupp i lärplattformen
  list            vi skriver upp dem i mimis.toml
  none-enrolled   de finns aldrig i lärplattformen
"""

HEADER = """\
# mimis: inställningar. Hemligheter skrivs aldrig här, bara var de finns: {{ env = "NAMN" }} eller {{ file = "FIL" }}.
role = {role}
base_url = {base_url}
database = {database}
secret_key = {{ file = "secrets/session.key" }}
encryption_key = {{ file = "secrets/encryption.key" }}
lookup_key = {{ file = "secrets/lookup.key" }}

[organisation]
id = {id}
legal_name = {{ sv = {sv}, en = {en} }}
registration = {registration}
eidas = {eidas}
email = {email}
{homepage}
public_body = {public_body}
"""

NO_HOMEPAGE = '# homepage = "https://www.exempel.se"  # er webbplats; Europass kurskatalog kräver den'

SCHOOL = """
# Skyddade personuppgifter: måste vara besvarat innan `mimis sync` startar.
[privacy]
{protected}

# Sigillets nyckel. Den här är en ÖVNINGSNYCKEL: ingen utanför skolan litar på den. Se docs/sigill.md.
{signer}
# Var kurserna finns. Ta bort # och fyll i.
# [sources.moodle]
# url = "https://moodle.example.se"
# token = {{ env = "MIMIS_MOODLE_TOKEN" }}

# Vart bevisen skickas: bara när deltagaren själv väljer det, eller efter skolans beslut under [delivery.rule].
# [couriers.mail]
# host = "smtp.example.se"
# sender = "mikromeriter@example.se"

# Vad som körs av sig självt och när, i svensk tid: "hourly", "02:30", "mon 03:00" eller "never".
# [schedule]
# sync = "02:30"
"""

EMPLOYER = """
# Utfärdare som ni hämtar delningar från. Ni får id och hemlighet av skolan (mimis partners add).
# [issuers.skola]
# url = "https://mikromeriter.skola.example.se"
# client_id = "..."
# client_secret = { env = "MIMIS_SKOLA_SECRET" }

# Skolornas sigill: en PEM-fil för varje utfärdare som ni litar på. Utan den blir svaret "okänd utfärdare".
# [trust]
# anchors = ["skolans-sigill.pem"]

# Ert rekryteringssystem.
# [feeds.teamtailor]
# partner_key = { env = "MIMIS_TEAMTAILOR_PARTNER_KEY" }
# api_key = { env = "MIMIS_TEAMTAILOR_API_KEY" }

# Vad som körs av sig självt och när, i svensk tid: "hourly", "02:30", "mon 03:00" eller "never".
# [schedule]
# "employer pull" = "hourly"
"""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    role: Annotated[Role, typer.Option("--role", help="school issues, employer imports.")],
    name: Annotated[str, typer.Option("--name", help="The organisation's name.")] = "Exempelbygdens folkhögskola",
    name_en: Annotated[str | None, typer.Option("--name-en", help="Its name in English, when it has one.")] = None,
    public_body: Annotated[
        bool, typer.Option("--public-body", help="A municipality or region: its documents can be requested.")
    ] = False,
    registration: Annotated[str, typer.Option("--registration", help="Organisation number.")] = "802002-6509",
    base_url: Annotated[str, typer.Option("--base-url", help="Public address.")] = "http://127.0.0.1:8000",
    email: Annotated[str, typer.Option("--email", help="Where learners may write.")] = "kontakt@example.se",
    database: Annotated[str, typer.Option("--database", help="SQLAlchemy address.")] = "sqlite:///mimis.db",
    protected: Annotated[
        str | None, typer.Option("--protected", help="role, group, list or none-enrolled; asked when left out.")
    ] = None,
    json_: Json = False,
) -> None:
    """Write configuration, keys and, for a school, a catalogue and a trial seal. Never overwrites."""
    if not ORGANISATION_NUMBER.fullmatch(registration):
        raise UserError("--registration is no organisation number.", mend="Write it as NNNNNN-NNNN.")
    organisation = Organisation(
        id="school" if role == "school" else "employer",
        legal_name={"sv": name, "en": name_en or name},
        registration=registration,
        eidas=f"NTRSE-{registration.replace('-', '')}",
        email=email,
        public_body=public_body,
    )
    if protected is None and role == "school" and sys.stdin.isatty():
        note(PROTECTED_QUESTION)
        protected = typer.prompt("Svar", err=True)
    try:
        written = write_folder(folder, role, organisation, base_url, database, protected)
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror}.", mend="Choose another folder.") from None
    emit({"folder": str(folder), "written": written}, json_, [{"written": one} for one in written])
    note(f"Nästa steg: mimis check --config {folder}")


def write_folder(
    folder: Path, role: Role, organisation: Organisation, base_url: str, database: str, protected: str | None
) -> list[str]:
    """Write a whole folder; gives the relative paths. Raises UserError when it is in use or holds keys already."""
    if (folder / FILENAME).exists():
        raise UserError(f"{folder} holds a {FILENAME} already.", mend="Choose another folder.")
    if protected not in (None, "role", "group", "list", "none-enrolled"):
        raise ConfigurationError("--protected is role, group, list or none-enrolled.", mend="Choose one of them.")
    for kept in sorted((folder / "secrets").glob("*")):
        raise UserError(
            f"{kept} is there already, and a key is never written over.",
            mend="Choose another folder, or move the folder secrets away if nothing was encrypted or sealed with it.",
        )
    before = {path for path in folder.rglob("*") if path.is_file()}
    (folder / "secrets").mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_secret(folder / "secrets" / "session.key", secrets.token_urlsafe(48))
    _write_secret(folder / "secrets" / "encryption.key", new_key())
    _write_secret(folder / "secrets" / "lookup.key", new_key())
    text = HEADER.format(
        role=_quote(role),
        base_url=_quote(base_url),
        database=_quote(database),
        id=_quote(organisation.id),
        sv=_quote(organisation.legal_name["sv"]),
        en=_quote(organisation.legal_name.get("en", organisation.legal_name["sv"])),
        registration=_quote(organisation.registration),
        eidas=_quote(organisation.eidas),
        email=_quote(organisation.email or ""),
        homepage=f"homepage = {_quote(organisation.homepage)}" if organisation.homepage else NO_HOMEPAGE,
        public_body=json.dumps(organisation.public_body),
    )
    text += _school_part(folder, organisation, protected) if role == "school" else EMPLOYER
    (folder / FILENAME).write_text(text, encoding="utf-8")
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path not in before)


def _school_part(folder: Path, organisation: Organisation, protected: str | None) -> str:
    write_starter_catalogue(folder / "catalogue", organisation.id)
    answer = f"protected = {_quote(protected)}" if protected else '# protected = "role"'
    signers: Any = load_plugins().types("signer")
    if "pkcs12" not in signers:
        note("No trial seal was made: the adapter `seals` is not installed (pip install 'mimis[seals]').")
        return SCHOOL.format(protected=answer, signer="# [signer]\n")
    table = signers["pkcs12"].make_trial(organisation, folder / "secrets")
    signer = (
        f'[signer]\nkind = "pkcs12"\nfile = "secrets/{table["file"]}"\n'
        f'password = {{ file = "secrets/{table["password_file"]}" }}\n\n'
        f'[trust]\nanchors = ["secrets/{table["anchor"]}"]\n'
    )
    return SCHOOL.format(protected=answer, signer=signer)


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _quote(text: str) -> str:
    # A JSON string is a TOML basic string too.
    return json.dumps(text, ensure_ascii=False)
