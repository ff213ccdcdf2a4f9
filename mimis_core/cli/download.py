"""``mimis credentials download``: one credential's file in any of the formats that are configured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Sealed
from mimis_core.services import Services, configured


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
        sealed = _file(services, credential_id, format_)
    try:
        output.write_bytes(sealed.content)
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}.", mend="Give another --output.") from None
    if json_:
        emit({"written": str(output), "format": sealed.format, "media_type": sealed.media_type}, as_json=True)
    else:
        note(f"{output}: {sealed.format}, {sealed.media_type}.")


def _file(services: Services, credential_id: str, format_name: str | None) -> Sealed:
    owner = next((view.learner_id for view in services.all_credentials() if view.id == credential_id), None)
    if owner is None:
        raise NotFoundError(f"There is no credential {credential_id!r}.", mend="See: mimis credentials list")
    if format_name is None:
        return services.sealed(owner, credential_id)
    return services.rendition(owner, credential_id, format_name)
