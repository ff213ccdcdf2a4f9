"""Tables into an existing ``mimis.toml``: what stands there, comments too, stays as it is."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mimis_core import ConfigurationError, UserError

_FILENAME = "mimis.toml"
_PRIVACY = re.compile(r"^[ \t]*\[[ \t]*privacy[ \t]*\][^\n]*\n?", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Configuration:
    """A configuration file as text and as data; secrets in it are not looked up.

    ``found`` is the text that it was read with, by which a change that somebody makes meanwhile shows.
    """

    file: Path
    text: str
    data: Mapping[str, Any]
    found: str

    @classmethod
    def read(cls, path: Path) -> Configuration:
        """Read the file, or the one in a folder. Raises ConfigurationError when there is none or it is not TOML."""
        file = path / _FILENAME if path.is_dir() else path
        try:
            text = _read(file)
            return cls(file, text, tomllib.loads(text), text)
        except (OSError, UnicodeDecodeError):
            mend = "Make one with: mimis init --role school DIR, or say where it is with --config."
            raise ConfigurationError(f"{file}: the configuration cannot be read.", mend=mend) from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"{file}: not TOML: {error}.", mend="Correct the line that it names.") from None

    @property
    def folder(self) -> Path:
        """Where it stands; relative paths in it start there."""
        return self.file.resolve().parent

    @property
    def owner(self) -> str:
        """Id of the organisation that runs this mimis."""
        return str((self.data.get("organisation") or {}).get("id") or "school")

    @property
    def catalogue(self) -> Path:
        """The catalogue's folder."""
        return self.folder / str(self.data.get("catalogue") or "catalogue")

    @property
    def protected(self) -> str | None:
        """The answer that stands in ``[privacy]``, if it is answered."""
        answer = (self.data.get("privacy") or {}).get("protected")
        return None if answer is None else str(answer)

    def with_source(self, name: str, table: Mapping[str, Any]) -> Configuration:
        """With a table ``[sources.NAME]`` at the end. Raises UserError when there is one already."""
        if not _NAME.fullmatch(name):
            raise UserError(f"{name} is no name for a source.", mend="Use letters, digits, hyphens and underscores.")
        lines = toml_table(f"sources.{name}", table)
        if name in (self.data.get("sources") or {}):
            raise UserError(
                f"{self.file} has a table [sources.{name}] already, and nothing is written over.",
                mend=f"Choose another name with --name, or put this in its place:\n\n{lines}",
            )
        return self._changed(f"{self.text.rstrip()}\n\n{lines}", lines)

    def with_privacy(self, table: Mapping[str, Any]) -> Configuration:
        """With the answer on protected identities; in an empty ``[privacy]``, or in a new one at the end.

        Raises UserError when another answer stands there: changing it is a decision of the school's.
        """
        present = self.data.get("privacy") or {}
        if dict(present) == dict(table):
            return self
        if present:
            raise UserError(
                f"{self.file} has another answer under [privacy], and nothing is written over.",
                mend=f"Leave --protected out to keep it, or put this in its place:\n\n{toml_table('privacy', table)}",
            )
        whole = toml_table("privacy", table)
        found = _PRIVACY.search(self.text)
        if found is None:
            return self._changed(f"{self.text.rstrip()}\n\n{whole}", whole)
        lines = "".join(f"{line}\n" for line in toml_lines(table))
        head = found.group() if found.group().endswith("\n") else f"{found.group()}\n"
        return self._changed(self.text[: found.start()] + head + lines + self.text[found.end() :], whole)

    def write(self) -> None:
        """Put it in the place of the file, whole or not at all, with the owner and the rights that the file has.

        Raises UserError when the folder cannot be written, or somebody has changed the file since it was read.
        """
        file = self.file.resolve()  # a link to the file stays one
        try:
            if _read(file) != self.found:
                mend = "Run the command again: nothing of it was written here."
                raise UserError(f"{self.file} was changed meanwhile.", mend=mend)
            _replace(file, self.text.encode())
        except OSError as error:
            mend = "Check the rights, or run the command as the file's owner."
            raise UserError(f"{self.file} cannot be written: {error.strerror}.", mend=mend) from None

    def _changed(self, text: str, lines: str) -> Configuration:
        """With another text, in which the new table must be what it says; odd forms of TOML are left to a person."""
        try:
            changed = replace(self, text=text, data=tomllib.loads(text))
        except tomllib.TOMLDecodeError:
            changed = self
        (name,) = re.findall(r"^\[([^\]]+)\]", lines)
        if changed.table(name) != replace(self, data=tomllib.loads(lines)).table(name):
            raise UserError(f"{self.file} is written in a way that nothing can be added to.", mend=f"Add:\n\n{lines}")
        return changed

    def table(self, name: str) -> Mapping[str, Any] | None:
        """A table by its dotted name; None when there is none."""
        found: Any = self.data
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else None


def _read(file: Path) -> str:
    """The text with the line ends that it has."""
    return file.read_bytes().decode("utf-8")


def _replace(file: Path, content: bytes) -> None:
    """Put new content in a file's place. The draft is nobody else's to read until it has the file's own rights."""
    kept = file.stat()
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(number, "wb") as draft:
            draft.write(content)
            os.fchown(number, kept.st_uid, kept.st_gid)
            os.fchmod(number, kept.st_mode & 0o777)
        os.replace(name, file)
    except OSError:
        os.unlink(name)
        raise


def toml_table(name: str, table: Mapping[str, Any]) -> str:
    """A table with its heading, as it stands in the file."""
    return "\n".join((f"[{name}]", *toml_lines(table), ""))


def toml_lines(table: Mapping[str, Any]) -> list[str]:
    """A line for each key. JSON's texts, numbers, booleans and lists are TOML too."""
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(toml_lines(value)) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # TOML has no DEL in a text; JSON leaves it as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
