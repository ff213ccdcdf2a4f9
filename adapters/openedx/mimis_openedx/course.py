"""One course read to its end: whom to ask about, what she gets, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mimis_core import DataError, MimisError, NotFoundError, PermanentError, PermissionDeniedError
from mimis_core.http import map_bounded
from mimis_openedx.known import Given, digest
from mimis_openedx.mapping import (
    completion_key,
    depart,
    is_retired,
    map_completion,
    map_learner,
    set_aside_record,
    withdraw,
)
from mimis_openedx.pull import Batch, Pull
from mimis_openedx.records import Account, Course, GradeRow, Progress, read_record
from mimis_openedx.verdict import Case, Found, judge

ABSENT = "absent"
"""Remembered in place of a result that is no longer told."""


@dataclass(frozen=True)
class Learner:
    """What was asked about one learner in one course.

    ``account`` may be what is wrong with it; ``track`` is looked up for who has passed without a certificate.
    """

    username: str
    row: GradeRow | None
    account: Account | DataError | None
    found: Found
    track: str | None = None

    @property
    def known(self) -> Account | None:
        """The account, where there is one that is in use."""
        return self.account if isinstance(self.account, Account) and not is_retired(self.account) else None


class CoursePull:
    """Reads one course. Its state is kept in the pull's only when the course was read to its end."""

    def __init__(self, pull: Pull, course: Course) -> None:
        settings = pull.settings
        self._pull, self._course, self._lms = pull, course, pull.lms
        self._ungraded = course.key in settings.ungraded
        self._state, self._is_new = pull.known.course(course.key, settings.recheck, pull.now)
        self._met: set[str] = set()

    def batches(self) -> Iterator[Batch]:
        """Pages of results, then those who are no longer in them."""
        seen: set[str] = set()
        for number, items in enumerate(self._pages()):
            batch = Batch()
            rows = [row for row in self._read(number, items, batch) if row.username not in seen]
            seen.update(row.username for row in rows)
            self._decide([row for row in rows if self._asks_about(row)], batch)
            yield batch
        yield self._revisit()
        self._state.end_turn(self._pull.now)
        self._pull.known.courses[self._course.key] = self._state

    def one(self, username: str, account: Account) -> Batch:
        """One learner alone, whatever is known of her."""
        rows = self._lms.completion(self._course.key, username) if self._ungraded else [self._grade(username)]
        batch = Batch()
        found = [row for items in rows for row in self._read(0, items, batch) if row.username == username]
        row = found[0] if found else None
        self._judge(Learner(username, row, account, self._found(username)), batch)
        return batch

    def _grade(self, username: str) -> Sequence[Any]:
        return self._lms.grade(self._course.key, username)

    def _pages(self) -> Iterator[Sequence[Any]]:
        if self._ungraded:
            return self._lms.completion(self._course.key)
        return self._lms.grades(self._course.key, self._pull.settings.page_size)

    def _read(self, number: int, items: Sequence[Any], batch: Batch) -> list[GradeRow]:
        rows = []
        for index, item in enumerate(items):
            try:
                rows.append(self._read_row(item))
            except DataError:
                key = f"{self._course.key}/page:{number}/row:{index}"
                batch.set_aside.append(set_aside_record(self._pull.name, key, "malformed"))
        return rows

    def _read_row(self, item: Any) -> GradeRow:
        if not self._ungraded:
            return read_record(GradeRow, item)
        progress = read_record(Progress, item)
        return GradeRow(username=progress.username, passed=progress.is_complete)

    def _asks_about(self, row: GradeRow) -> bool:
        """Who is new or changed, who is due; in a new course also who fails, for a certificate may say otherwise."""
        user = self._pull.users.get(digest(row.username))
        if user is None or user not in self._state.given:
            return row.passed or (self._is_new and not self._ungraded and row.percent != 0)
        self._met.add(user)
        return self._state.given[user].row != _mark(row) or self._state.is_due(user)

    def _decide(self, rows: list[GradeRow], batch: Batch) -> None:
        found = map_bounded(self._found, [row.username for row in rows], self._pull.settings.workers)
        cases = [(row, one) for row, one in zip(rows, found, strict=True) if self._matters(row, one)]
        accounts = self._lms.accounts([row.username for row, _ in cases])
        tracks = self._tracks([row.username for row, one in cases if _waits(one)])
        for row, one in cases:
            track = tracks.get(row.username)
            self._judge(Learner(row.username, row, accounts.get(row.username), one, track), batch)

    def _matters(self, row: GradeRow, found: Found) -> bool:
        """Whether anything can follow: not for who fails, has no certificate and was given nothing."""
        if row.passed or not isinstance(found, NotFoundError):
            return True
        return self._pull.users.get(digest(row.username)) in self._state.given

    def _found(self, username: str) -> Found:
        """The certificate, or the error that concerns this record alone; other errors end the course."""
        if self._ungraded:
            return None
        try:
            return self._lms.certificate(username, self._course.key)
        except (NotFoundError, DataError, PermanentError) as error:
            return error

    def _tracks(self, names: list[str]) -> dict[str, str | None]:
        """Why certificates are missing, as far as enrolments tell: they explain and decide nothing."""
        try:
            return self._lms.modes(self._course.key, names)
        except (NotFoundError, DataError, PermanentError, PermissionDeniedError):
            return {}

    def _judge(self, one: Learner, batch: Batch) -> None:
        user = self._meet(one, batch)
        given = self._state.given.get(user) if user else None
        passed = one.row.passed if one.row else None
        case = Case(passed, one.found, given is not None, given is not None and not given.first_seen)
        verdict = judge(case, required=self._pull.settings.require_certificate)
        key = completion_key(self._course.key, one.account if isinstance(one.account, Account) else None, one.username)
        if verdict.counts:
            self._give(one, given, key, batch)
        elif user and one.known:
            self._take_back(user, key, verdict.taken_back, batch)
            self._remember_row(user, "" if verdict.aside else _mark(one.row))
        if user and not one.known:
            self._remember_row(user, "")
        if verdict.aside:
            # without an account the certificate is not found either: that is no news of the certificate
            batch.set_aside.append(set_aside_record(self._pull.name, key, _reason(one, verdict.aside)))

    def _meet(self, one: Learner, batch: Batch) -> str | None:
        """The learner's number; who is known and no longer there is noted as missing, or gone when Open edX says so."""
        if not isinstance(one.account, Account):
            user = self._pull.users.get(digest(one.username))
            if one.account is None and user:
                self._pull.missing.add(user)
            return user
        if is_retired(one.account) and one.account.id is not None:
            gone = str(one.account.id)
            batch.departed.append(depart(self._pull.name, gone))
            self._pull.known.forget(gone)
            self._state.given.pop(gone, None)
            return None
        user = self._pull.meet(one.account)
        if user:
            self._met.add(user)
        return user

    def _take_back(self, user: str, key: str, reason: str | None, batch: Batch) -> None:
        if reason:
            batch.withdrawn.append(withdraw(self._pull.name, key, reason))
            self._state.given.pop(user, None)

    def _give(self, one: Learner, given: Given | None, key: str, batch: Batch) -> None:
        """Give the completion, unless it is known just so.

        What is no longer in the results, or was given and passes no longer though its certificate stands, is left as
        it is: giving it again would show a result on which no certificate was given.
        """
        try:
            if isinstance(one.account, DataError):
                raise one.account
            learner = map_learner(self._pull.name, one.account, self._pull.settings.verified_email_only)
        except DataError as error:
            batch.set_aside.append(set_aside_record(self._pull.name, key, error.code or "malformed"))
            return
        if one.row is None or (given and not one.row.passed):
            self._remember_row(learner.key, _mark(one.row))
            return
        certificate = None if isinstance(one.found, MimisError) else one.found
        if certificate is None and not self._pull.undated:
            return
        seen_at = (given.first_seen if given else None) or self._pull.now
        completion = map_completion(self._course, one.row, certificate, learner, seen_at, ungraded=self._ungraded)
        facts = digest(completion.model_dump_json())
        if given is None or given.facts != facts:
            batch.completions.append(completion)
        self._state.given[learner.key] = Given(_mark(one.row), facts, None if certificate else seen_at)

    def _remember_row(self, user: str, row: str) -> None:
        """Note which result was judged; an empty one lets the next pull ask again, whatever has changed."""
        if given := self._state.given.get(user):
            self._state.given[user] = given._replace(row=row)

    def _revisit(self) -> Batch:
        """Ask about those whom the results no longer name, by their number: they left, or have another name."""
        batch = Batch()
        left = [
            user
            for user, given in self._state.given.items()
            if user not in self._met and (given.row != ABSENT or self._state.is_due(user))
        ]
        accounts = list(map_bounded(self._account, left, self._pull.settings.workers))
        for user, account in zip(left, accounts, strict=True):
            if account is None and self._pull.by_number:
                self._pull.missing.add(user)
            elif isinstance(account, Account):
                self._judge(Learner(account.username, None, account, self._found(account.username)), batch)
        return batch

    def _account(self, user: str) -> Account | DataError | None:
        if not self._pull.by_number:
            return None
        try:
            return self._lms.account_of(user)
        except DataError as error:
            return error
        except (PermanentError, PermissionDeniedError):
            self._pull.by_number = False  # an older site: who left the results is then not followed
            return None


def _mark(row: GradeRow | None) -> str:
    """What is remembered of a result, or of its absence."""
    return ABSENT if row is None else digest(row.model_dump_json())


def _reason(one: Learner, reason: str) -> str:
    if isinstance(one.account, DataError):
        return one.account.code or "malformed"
    if one.known is None:
        return "retired"
    return "audit" if _waits(one.found) and one.track == "audit" else reason


def _waits(found: Found) -> bool:
    return isinstance(found, NotFoundError) and found.code == "no_certificate_for_user"
