"""Open edX records into the words of mimis; no input or output."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256

from mimis_core import Completion, DataError, Departure, Grade, SetAside, SourceLearner, Withdrawal
from mimis_openedx.records import Account, Certificate, Course, GradeRow

EARNED = "downloadable"
WITHDRAWN = frozenset(
    {"unavailable", "notpassing", "audit_notpassing", "deleting", "deleted", "restricted", "invalidated"}
)
"""Certificate states that say no, even where no certificate is asked for."""

NO_CERTIFICATE = frozenset({"no_certificate_for_user", "no_certificate_configuration_for_course"})
"""Answers 404 that say that a learner who may well have passed has no certificate."""

PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:18|19|20)?\d{6}[-+ ]?(?:\d{4}|[A-Z]{2}\d{2}|[A-Z]\d{3})(?!\d)", re.IGNORECASE)
"""What looks like a Swedish personal number, or a register's temporary one: such a username is never passed on."""

RETIRED_PREFIX = "retired__user_"

MESSAGES = {
    "no_certificate_for_user": "The learner has passed but has no certificate yet: issue it in Open edX, or set "
    "require_certificate = false.",
    "no_certificate_configuration_for_course": "The course has no active certificate configuration: make one in "
    "Studio, or set require_certificate = false.",
    "course_id_not_valid": "Open edX knows no certificates for this course key: correct courses.",
    "generating": "The certificate is being made: it comes with a later pull.",
    "requesting": "The certificate is being made: it comes with a later pull.",
    "unverified": "The learner has not verified the identity in Open edX, so the certificate is withheld.",
    "notpassing": "The learner no longer passes: the certificate does not count. Revoke what was issued on it.",
    "unavailable": "The certificate was invalidated in Open edX. Revoke what was issued on it.",
    "audit": "The learner takes the course on the audit track, which gives no certificate: move her to another track "
    "in Open edX, or set require_certificate = false.",
    "no_longer_passes": "Open edX says that the learner no longer passes. Look at what was issued on it.",
    "retired": "The account is gone (retired or renamed), or does not show: if mimis check finds accounts, look for it "
    "in the LMS's Django admin. If it was retired, handle it as a request for erasure.",
    "account_without_id": "The account came without id: make the owner of the application global staff.",
    "name_missing": "The account has no name, which a credential must carry: let the learner fill it in.",
    "server_error": "Open edX failed on this learner's certificate: look for the error in the LMS log.",
    "malformed": "Open edX sent a record that cannot be read: look at it in the LMS.",
}
"""What a person can do, by reason."""


def explain_reason(reason: str) -> str:
    """The administrator's sentence for a reason code."""
    return MESSAGES.get(reason, f"Open edX gives no usable certificate (status {reason}): look at it in the LMS.")


def set_aside_record(source: str, key: str, reason: str, message: str | None = None) -> SetAside:
    """A record that is reported instead of used."""
    return SetAside(source=source, key=key, reason=reason, message=message or explain_reason(reason))


def withdraw(source: str, key: str, reason: str) -> Withdrawal:
    """A completion that Open edX takes back."""
    return Withdrawal(source=source, key=key, reason=reason, message=explain_reason(reason))


def depart(source: str, user: str) -> Departure:
    """A learner whose account is no longer there."""
    return Departure(source=source, key=user, reason="retired", message=explain_reason("retired"))


def completion_key(course_key: str, account: Account | None, username: str) -> str:
    """The record's key: the stable numeric user id, or a digest where there is none, never the username."""
    if account is not None and account.id is not None:
        return f"{course_key}/user:{account.id}"
    return f"{course_key}/unknown:{sha256(username.encode()).hexdigest()[:12]}"


def is_retired(account: Account) -> bool:
    """Whether an account bears the name that a retirement gives it."""
    return account.username.startswith(RETIRED_PREFIX)


def map_learner(source: str, account: Account | None, verified_email_only: bool) -> SourceLearner:
    """The person behind an account. Raises DataError when it is retired, or lacks id or name.

    The name stays in one piece: Open edX has one free-text field for it.
    """
    if account is None or is_retired(account):
        raise DataError("The account is gone.", code="retired")
    if account.id is None:
        raise DataError("The account came without id.", code="account_without_id")
    full_name = account.verified_name or account.name
    if full_name is None:
        raise DataError("The account has no name.", code="name_missing")
    confirmed = account.is_active is True and account.email is not None
    return SourceLearner(
        source=source,
        key=str(account.id),
        full_name=full_name,
        email=account.email if confirmed or not verified_email_only else None,
        email_verified=confirmed,
        aliases={} if PERSONAL_NUMBER.search(account.username) else {"username": account.username},
    )


def map_grade(row: GradeRow, certificate: Certificate | None) -> Grade | None:
    """The live result in percent, else the certificate's; rounded so that 0.29 is 29 and not a little less.

    A result that no longer passes is not that on which the certificate was given, so the certificate's stands.
    """
    if not row.passed:
        row = GradeRow(username=row.username, passed=False)
    share = row.percent
    if share is None and certificate is not None:
        share = certificate.grade
    if share is None:
        return Grade(text=row.letter_grade) if row.letter_grade else None
    return Grade(value=round(share * 100, 6), minimum=0, maximum=100, text=row.letter_grade)


def describe_evidence(certificate: Certificate | None, ungraded: bool) -> str:
    """What a completion rests on, and whether Open edX dated it."""
    if certificate is not None:
        kind = certificate.certificate_type
        return f"Open edX certificate ({kind})" if kind else "Open edX certificate"
    found = "all parts completed (100 %), without grading" if ungraded else "passing grade, without certificate"
    return f"Open edX: {found}; dated when first seen"


def map_completion(
    course: Course,
    row: GradeRow,
    certificate: Certificate | None,
    learner: SourceLearner,
    seen_at: datetime,
    *,
    ungraded: bool = False,
) -> Completion:
    """The fact that this learner completed this course; without a certificate the date is ``seen_at``."""
    return Completion(
        source=learner.source,
        key=f"{course.key}/user:{learner.key}",
        learner=learner,
        module=f"course:{course.key}",
        title=course.name or course.key,
        completed_at=certificate.created_date if certificate else seen_at,
        dated=certificate is not None,
        grade=map_grade(row, certificate),
        evidence=describe_evidence(certificate, ungraded),
    )
