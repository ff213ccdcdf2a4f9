"""A school's folder of lists, as Swedish Excel leaves it: semicolons, Windows-1252, personal numbers and all."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from mimis_core import Completion, CompletionKind
from mimis_core.testing import FAULTS, Sandbox
from mimis_files.columns import SWEDISH

MODULE = "achievement:"
FILE = "klara.csv"
HEADINGS = ("Personnummer", *(SWEDISH[name].capitalize() for name in SWEDISH))
KINDS = {
    CompletionKind.COURSE: "Kurs",
    CompletionKind.ACTIVITY: "Moment",
    CompletionKind.VALIDATION: "Validering",
    CompletionKind.ATTESTATION: "Arbetsplatsintyg",
}
_WEB_PAGE = b"<!DOCTYPE html><html><body>Logga in</body></html>"
_OTHER_LIST = "Frukt;Antal\r\nPäron;3\r\n".encode()


class FilesSandbox(Sandbox):
    """Writes one list into a folder of its own; there is no server and no address.

    A fault changes the file itself, and stays until :meth:`heal` or :meth:`load`: a folder does not see who reads it.
    """

    name: ClassVar[str] = "files"

    def __init__(self) -> None:
        super().__init__()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._completions: dict[str, Completion] = {}

    def start(self) -> None:
        """Make the folder; starting again changes nothing."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="mimis-files-")

    def stop(self) -> None:
        """Remove the folder with its lists."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
            self._completions.clear()

    @property
    def folder(self) -> Path:
        """Where the lists are; made at first use."""
        self.start()
        assert self._folder is not None
        return Path(self._folder.name)

    def load(self, completions: Sequence[Completion]) -> None:
        """Write the list that gives these completions as well as those loaded before.

        A list knows days and catalogue ids only: raises ValueError for a module that is not ``achievement:<id>``.
        """
        rows = {**self._completions, **{one.key: one for one in completions}}
        self._replace(_encode(_list_of(rows.values())))
        self._completions = rows

    def fail(self, fault: str, times: int = 1, path: str | None = None) -> None:
        """Spoil the list as a fault of :data:`mimis_core.testing.FAULTS` spoils an answer.

        ``html`` puts a sign-in page in its place, ``truncated`` and ``empty`` leave it half written or just made,
        ``types`` puts another list there; after all others it cannot be opened, as on a drive that is away.
        """
        if fault not in FAULTS:
            raise KeyError(fault)
        whole = _encode(_list_of(self._completions.values()))
        spoilt = {
            "html": _WEB_PAGE,
            "truncated": whole[: len(whole) // 2].rstrip(b"\r\n"),
            "empty": b"",
            "types": _OTHER_LIST,
        }
        if fault in spoilt:
            self._replace(spoilt[fault])
        else:
            self._replace(None)

    def heal(self) -> None:
        """The list is whole again."""
        super().heal()
        self._replace(_encode(_list_of(self._completions.values())))

    def settings(self) -> dict[str, Any]:
        """The table of ``mimis.toml`` that reads this folder."""
        return {"kind": "files", "path": str(self.folder)}

    def received(self) -> list[tuple[str, bytes]]:
        """The lists as they stand in the folder."""
        return [(path.name, path.read_bytes()) for path in sorted(self.folder.iterdir())]

    def _replace(self, content: bytes | None) -> None:
        """Put a new file in the list's place, or a link to nowhere: it cannot be opened, whoever asks."""
        part = self.folder / "part"
        if content is None:
            part.symlink_to(self.folder / "away")
        else:
            part.write_bytes(content)
        part.replace(self.folder / FILE)


def _list_of(completions: Iterable[Completion]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(_record(one) for one in completions)
    return text.getvalue()


def _record(one: Completion) -> list[str]:
    if not one.module.startswith(MODULE):
        raise ValueError(f"a list cannot hold the module {one.module}: only achievement:<id>")
    attested = one.kind is CompletionKind.ATTESTATION
    achievement, _, outcome = one.module.removeprefix(MODULE).partition("#")
    cells = {
        "learner": "" if one.learner.key.startswith("mail:") else one.learner.key,
        "name": one.learner.full_name,
        "given": one.learner.given_name,
        "family": one.learner.family_name,
        "email": one.learner.email,
        "username": one.learner.aliases.get("username"),
        "achievement": achievement,
        "outcome": outcome,
        "title": one.title.removesuffix(f", läranderesultat {outcome}"),
        "date": f"{one.completed_at:%d/%m -%y}",
        "assessor": None if attested else one.by,
        "supervisor": one.by if attested else None,
        "result": "Ja",
        "grade": _grade(one),
        "kind": KINDS[one.kind],
        "start": f"{one.started_at:%d/%m -%y}" if one.started_at else None,
        "hours": f"{one.hours:g}".replace(".", ",") if one.hours else None,
        "workplace": one.place,
        "evidence": one.evidence,
        "document": one.document.url if one.document else None,
        "protected": "ja" if one.learner.protected else "",
    }
    return ["19121212-1212", *((cells.get(name) or "") for name in SWEDISH)]


def _grade(one: Completion) -> str:
    """A grade as it stands in Swedish lists: a word, or points with a decimal comma."""
    if one.grade is None:
        return ""
    if one.grade.text is not None or one.grade.value is None:
        return one.grade.text or ""
    scale = "" if one.grade.maximum is None else f" / {one.grade.maximum}"
    return f"{one.grade.value}{scale}".replace(".", ",")


def _encode(text: str) -> bytes:
    """Windows-1252 where it can hold the names, else UTF-8 with its mark, as Excel's two ways of saving do."""
    try:
        return text.encode("windows-1252")
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")
