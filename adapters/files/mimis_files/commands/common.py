"""What the commands share: options, output, and the source that a list belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core import ConfigurationError, NotFoundError
from mimis_core.services import Services, configured, open_services
from mimis_files.settings import FilesSettings
from mimis_files.source import FilesSource

Config = Annotated[Path, typer.Option("--config", envvar="MIMIS_CONFIG", help="Folder or file of the configuration.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
SourceName = Annotated[
    str | None, typer.Option("--source", help="Name of the source in mimis.toml; needed where there are several.")
]
File = Annotated[Path, typer.Argument(help="A list: .csv, .tsv or .xlsx.", dir_okay=False)]
HERE = Path(".")
DONE, FAILED, USAGE, PARTLY = 0, 1, 2, 3


@dataclass(frozen=True)
class Opened:
    """The school with one source turned to a single file, and the source itself."""

    services: Services
    source: FilesSource
    mapping_file: Path


@contextmanager
def opened(config: Path, name: str | None, file: Path) -> Iterator[Opened]:
    """The school as if the source read this file alone; what it has explained stays where it is.

    Raises ConfigurationError without such a source, NotFoundError for an unknown name or a missing file.
    """
    if not file.is_file():
        raise NotFoundError(f"There is no file {file.name}.", mend="Correct the name of the list.")
    with configured(config) as services:
        settings = services.settings
    name = _source_name(settings.sources, name)
    table = {key: value for key, value in settings.sources[name].items() if key != "kind"}
    mapping_file = FilesSettings(**table).mapping_file.resolve()
    table |= {"path": str(file.resolve()), "mapping": str(mapping_file)}
    sources = {**settings.sources, name: {"kind": FilesSource.kind, **table}}
    with open_services(settings.model_copy(update={"sources": sources})) as services:
        yield Opened(services, FilesSource(name, FilesSettings(**table)), mapping_file)


def _source_name(sources: dict[str, dict[str, Any]], wanted: str | None) -> str:
    names = [name for name, table in sources.items() if table.get("kind", name) == FilesSource.kind]
    if wanted is not None:
        if wanted not in names:
            raise NotFoundError(f"No source of lists is called {wanted!r}.", mend=f"There are: {', '.join(names)}.")
        return wanted
    if len(names) != 1:
        raise ConfigurationError(
            f"mimis.toml has {len(names)} sources of lists.",
            mend='Add [sources.listor] with kind = "files", or name one with --source.',
        )
    return names[0]


def show(value: Any, lines: list[str], as_json: bool) -> None:
    """Print data: ``value`` as JSON or ``lines`` for people."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


def tell(text: str) -> None:
    """Print what is no data."""
    typer.echo(text, err=True)
