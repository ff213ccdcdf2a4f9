"""``mimis europass export-cv``: a learner's credentials as a Europass CV."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mimis_core import CredentialStatus, UserError
from mimis_europass.exports.files import read_file, write_file


class Language(StrEnum):
    """Languages that the labels of the CV are there in."""

    SV = "sv"
    EN = "en"


def export_cv(
    output: Annotated[Path, typer.Option("--output", help="Where the XML file is written.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Credentials of one learner, of any issuer.")] = None,
    learner: Annotated[str | None, typer.Option("--learner", help="Instead of files: the learner's id.")] = None,
    language: Annotated[Language, typer.Option("--language", help="Language of the CV.")] = Language.SV,
    config: Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder of mimis.toml.")] = Path("."),
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Write a learner's credentials as a Europass CV (XML, SkillsPassport 3.4.1).

    Of a learner of this school only the active credentials are taken. Files are taken as they are: no seal is checked.
    """
    from mimis_europass.exports.cv import make_cv

    if bool(files) == bool(learner):
        raise UserError("Give either files or --learner.", mend="Learners' ids: mimis learners list")
    contents = _active(config, learner) if learner else [read_file(file) for file in files or ()]
    write_file(output, make_cv(contents, language.value, datetime.now(UTC)))
    if json_:
        typer.echo(json.dumps({"written": str(output), "credentials": len(contents)}))
    else:
        typer.echo(f"{output}: {len(contents)} credentials.", err=True)


def _active(config: Path, learner: str) -> list[bytes]:
    from mimis_core.services import configured

    with configured(config) as services:
        views = services.credentials_of(learner)
        return [
            services.sealed(learner, view.id).content for view in views if view.status.status is CredentialStatus.ACTIVE
        ]
