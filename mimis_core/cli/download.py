"""``mimis credentials download``: one credential's file in any of the formats that are configured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.errors import NotFoundError, UserError
from mimis_core.services import CredentialView, Services, configured


def download(
    credential_id: Annotated[str, typer.Argument(help="Id of the credential, from `mimis credentials list`.")],
    output: Annotated[Path, typer.Option("--output", help="Where the file is written.")],
    format_: Annotated[
        str | None,
        typer.Option("--format", help="Name of a table [formats.NAME]; left out, the file as it was sealed."),
    ] = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Save a credential's file, or make it in a further format such as an Open Badge."""
    with configured(config) as services:
        view = find(services, credential_id)
        if format_ is None:
            sealed = services.sealed(view.learner_id, view.id)
        else:
            sealed = services.rendition(view.learner_id, view.id, format_)
    save(output, sealed.content)
    if json_:
        emit({"written": str(output), "format": sealed.format, "media_type": sealed.media_type}, as_json=True)
    else:
        note(f"{output}: {sealed.format}, {sealed.media_type}.")


def find(services: Services, credential_id: str) -> CredentialView:
    """The credential with this id. Raises NotFoundError."""
    for view in services.all_credentials():
        if view.id == credential_id:
            return view
    raise unknown(credential_id)


def unknown(credential_id: str) -> NotFoundError:
    """What is raised for an id that no credential has."""
    return NotFoundError(f"There is no credential {credential_id!r}.", mend="See: mimis credentials list")


def save(path: Path, content: bytes) -> None:
    """Write a file that was asked for with ``--output``. Raises UserError when that cannot be done."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", mend="Give another --output.") from None
