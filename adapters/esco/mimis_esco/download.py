"""What was downloaded from the ESCO portal: a folder or a ZIP file with CSV files in one or more languages."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from mimis_core import UserError

LARGEST = 400_000_000
"""Bytes of one file, unpacked: several times what the largest of ESCO's files has."""
SKILLS, GROUPS, OCCUPATIONS = "skills", "skillGroups", "occupations"
BROADER, NEEDS = "broaderRelationsSkillPillar", "occupationSkillRelations"
NEEDED = (SKILLS, OCCUPATIONS, BROADER, NEEDS)
"""Files without which there is no classification. ``skillGroups`` adds codes and labels of groups."""
_OFFICIAL = re.compile(rf"({SKILLS}|{GROUPS}|{OCCUPATIONS}|{BROADER}|{NEEDS})_([a-z]{{2}})\.csv")
_VERSION = re.compile(r"\bv(\d{1,3}(?:\.\d{1,3}){1,2})\b")


@dataclass(frozen=True)
class EscoFile:
    """One of the official files: what it lists, in which language, and a way to its bytes."""

    kind: str
    language: str
    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Download:
    """The official files of a download.

    ``version`` is taken from the name that the ESCO portal gives its downloads (``ESCO dataset - v1.2.0 - ...``): no
    file says it. It is empty where the name was changed.
    """

    files: dict[tuple[str, str], EscoFile]
    version: str

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are skills in."""
        return tuple(sorted(language for kind, language in self.files if kind == SKILLS))

    def whole_in(self) -> str:
        """A language in which all that is needed is there, English before others.

        Raises UserError, which names what is missing, when there is none.
        """
        for language in sorted(self.languages, key=lambda one: (one != "en", one)):
            if all((kind, language) in self.files for kind in NEEDED):
                return language
        language = next(iter(self.languages), "en")
        missing = [f"{kind}_{language}.csv" for kind in NEEDED if (kind, language) not in self.files]
        raise UserError(
            f"This is no complete download of ESCO: {', '.join(missing)} is missing.",
            mend="Fetch the whole classification as CSV from esco.ec.europa.eu, and give the ZIP file as it is.",
        )


def open_download(path: Path) -> Download:
    """The official files in a folder or ZIP file. Raises UserError when it is neither, or cannot be read."""
    if path.is_dir():
        found = _of_folder(path)
    elif path.is_file():
        found = _of_archive(path)
    else:
        raise UserError(f"{path} is not there.", mend="Give the folder or ZIP file that you downloaded.")
    files: dict[tuple[str, str], EscoFile] = {}
    for file in found:
        if (file.kind, file.language) in files:
            raise UserError(f"{path.name} has {file.name} twice.", mend="Give one download at a time.")
        files[file.kind, file.language] = file
    named = _VERSION.search(path.resolve().name)
    return Download(files, named.group(1) if named else "")


def _of_folder(folder: Path) -> Iterator[EscoFile]:
    for path in sorted(folder.iterdir()):
        if match := _OFFICIAL.fullmatch(path.name):
            if path.stat().st_size > LARGEST:
                raise _too_large(path.name)
            yield EscoFile(match[1], match[2], path.name, path.read_bytes)


def _of_archive(path: Path) -> Iterator[EscoFile]:
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except BadZipFile:
        raise UserError(f"{path.name} is no whole ZIP file.", mend="Download it again.") from None
    for entry in entries:
        if match := _OFFICIAL.fullmatch(PurePosixPath(entry.filename).name):
            if entry.file_size > LARGEST:
                raise _too_large(entry.filename)
            yield EscoFile(match[1], match[2], match[0], _reader(path, entry.filename))


def _reader(path: Path, name: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with ZipFile(path) as archive:
                return archive.read(name)
        except (BadZipFile, zlib.error, RuntimeError):  # damaged; locked by a password, or packed in a rare way
            raise UserError(f"{name} in {path.name} cannot be unpacked.", mend="Download it again.") from None

    return read


def _too_large(name: str) -> UserError:
    return UserError(f"{name} is far larger than any file of ESCO.", mend="Give the download as it is.")
