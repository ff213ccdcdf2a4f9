"""A learner with protected identity, what tells who she is, and copies of the database that she is in."""

from __future__ import annotations

import re
import sqlite3
from base64 import urlsafe_b64decode
from contextlib import closing
from pathlib import Path

from tests.school import someone

HER = someone(
    "1", full_name="Zorka Skyddsson", given_name="Zorka", family_name="Skyddsson", email="zorka@hemlig.example",
    aliases={"username": "zorkask"},
)  # fmt: skip
BORN = "1987-06-05"
SECRETS = ("Zorka", "Skyddsson", "hemlig.example", "zorkask", BORN, "Åsa Öberg", "asa1@demo.example")
"""What she is called, and what she was called when her credentials were issued."""
RUN = re.compile(r"[\w+/-]{40,}", re.ASCII)
"""What Base64 looks like."""


def names_her(shown: str, *given: str) -> list[str]:
    """What a text says of her beyond what was given, also in Base64, which seals and files are handed over in."""
    for one in given:
        shown = shown.replace(one, "")
    inner = " ".join(map(decoded, RUN.findall(shown)))
    return [secret for secret in SECRETS if secret in shown] or (names_her(inner) if inner else [])


def decoded(run: str) -> str:
    """What a run of Base64 holds, of either alphabet."""
    content = urlsafe_b64decode(run.replace("+", "-").replace("/", "_")[: len(run) // 4 * 4])
    return content.decode("utf-8", "ignore")


def copy_database(source: Path, target: Path) -> None:
    """Let a database hold what another one holds; both may be in use."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written_to:
        read.backup(written_to)
