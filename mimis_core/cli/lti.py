"""``mimis lti``: what both sides of a connection to a learning platform must be told, and whether it holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mimis_core.cli.output import DONE, FAILED, HERE, Config, Json, emit, note
from mimis_core.errors import MimisError, UserError
from mimis_core.model import Finding
from mimis_core.services.platforms import LOOPBACK, read_platforms
from mimis_core.settings import Settings, load_settings
from mimis_core.web.lti import KEYS_PATH, LAUNCH_PATH, LOGIN_PATH, LtiTool

app = typer.Typer(help="Connect a learning platform that opens mimis by LTI 1.3.")
BITS = 2048

MOODLE, OPEN_EDX = "moodle", "openedx"
WORDS = {
    MOODLE: ("Tool URL", "LTI version", "Public key type", "Public keyset", "Initiate login URL", "Redirection URI(s)"),
    OPEN_EDX: ("Tool Launch URL", "LTI Version", "Tool Public Key Mode", "Tool Keyset URL", "Tool Initiate Login URL",
               "Registered Redirect URIs"),
}  # fmt: skip
"""What the platforms call the same six fields."""
ISSUED = {
    MOODLE: {
        "issuer": "Platform ID",
        "client_id": "Client ID",
        "deployment_ids": "Deployment ID",
        "auth_url": "Authentication request URL",
        "token_url": "Access token URL",
        "jwks_url": "Public keyset URL",
    },
    OPEN_EDX: {
        "issuer": "address of the LMS, as in its LTI_BASE (without a slash at the end)",
        "client_id": "Client ID",
        "deployment_ids": "Deployment ID",
        "auth_url": "OIDC Callback URL",
        "token_url": "Access Token URL",
        "jwks_url": "Keyset URL",
    },
}
"""Where the platforms show what ``[lti.<name>]`` asks for."""


@app.command()
def show(
    kind: Annotated[str, typer.Argument(metavar="moodle|openedx", help="What the platform is.")] = MOODLE,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Print what to paste into the platform, and which of its values mimis.toml needs."""
    if kind not in WORDS:
        raise UserError(f"There are no instructions for {kind!r}.", mend="Write moodle or openedx.")
    base = load_settings(config).base_url.rstrip("/")
    launch, keys = base + LAUNCH_PATH, base + KEYS_PATH
    values = (launch, "LTI 1.3", "Keyset URL", keys, base + LOGIN_PATH, launch)
    paste = dict(zip(WORDS[kind], values, strict=True))
    rows = [{"where": f"at {kind}", "field": field, "value": value} for field, value in paste.items()]
    rows += [{"where": "[lti.NAME]", "field": field, "value": said} for field, said in ISSUED[kind].items()]
    rows += [{"where": "[lti.NAME]", "field": "source", "value": f"name of this {kind} in [sources]"}]
    emit({"paste": paste, "need": {**ISSUED[kind], "source": rows[-1]["value"]}}, json_, rows)


@app.command()
def key(
    out: Annotated[Path | None, typer.Option(help="File to write; default lti-DATE.pem beside mimis.toml.")] = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Make a private key that signs what teachers place in a course, and say how to set it."""
    folder = load_settings(config).folder
    file = out or folder / f"lti-{datetime.now(UTC):%Y%m%d-%H%M%S}.pem"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UserError(f"{file}: the key cannot be written ({type(error).__name__}).", mend="Give --out.") from None
    with os.fdopen(handle, "w", encoding="ascii") as written:
        written.write(new_key())
    note("Put it first in keys of [lti.NAME]. Leave the one before it there for an hour, so that its signatures hold.")
    name = str(file.name if file.parent == folder else file)
    if json_:
        emit({"file": name}, json_, [])
    else:
        print(f'keys = [{{ file = "{name}" }}]')


@app.command()
def check(config: Config = HERE, json_: Json = False) -> None:
    """Look at each platform: whether its table is whole, its keys can be fetched, and its frames will work."""
    findings = list(find(load_settings(config)))
    rows = [one.model_dump() for one in findings]
    emit({"findings": rows}, json_, rows)
    raise typer.Exit(FAILED if any(one.status == "error" for one in findings) else DONE)


def find(settings: Settings) -> Iterator[Finding]:
    """What is right and wrong with ``[lti]``. Raises nothing: a table that cannot be read is a finding."""
    try:
        platforms, tool = read_platforms(settings), LtiTool(settings)
    except MimisError as error:
        yield Finding(subject="lti", status="error", message=error.message, mend=error.mend)
        return
    if settings.lti and not _keeps_cookies(settings.base_url):
        yield Finding(
            subject="lti",
            status="error",
            message="base_url is not https: browsers keep no cookies of mimis in a frame.",
            mend="Serve mimis over https.",
        )
    for name in platforms:
        yield _look_at(tool, name)
        if not tool.can_place(name):
            yield Finding(
                subject=f"lti {name}",
                status="warning",
                message="There is no key: learners can come in, but teachers cannot place pages in a course.",
                mend="Make one: mimis lti key",
            )


def new_key() -> str:
    """A new private key in PEM form."""
    made = generate_private_key(65537, BITS)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def _look_at(tool: LtiTool, name: str) -> Finding:
    try:
        count = tool.count_keys(name)
    except MimisError as error:
        return Finding(subject=f"lti {name}", status="error", message=error.message, mend=error.mend)
    if not count:
        return Finding(
            subject=f"lti {name}",
            status="error",
            message="The platform publishes no key that can be used.",
            mend="Correct jwks_url in mimis.toml, or have the platform make an RSA key.",
        )
    origins = " ".join(tool.platforms[name].origins)
    return Finding(subject=f"lti {name}", status="ok", message=f"{count} keys; frames of {origins}")


def _keeps_cookies(base_url: str) -> bool:
    host = base_url.partition("://")[2].partition("/")[0].partition(":")[0]
    return base_url.startswith("https://") or host in LOOPBACK
