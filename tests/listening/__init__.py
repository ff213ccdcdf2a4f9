"""What the Python processes that tests start log, and which errors they make, whatever becomes of their output."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

SITE = Path(__file__).with_name("site")
"""Holds what Python runs as it starts."""
FOLDER = "LEAKS_HEARD"
"""Environment variable that tells it where to write; it begins otherwise than ours, which tests take away."""
PATH = "PYTHONPATH"


class Heard(NamedTuple):
    """``kind`` is log or secret; ``where`` is for people."""

    kind: str
    where: str
    text: str


class Children:
    """Processes that are started while this listens. One that gets an environment without PYTHONPATH is not heard."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._read: dict[Path, int] = {}
        self._before: dict[str, str | None] = {}

    def begin(self) -> None:
        """Listen to what this process starts from now on."""
        if self._folder is not None:
            return
        self._folder = Path(tempfile.mkdtemp(prefix="heard-"))
        paths = [str(SITE), *filter(None, [os.environ.get(PATH)])]
        for name, value in ((FOLDER, str(self._folder)), (PATH, os.pathsep.join(paths))):
            self._before[name] = os.environ.get(name)
            os.environ[name] = value

    def read(self) -> list[Heard]:
        """What has been said since the last time."""
        files = sorted(self._folder.iterdir()) if self._folder is not None else []
        return [heard for file in files for heard in self._lines(file)]

    def end(self) -> None:
        """Listen no more; what is said later is lost."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if self._folder is not None:
            shutil.rmtree(self._folder)

    def _lines(self, file: Path) -> list[Heard]:
        with file.open("rb") as opened:
            opened.seek(self._read.get(file, 0))
            # A process that is being killed may leave half a line, or add the rest of it later.
            whole = opened.read().rpartition(b"\n")[0]
        self._read[file] = self._read.get(file, 0) + len(whole) + bool(whole)
        return [Heard(**json.loads(line)) for line in whole.splitlines()]
