"""What a register sends, read leniently; what is not named here is dropped as it is read.

Among that is ``civicNo``, the personal number, and ``birthDate``, addresses, guardians and remarks: mimis needs none of
them, so none is ever held, stored or logged.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import (
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic import ValidationError as InvalidRecordError

from mimis_core import DataError

_NUMBER = re.compile(
    r"(?<!\d)(?:\d{2})?\d{2}(?:0[1-9]|1[0-2])\d{2}[-+ ]?(?:\d{4}|[A-Z]{2}\d{2}|[A-Z]\d{3})(?!\d)", re.I
)
"""What a personal number looks like, also a register's temporary one, such as ``20130101TF01``."""
_UNMARKED = {"", "ingen", "false", "nej"}
_YES = {"true", "ja"}
_NOT_ADAPTED = {"", "false", "nej", "ingen"}


def looks_personal(text: str) -> bool:
    """True for a text with something in it that may be a personal number; better once too often than once too few."""
    return bool(_NUMBER.search(text))


def _identifier(value: object) -> str:
    """A UUID in lower case, or another id as it is; a personal number is none."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 64:
        raise ValueError("an id is a short text")
    try:
        return str(UUID(value.strip()))
    except ValueError:
        if looks_personal(value):
            raise ValueError("a personal number is no id") from None
        return value.strip()


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _marked(value: object) -> bool:
    """Any mark but "none" protects: one that we do not know is still a mark. Early servers send true and false."""
    return value is not None and str(value).strip().casefold() not in _UNMARKED


def _adapted(value: object) -> bool:
    """Only whether: early servers send a text about the learner, which is nothing for us to keep."""
    return value is not None and str(value).strip().casefold() not in _NOT_ADAPTED


def _yes(value: object) -> bool:
    """Many servers send null for what they do not use, which must not make a grade unreadable."""
    return str(value).strip().casefold() in _YES


def _moment(value: object, read: ValidatorFunctionWrapHandler) -> datetime | None:
    """A time with its zone; None for one that cannot be read, which nothing depends on."""
    try:
        found: datetime = read(value)
    except InvalidRecordError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _dicts(value: object) -> list[Any]:
    """The values of ``[{"value": ..., "type": ...}]``, or of a plain list of texts."""
    items = value if isinstance(value, list) else []
    return [{"value": item} if isinstance(item, str) else item for item in items if isinstance(item, str | dict)]


Identifier = Annotated[str, BeforeValidator(_identifier)]
Text = Annotated[str | None, BeforeValidator(_text)]
Moment = Annotated[datetime, WrapValidator(_moment)] | None


class Record(BaseModel):
    """Base of what is read."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class GradeRecord(Record):
    """One row of ``/grades``. ``value`` is free text; ``correction`` is ``Ändring`` or ``Rättelse``."""

    id: Identifier
    student: Identifier = Field(validation_alias=AliasPath("student", "id"))
    syllabus: Identifier = Field(validation_alias=AliasPath("syllabus", "id"))
    registered: date = Field(validation_alias="registeredDate")
    value: Text = Field(default=None, validation_alias="gradeValue")
    final: bool = Field(validation_alias="finalGrade")
    adapted: Annotated[bool, BeforeValidator(_adapted)] = Field(default=False, validation_alias="adaptedStudyPlan")
    trial: Annotated[bool, BeforeValidator(_yes)] = False
    correction: Text = Field(default=None, validation_alias="correctionType")
    created: Moment = Field(default=None, validation_alias=AliasPath("meta", "created"))


class Syllabus(Record):
    """A course or subject. ``curriculum`` is not read, so that a new one needs no new version of this adapter.

    Here and in a person only the id is demanded: whatever else is odd becomes None.
    """

    id: Identifier
    school_type: Text = Field(default=None, validation_alias="schoolType")
    subject_code: Text = Field(default=None, validation_alias="subjectCode")
    subject_name: Text = Field(default=None, validation_alias="subjectName")
    course_code: Text = Field(default=None, validation_alias="courseCode")
    course_name: Text = Field(default=None, validation_alias="courseName")

    @property
    def code(self) -> str | None:
        """The most exact code: a course's, or since Gy25 a level's, else the subject's."""
        return self.course_code or self.subject_code


class Value(Record):
    """An e-mail address or principal name with its type."""

    value: Text = None
    type: Text = None


Values = Annotated[tuple[Value, ...], BeforeValidator(_dicts)]


class PersonRecord(Record):
    """The few fields of a person that a credential needs. There is no field for the name that she goes by."""

    id: Identifier
    given_name: Text = Field(default=None, validation_alias="givenName")
    middle_name: Text = Field(default=None, validation_alias="middleName")
    family_name: Text = Field(default=None, validation_alias="familyName")
    emails: Values = ()
    principals: Values = Field(default=(), validation_alias="eduPersonPrincipalNames")
    protected: Annotated[bool, BeforeValidator(_marked)] = Field(default=False, validation_alias="securityMarking")
    status: Text = Field(default=None, validation_alias="personStatus")


R = TypeVar("R", bound=Record)


def read_record(kind: type[R], data: Any) -> R:
    """``data`` as a record. Raises DataError that names the wrong fields and none of their values."""
    try:
        return kind.model_validate(data)
    except InvalidRecordError as error:
        fields = sorted({str(item["loc"][0]) if item["loc"] else "record" for item in error.errors()})
        text = f"The register sent a {kind.__name__} with wrong or missing {', '.join(fields)}."
        raise DataError(text, code="malformed") from None


def read_id(data: Any) -> str | None:
    """The id of a record that may be unreadable otherwise; None when there is none that may be shown."""
    try:
        return _identifier(data.get("id")) if isinstance(data, dict) else None
    except ValueError:
        return None
