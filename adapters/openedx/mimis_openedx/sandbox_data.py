"""What the Open edX sandbox knows: courses, people, enrolments and certificates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from typing import Any

from mimis_openedx.settings import organisation_of

PASSING_STATES = ("downloadable", "generating")


@dataclass
class Person:
    """An account; ``email`` counts as confirmed when ``is_active``."""

    id: int
    username: str
    name: str | None
    email: str | None
    is_active: bool = True
    verified_name: str | None = None

    def staff_view(self) -> dict[str, Any]:
        """All fields that staff are shown, also those that nobody should ask for."""
        return {
            "username": self.username,
            "id": self.id,
            "email": self.email,
            "name": self.name,
            "verified_name": self.verified_name,
            "is_active": self.is_active,
            "date_joined": "2025-08-20T07:00:00Z",
            "last_login": None,
            "country": "SE",
            "year_of_birth": 1990,
            "gender": None,
            "activation_key": None,
            "profile_image": {"has_image": False},
        }

    def public_view(self) -> dict[str, Any]:
        """What everybody else is shown."""
        return {"username": self.username, "profile_image": {"has_image": False}}


@dataclass
class Certificate:
    """A certificate row in any state."""

    status: str
    created: datetime
    grade: str | None
    type: str = "verified"

    def view(self, username: str, course: str) -> dict[str, Any]:
        """The answer of the detail view: an HTML certificate's address is relative to the site."""
        uuid = md5(f"{username} {course}".encode(), usedforsecurity=False).hexdigest()
        return {
            "username": username,
            "course_id": course,
            "certificate_type": self.type,
            "created_date": self.created.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "status": self.status,
            "is_passing": self.status in PASSING_STATES,
            "download_url": f"/certificates/{uuid}" if self.status == "downloadable" else None,
            "grade": self.grade,
        }


@dataclass
class Enrolment:
    """One learner in one course. ``computable`` False: the grade cannot be worked out, so pages leave the row out."""

    username: str
    passed: bool = False
    percent: float | None = 0.0
    letter: str | None = None
    mode: str = "verified"
    is_active: bool = True
    computable: bool = True
    certificate: Certificate | None = None

    def grade(self, course: str) -> dict[str, Any]:
        """A row of the grades view; the e-mail address is always empty."""
        return {
            "username": self.username,
            "email": "",
            "course_id": course,
            "passed": self.passed,
            "percent": self.percent,
            "letter_grade": self.letter,
        }

    def view(self, course: str) -> dict[str, Any]:
        """A row of the enrolments view."""
        created = "2026-01-20T08:00:00.123456Z"
        return {
            "created": created,
            "mode": self.mode,
            "is_active": self.is_active,
            "user": self.username,
            "course_id": course,
        }


@dataclass
class CourseRun:
    """One course run with its enrolments in the order in which they were made."""

    key: str
    name: str
    hidden: bool = False
    enrolments: list[Enrolment] = field(default_factory=list)
    progress: dict[str, tuple[float, float]] = field(default_factory=dict)
    """What the completion-aggregator counted, by username: completed, and to be completed."""

    @property
    def org(self) -> str:
        """The organisation part of the key, new style or old."""
        return organisation_of(self.key)

    def enrolment(self, username: str) -> Enrolment | None:
        """A learner's enrolment, if there is one."""
        return next((one for one in self.enrolments if one.username == username), None)

    def completion(self, username: str, flat: bool) -> dict[str, Any]:
        """A row of the completion-aggregator; with the flat envelope it writes ``ratio``, else ``percent``."""
        earned, possible = self.progress[username]
        share = earned / possible if possible else 0.0
        done = {"earned": earned, "possible": possible or None, "ratio" if flat else "percent": share}
        return {"course_key": self.key, "completion": done, "username": username}

    def view(self) -> dict[str, Any]:
        """A row of the course list; any date may be null."""
        return {
            "id": self.key,
            "course_id": self.key,
            "name": self.name,
            "org": self.org,
            "number": self.key.replace("/", "+").split("+")[1],
            "short_description": "",
            "start": "2026-01-19T00:00:00Z",
            "end": None,
            "effort": "3-5 timmar",
            "pacing": "self",
            "hidden": self.hidden,
            "mobile_available": True,
        }
