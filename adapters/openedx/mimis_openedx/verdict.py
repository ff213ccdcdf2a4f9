"""Whether a learner's result and certificate make a completion, or take one back; no input or output."""

from __future__ import annotations

from dataclasses import dataclass

from mimis_core import MimisError, NotFoundError
from mimis_openedx.mapping import EARNED, NO_CERTIFICATE, WITHDRAWN
from mimis_openedx.records import Certificate

Found = Certificate | MimisError | None
"""A certificate, the error that concerns this record alone, or None where no certificate is asked for."""


@dataclass(frozen=True)
class Case:
    """What is known of one learner in one course.

    ``passed`` is None when the results no longer name her: that says nothing. ``given`` says that an earlier pull gave
    the completion, ``certified`` that it did so on a certificate.
    """

    passed: bool | None
    found: Found
    given: bool = False
    certified: bool = False


@dataclass(frozen=True)
class Verdict:
    """What follows: a completion, or the reason for which it is taken back, or for which the record is set aside.

    A completion taken back from somebody who passed is also set aside, where people look for what is missing.
    """

    counts: bool = False
    taken_back: str | None = None
    aside: str | None = None


COUNTS = Verdict(counts=True)
NOTHING = Verdict()


def judge(case: Case, *, required: bool) -> Verdict:
    """Judge one case; ``required`` says that only a certificate of status downloadable counts.

    Nothing is ever taken back because something is absent: it takes a certificate in a state that says no, a
    certificate that is gone after it was there, or a result that says outright that the learner does not pass.
    """
    if isinstance(case.found, Certificate):
        return _by_status(case, case.found.status, required)
    if isinstance(case.found, MimisError) and case.found.code in NO_CERTIFICATE:
        return _without_certificate(case, str(case.found.code), required)
    if isinstance(case.found, MimisError):
        return _by_error(case, case.found)
    return COUNTS if case.passed else NOTHING


def _by_status(case: Case, status: str, required: bool) -> Verdict:
    if status == EARNED:
        return COUNTS
    if status in WITHDRAWN:
        return Verdict(taken_back=status, aside=status if case.passed or case.given else None)
    if not required:
        return _by_result(case)
    return Verdict(aside=status) if case.passed or case.given else NOTHING


def _without_certificate(case: Case, code: str, required: bool) -> Verdict:
    if not required and case.passed:
        return COUNTS
    if case.certified and code == "no_certificate_for_user":
        return Verdict(taken_back=code, aside=code)
    if not required:
        return _by_result(case)
    return Verdict(aside=code) if case.passed or case.given else NOTHING


def _by_result(case: Case) -> Verdict:
    if case.passed:
        return COUNTS
    if case.passed is False and case.given:
        return Verdict(taken_back="no_longer_passes", aside="no_longer_passes")
    return NOTHING


def _by_error(case: Case, error: MimisError) -> Verdict:
    if isinstance(error, NotFoundError) and not case.passed and not case.given:
        return NOTHING
    return Verdict(aside=error.code or "not_found")
