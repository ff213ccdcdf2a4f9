"""``mimis files catalogue``: entries from Excel into the catalogue, and back for the next round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core import ConfigurationError, MimisError, NotFoundError
from mimis_core.services import Services, configured
from mimis_files.catalogue.book import write_forms
from mimis_files.catalogue.entries import Known, compare, read_folder, write_entry
from mimis_files.catalogue.read import Mistake, read_form, to_achievement
from mimis_files.commands.common import DONE, HERE, PARTLY, Config, Json, show, tell
from mimis_files.excel import read_excel
from mimis_files.folder import read_file

Book = Annotated[Path | None, typer.Argument(help="Excel file with one form a sheet.", dir_okay=False)]
Out = Annotated[Path | None, typer.Option("--out", help="Folder of entries; default the school's catalogue.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")]
Replace = Annotated[bool, typer.Option("--replace", help="Write over entries that nobody has been issued.")]
Export = Annotated[
    list[str] | None, typer.Option("--export", help="Id of an entry to write as a form, newest version. Repeatable.")
]
Output = Annotated[Path | None, typer.Option("--output", help="Excel file to write, with --export.")]


@dataclass(frozen=True)
class Done:
    """What became of one form."""

    sheet: str
    entry: str
    what: str
    file: str | None = None


@dataclass(frozen=True)
class Job:
    """Where entries go, what stands there, and what may be done with it."""

    services: Services
    folder: Path
    known: dict[str, Known]
    issued: frozenset[str]
    replace: bool
    dry_run: bool


def catalogue(
    file: Book = None,
    out: Out = None,
    dry_run: DryRun = False,
    replace: Replace = False,
    export: Export = None,
    output: Output = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Take the forms of an Excel file into the catalogue, or write entries as forms with --export ID.

    An entry that somebody has been issued is never changed: raise its version in the form. Exit code 3 when a form
    could not be taken.
    """
    if bool(file) == bool(export):
        raise ConfigurationError("Say what to do.", mend="Name an Excel file, or entries with --export.")
    with configured(config) as services:
        folder = out or services.settings.folder / services.settings.catalogue
        known = read_folder(folder)
        if export:
            _export(known, export, output, json_)
            return
        issued = frozenset(one.achievement.ref for one in services.all_credentials())
        job = Job(services, folder, known, issued, replace, dry_run)
        results = list(_take_in(job, _read(file)))
    done = [one for one in results if isinstance(one, Done)]
    wrong = [one for one in results if isinstance(one, Mistake)]
    value = {
        "entries": [asdict(one) for one in done],
        "mistakes": [asdict(one) for one in wrong],
        "written": not dry_run,
    }
    show(value, [*(f"{one.sheet}: {one.entry} {_WORDS[one.what]}" for one in done), *map(str, wrong)], json_)
    if any(one.file for one in done):
        tell("Kontrollera nu med: mimis catalogue check")
    raise typer.Exit(PARTLY if wrong else DONE)


_WORDS = {"new": "är ny", "same": "är oförändrad", "changed": "är ändrad"}


def _read(file: Path | None) -> bytes:
    assert file is not None
    if not file.is_file():
        raise NotFoundError(f"There is no file {file.name}.", mend="Correct the name.")
    return read_file(file)


def _take_in(job: Job, content: bytes) -> Iterator[Done | Mistake]:
    """What becomes of each form; one with mistakes stops no other."""
    seen: set[str] = set()
    for sheet in read_excel(content):
        form = read_form(sheet)
        if form is None or form.empty:
            continue
        entry = to_achievement(form)
        if entry is None:
            yield from form.mistakes
            continue
        what = compare(entry, job.known, job.issued)
        problem = _problem(job, entry, what, seen)
        if problem:
            cell, label = form.cell(problem[0])
            yield Mistake(form.sheet, cell, label, problem[1])
            continue
        seen.add(entry.ref)
        path = None if job.dry_run or what == "same" else write_entry(job.folder, entry, job.known)
        yield Done(form.sheet, entry.ref, what, path.name if path else None)


def _problem(job: Job, entry: Any, what: str, seen: set[str]) -> tuple[tuple[str, ...], str] | None:
    """Why an entry may not be written, and the field that mends it."""
    if entry.ref in seen:
        return ("id",), "Ett annat blad har samma id och version."
    try:
        job.services.owner(entry.owner)
    except MimisError:
        return ("owner",), "Skaparen finns inte i mimis.toml. Skriv ett id som står under organisation eller owners."
    if what == "issued":
        return ("version",), f"Någon har redan fått version {entry.version}. Skriv {entry.version + 1} här."
    if what == "changed" and not job.replace:
        return ("version",), "Version finns redan med ett annat innehåll. Höj den, eller kör om med --replace."
    return None


def _export(known: dict[str, Known], ids: list[str], output: Path | None, json_: bool) -> None:
    if output is None:
        raise ConfigurationError("An Excel file cannot be printed.", mend="Add --output mikromerit.xlsx.")
    newest = []
    for id in ids:
        versions = [one.entry for one in known.values() if one.entry.id == id]
        if not versions:
            raise NotFoundError(f"The catalogue has no entry {id!r}.", mend="Look at: mimis catalogue check")
        newest.append(max(versions, key=lambda entry: entry.version))
    output.write_bytes(write_forms(newest))
    show({"file": str(output), "entries": [one.ref for one in newest]}, [], json_) if json_ else None
    tell(f"Formuläret finns i {output}.")
