"""Files that another system reads: whole or not at all, and a network drive that hiccups is asked once more."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from mimis_core import TemporaryError

T = TypeVar("T")


class Disk:
    """All that the feeds do with files. Raises TemporaryError where it fails twice; no content stands in the text."""

    def read(self, file: Path) -> bytes | None:
        """What stands in a file; None when there is none."""

        def read() -> bytes | None:
            with suppress(FileNotFoundError):
                return file.read_bytes()
            return None

        return self._again("read", file, read)

    def write(self, file: Path, content: bytes) -> None:
        """Put a file in its place in one step: whoever reads meanwhile gets the old one or the new one."""

        def write() -> None:
            unfinished = file.with_name(f".{file.name}.new")
            with unfinished.open("wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            unfinished.replace(file)

        self._again("written", file, write)

    def remove(self, file: Path) -> None:
        """Delete a file; one that is gone already is what was wanted."""
        self._again("removed", file, lambda: file.unlink(missing_ok=True))

    def list(self, folder: Path) -> list[str]:
        """Names of the files in a folder."""
        return self._again("listed", folder, lambda: sorted(os.listdir(folder)))

    @contextmanager
    def alone(self, file: Path) -> Iterator[None]:
        """Let no other process change this file for a block: what is added to a list must not get lost."""
        lock = file.with_name(f".{file.name}.lock")
        self._again("locked", file, lock.touch)
        try:
            opened = lock.open("ab")
        except OSError as error:
            raise _away("locked", file, error) from None
        with opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield

    def once(self, done: str, path: Path, work: Callable[[], T]) -> T:
        """Do one step; a sandbox makes it fail."""
        return work()

    def _again(self, done: str, path: Path, work: Callable[[], T]) -> T:
        with suppress(OSError):
            return self.once(done, path, work)
        try:
            return self.once(done, path, work)
        except OSError as error:
            raise _away(done, path, error) from None


def _away(done: str, path: Path, error: OSError) -> TemporaryError:
    return TemporaryError(
        f"{path} cannot be {done} ({type(error).__name__}).",
        mend="Check that the folder is there, and that mimis may read and write in it.",
    )
