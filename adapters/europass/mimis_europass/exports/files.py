"""Files that commands read and write, with a sentence for whoever gave a wrong path."""

from __future__ import annotations

from pathlib import Path

from mimis_core import UserError


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises UserError naming it when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}.", mend="Check the path.") from None


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole. Raises UserError naming it when it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}.", mend="Give another --output.") from None
