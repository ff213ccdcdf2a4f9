"""What ``mimis check`` says about a register."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from mimis_core import Finding, MimisError
from mimis_ss12000.changes import grade_pages, read_rows
from mimis_ss12000.client import DELETED, GRADES, PERSONS, SYLLABUSES, Register
from mimis_ss12000.records import GradeRecord, PersonRecord, Syllabus
from mimis_ss12000.settings import SS12000Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_register(register: Register, settings: SS12000Settings) -> Iterator[Finding]:
    """Findings from token to deletions. What only makes pulls slower or less complete is a warning."""
    yield from _addresses(settings)
    try:
        now = register.clock()
        rows, _ = read_rows(islice(grade_pages(register, settings), 1))
        yield _good(GRADES, "Grades can be read.")
        yield from _lookups(register, rows)
    except MimisError as error:
        yield _bad("ss12000", "error", error)
        return
    yield from _try(PERSONS, lambda: next(register.rows(PERSONS, **{"meta.modified.after": now.isoformat()}), None))
    yield from _try(DELETED, lambda: register.deleted(now))


def _addresses(settings: SS12000Settings) -> Iterator[Finding]:
    for name, value in (("url", settings.url), ("login_url", settings.login_url or "")):
        parts = urlsplit(value)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            message = "Grades, names and tokens travel unencrypted."
            yield Finding(subject=name, status="warning", message=message, mend="Use the https address.")


def _lookups(register: Register, rows: list[GradeRecord]) -> Iterator[Finding]:
    if not rows:
        message = "No grade was found, so the lookups of persons and syllabuses could not be tried."
        yield Finding(subject=GRADES, status="warning", message=message, mend="Check again when there are grades.")
        return
    persons = register.look_up(PERSONS, PersonRecord, [rows[0].student])
    syllabuses = register.look_up(SYLLABUSES, Syllabus, [rows[0].syllabus])
    for kind, found in ((PERSONS, persons), (SYLLABUSES, syllabuses)):
        if found:
            yield _good(kind, f"/{kind} can be looked up.")
        else:
            message = f"/{kind}/lookup does not give what a grade points to."
            mend = f"Ask the register's owner for the right to read /{kind}."
            yield Finding(subject=kind, status="error", message=message, mend=mend)


def _try(kind: str, ask: Callable[[], Any]) -> Iterator[Finding]:
    """What a pull can do without: every pull is then a full one, or no deletion is seen."""
    try:
        ask()
    except MimisError as error:
        yield _bad(kind, "warning", error)
    else:
        yield _good(kind, f"/{kind} can be asked for what is new.")


def _good(subject: str, message: str) -> Finding:
    return Finding(subject=subject, status="ok", message=message)


def _bad(subject: str, status: Any, error: MimisError) -> Finding:
    mend = error.mend or "Look at the register's log for this time."
    return Finding(subject=subject, status=status, message=error.message, mend=mend)
