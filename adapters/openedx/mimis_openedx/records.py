"""What Open edX sends, read leniently: unknown fields are dropped at once, odd values become None."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic import ValidationError as InvalidRecordError

from mimis_core import DataError

MOST_SHARE = 2.0
"""A share above it is none: the text of a certificate's grade was forced by hand, such as "87"."""


def read_amount(value: object) -> float | None:
    """A number of 0 or more from a number or a numeric text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def read_fraction(value: object) -> float | None:
    """A share of 0..1, or a little more with extra credit; None for empty values and what an operator forced."""
    number = read_amount(value)
    return None if number is None or number > MOST_SHARE else number


def _read_text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _as_utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


Amount = Annotated[float | None, BeforeValidator(read_amount)]
Fraction = Annotated[float | None, BeforeValidator(read_fraction)]
Text = Annotated[str | None, BeforeValidator(_read_text)]
Required = Annotated[str, Field(min_length=1)]


class Record(BaseModel):
    """Base of what is read; keeping only declared fields also keeps birth years and addresses out of memory."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Claims(Record):
    """What a token says of its application; ``filters`` are such as ``content_org:KTH``."""

    is_restricted: bool = False
    scopes: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()

    def allows(self, organisation: str) -> bool:
        """Whether a restricted application may read the courses of an organisation."""
        return f"content_org:{organisation}" in self.filters


class Course(Record):
    """One course run."""

    key: Required = Field(validation_alias=AliasChoices("course_id", "id"))
    name: Text = None


class GradeRow(Record):
    """The live result of one active enrolment; it carries no date."""

    username: Required
    passed: StrictBool
    percent: Fraction = None
    letter_grade: Text = None


class Certificate(Record):
    """A certificate in any state; ``created_date`` is when its row was made."""

    status: Required
    created_date: Annotated[datetime, AfterValidator(_as_utc)]
    certificate_type: Text = None
    grade: Fraction = None


class Enrolment(Record):
    """One enrolment; ``mode`` is the track, such as ``audit`` or ``verified``."""

    user: Required
    mode: Text = None


class Share(Record):
    """How much of a course was done; older plugins write ``ratio``, newer ones ``percent``, both of 0..1."""

    earned: Amount = None
    possible: Amount = None
    ratio: Fraction = Field(default=None, validation_alias=AliasChoices("ratio", "percent"))


class Progress(Record):
    """What the plugin completion-aggregator counted for one learner."""

    username: Required
    completion: Share

    @property
    def is_complete(self) -> bool:
        """True when all of a course that has anything to complete was completed."""
        done = self.completion
        if not done.possible:
            return False
        if done.ratio is not None:
            return done.ratio >= 1
        return done.earned is not None and done.earned >= done.possible


class Account(Record):
    """The few fields of an account that a credential needs."""

    username: Required
    id: int | None = None
    name: Text = None
    verified_name: Text = None
    email: Text = None
    is_active: bool | None = None


R = TypeVar("R", bound=Record)


def read_record(kind: type[R], data: Any) -> R:
    """``data`` as a record. Raises DataError that names the wrong fields and none of their values."""
    try:
        return kind.model_validate(data)
    except InvalidRecordError as error:
        fields = sorted({str(item["loc"][0]) if item["loc"] else "record" for item in error.errors()})
        raise DataError(
            f"Open edX sent a {kind.__name__} with wrong or missing {', '.join(fields)}.", code="malformed"
        ) from None


def reason_of(body: Any) -> str | None:
    """The code in a refusal, from any of the shapes that Open edX answers with; None when it gave only prose.

    Prose is never passed on: it can hold a username.
    """
    if not isinstance(body, dict):
        return None
    for field in ("error_code", "error"):
        code = body.get(field)
        if isinstance(code, str) and code.isascii() and code.replace("_", "").replace("-", "").isalnum():
            return code
    if isinstance(body.get("field_errors"), dict):
        return "field_errors:" + ",".join(sorted(str(name) for name in body["field_errors"]))
    return "retired" if "retirement_id" in body else None
