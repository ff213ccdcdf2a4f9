"""The folder of lists: what is in it, and its files read whole, never half of one that is being saved."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mimis_core import ConfigurationError, PermissionDeniedError, TemporaryError
from mimis_files.excel import REFUSED, SUFFIX
from mimis_files.sheets import MAX_BYTES, half_written, too_large, unreadable

T = TypeVar("T")

SUFFIXES = frozenset({".csv", ".tsv", SUFFIX}) | REFUSED
PAUSES = (0.05, 0.1, 0.2, 0.4)
"""Seconds between the tries to read a file that is being saved; a large one on a network drive takes about one."""


def list_files(path: Path, name: str) -> list[Path]:
    """The lists of a folder in a fixed order, or the one file that is named. Sub-folders are not looked into.

    Files whose names start with ``.`` or ``~$`` are what editors leave beside a file that is open.

    Arguments:
        name: the source's name, for errors.

    Raises ConfigurationError when there is nothing there, PermissionDeniedError when it may not be read, and
    TemporaryError when it cannot be read now, as a network drive that is away.
    """
    try:
        if not path.is_dir():
            path.stat()
            return [path]
        return sorted(one for one in path.iterdir() if _is_list(one))
    except FileNotFoundError:
        raise ConfigurationError(
            f"[sources {name}] path: there is no such folder or file.", mend="Correct path in mimis.toml."
        ) from None
    except PermissionError:
        raise PermissionDeniedError(
            f"[sources {name}] path may not be read.", mend="Give the account that runs mimis the right to read it."
        ) from None
    except OSError:
        raise TemporaryError(
            f"[sources {name}] path cannot be read now.", mend="Check that the drive is connected."
        ) from None


def _is_list(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$")) and not path.is_dir()


def read_file(path: Path) -> bytes:
    """All of a file, as it stood at one moment.

    Raises TemporaryError when it cannot be read now or changed meanwhile, DataError when it is too large or no file.
    """
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            raise unreadable("Det är ingen vanlig fil.", "Lägg en kopia av listan i mappen.")
        if before.st_size > MAX_BYTES:
            raise too_large()
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
            after = os.fstat(file.fileno())
    except OSError:
        raise TemporaryError(
            "Filen går inte att läsa just nu.", mend="Stäng den i andra program och kontrollera rättigheterna."
        ) from None
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or len(content) != after.st_size:
        raise half_written()
    return content


def patiently(read: Callable[[], T]) -> T:
    """What ``read`` gives, tried again for about a second while the file is being saved; raises as it does."""
    for pause in PAUSES:
        try:
            return read()
        except TemporaryError:
            time.sleep(pause)
    return read()


def digest(content: bytes) -> str:
    """What tells one content of a file from another."""
    return hashlib.sha256(content).hexdigest()[:32]
