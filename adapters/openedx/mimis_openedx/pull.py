"""What all courses of one pull share, and what one page of results comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mimis_core import Completion, Departure, MimisError, SetAside, Withdrawal
from mimis_openedx.client import OpenEdx
from mimis_openedx.known import Known, digest
from mimis_openedx.mapping import depart, is_retired
from mimis_openedx.records import Account
from mimis_openedx.settings import OpenEdxSettings


@dataclass
class Batch:
    """What one page of results came to."""

    completions: list[Completion] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    withdrawn: list[Withdrawal] = field(default_factory=list)
    departed: list[Departure] = field(default_factory=list)

    def parts(self) -> dict[str, tuple[Any, ...]]:
        """As fields of a pulled page."""
        return {name: tuple(value) for name, value in vars(self).items()}


class Pull:
    """What all courses of one pull share: the connection, what is known, the time, and who was found or missed.

    ``undated`` says whether completions that Open edX does not date are given, with the time of the pull: only where
    the cursor then remembers that time.
    """

    def __init__(
        self,
        name: str,
        settings: OpenEdxSettings,
        lms: OpenEdx,
        known: Known,
        now: datetime,
        *,
        undated: bool = True,
    ) -> None:
        self.name, self.settings, self.lms, self.known, self.now = name, settings, lms, known, now
        self.undated = undated
        self.users = {username: user for user, username in known.people.items()}
        self.found: set[str] = set()
        self.missing: set[str] = set()
        self.by_number = True

    def meet(self, account: Account) -> str | None:
        """Note an account, under the name that it has now; gives its number."""
        if account.id is None:
            return None
        user = str(account.id)
        self.found.add(user)
        self.known.people[user] = digest(account.username)
        self.users[self.known.people[user]] = user
        return user

    def departures(self) -> list[Departure]:
        """Who has been missing for long enough, and whose number is not found now: nothing more is remembered of them.

        A number that must be found is asked for as well: where it is not, the site cannot be asked by number.
        """
        missed = self.known.gone(self.missing, self.found)
        if not missed or not self._exists(min(self.found)):
            return []
        gone = [user for user in missed if self._exists(user) is False]
        for user in gone:
            self.known.forget(user)
        return [depart(self.name, user) for user in gone]

    def _exists(self, user: str) -> bool | None:
        """Whether there is an account in use with this number; None when that cannot be asked."""
        try:
            account = self.lms.account_of(user)
        except MimisError:
            return None
        return account is not None and not is_retired(account)
