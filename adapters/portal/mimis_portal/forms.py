"""What people write into forms, read strictly and answered in plain words."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from babel.dates import get_timezone
from werkzeug.datastructures import MultiDict

from mimis_core.services import CredentialView, Partner, ShareOrder
from mimis_core.web import gettext

T = TypeVar("T")
ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
PURPOSE_MAX = 200
MONTHS_DEFAULT = 3


def today() -> date:
    """The day in Sweden, which end dates are counted from."""
    return datetime.now(get_timezone("Europe/Stockholm")).date()


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or the month's last day when it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def last_end(start: date) -> date:
    """The last end date that a share may have."""
    return add_months(start, 12)


def one_of(text: str | None, choices: tuple[T, ...]) -> T | None:
    """What was chosen, of the values of a ``Literal`` as ``get_args`` gives them; None for anything else."""
    return next((one for one in choices if one == text), None)


def is_address(text: str) -> bool:
    """Whether a text can be an e-mail address."""
    return len(text) <= 254 and ADDRESS.fullmatch(text) is not None


def slip_code(text: str) -> str:
    """A code from a slip as it was printed, however it was typed: blanks, hyphens and case do not matter."""
    signs = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


@dataclass
class ShareForm:
    """A share as the learner is writing it; ``errors`` says in words what is wrong, by field."""

    credential_ids: list[str] = field(default_factory=list)
    partner_id: str = ""
    purpose: str = ""
    until: str = ""
    anonymous: bool = False
    application_email: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def blank(cls, credential_ids: list[str]) -> ShareForm:
        """A form that has not been filled in: it ends in three months."""
        return cls(credential_ids=credential_ids, until=add_months(today(), MONTHS_DEFAULT).isoformat())

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> ShareForm:
        """What a person sent."""
        return cls(
            credential_ids=form.getlist("credential"),
            partner_id=form.get("partner", ""),
            purpose=" ".join(form.get("purpose", "").split()),
            until=form.get("until", ""),
            anonymous=form.get("anonymous") == "yes",
            application_email=form.get("application_email", "").strip(),
        )

    def order(self, credentials: Mapping[str, CredentialView], partners: Mapping[str, Partner]) -> ShareOrder | None:
        """The order that the form amounts to, or None with ``errors`` filled in."""
        self.errors = {}
        self.credential_ids = [one for one in self.credential_ids if one in credentials]
        if not self.credential_ids:
            self.errors["credential"] = gettext("Choose at least one credential.")
        if self.partner_id and self.partner_id not in partners:
            self.errors["partner"] = gettext("Choose an employer in the list, or a link.")
        if not self.purpose or len(self.purpose) > PURPOSE_MAX:
            self.errors["purpose"] = gettext("Write why you share, for example which job you apply for.")
        until = self._end_date()
        self._check_email()
        if self.errors or until is None:
            return None
        return ShareOrder(
            credential_ids=tuple(self.credential_ids),
            partner_id=self.partner_id or None,
            purpose=self.purpose,
            until=until,
            anonymous=self.anonymous,
            application_email=self.application_email or None,
        )

    def _end_date(self) -> date | None:
        try:
            until = date.fromisoformat(self.until)
        except ValueError:
            until = None
        if until is None or not today() <= until <= last_end(today()):
            self.errors["until"] = gettext("Choose a day from today until one year from now.")
        return until

    def _check_email(self) -> None:
        if not self.application_email:
            return
        if not is_address(self.application_email):
            self.errors["application_email"] = gettext("Write your e-mail address, for example anna@exempel.se.")
        elif self.anonymous:
            self.errors["application_email"] = gettext(
                "Without your name we cannot show your e-mail address. Remove it."
            )
        elif not self.partner_id:
            self.errors["application_email"] = gettext("An e-mail address is only shown to an employer in the list.")
