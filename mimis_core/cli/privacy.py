"""``mimis privacy``: the papers that data protection asks for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from mimis_core.catalogue import Catalogue
from mimis_core.cli.output import HERE, Config, Json, emit, note
from mimis_core.errors import UserError
from mimis_core.services import configured
from mimis_core.services.privacy_papers import Paper, make_papers

app = typer.Typer(help="Write the papers that data protection asks for.")


@app.callback()
def root() -> None:
    """Write the papers that data protection asks for."""


@app.command("papers")
def papers(
    out: Annotated[Path, typer.Option("--out", help="Folder to write into; made when it is not there.")],
    replace: Annotated[bool, typer.Option("--replace", help="Write over earlier drafts, also edited ones.")] = False,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Write Swedish drafts (Markdown, HTML): registerförteckning, konsekvensbedömning, biträdesavtal, information.

    They are filled in from mimis.toml and the catalogue. What a person must add stands as [FYLL I].
    """
    with configured(config) as services:
        settings = services.settings
        catalogue = services.catalogue if settings.role == "school" else Catalogue(())
    made = make_papers(settings, catalogue, date.today())
    written = _write(made, out, replace)
    rows = [
        {"paper": one.title, "files": f"{one.name}.md, {one.name}.html", "to fill in": one.to_fill_in} for one in made
    ]
    emit({"folder": str(out), "files": written, "to_fill_in": {one.name: one.to_fill_in for one in made}}, json_, rows)
    note("Utkast: läs dem, fyll i det som står inom [FYLL I] och låt en jurist se dem innan de används.")


def _write(made: tuple[Paper, ...], out: Path, replace: bool) -> list[str]:
    texts = {f"{one.name}{end}": text for one in made for end, text in ((".md", one.markdown), (".html", one.page))}
    for name in texts:
        if (out / name).exists() and not replace:
            raise UserError(f"{out / name} is there already.", mend="Choose another folder, or say --replace.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.", mend="Choose another folder.") from None
    return sorted(texts)
