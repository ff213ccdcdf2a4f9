"""Records as registers send them, with more in them than anyone should read."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]

PERSONAL_NUMBER = "190001019801"
"""In every person of the sandbox, to see that it goes nowhere; nobody was ever given it."""


def make_id(*parts: str) -> str:
    """The same UUID for the same words, so that a test can name it."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def make_person(person_id: str, given: str, family: str, **more: Any) -> Json:
    """A learner, with what a register tells beside her name."""
    return {
        "id": person_id,
        "givenName": given,
        "familyName": family,
        "civicNo": {"value": PERSONAL_NUMBER, "nationality": "SE"},
        "birthDate": "1900-01-01",
        "sex": "Okänt",
        "securityMarking": "Ingen",
        "personStatus": "Aktiv",
        "emails": [],
        "eduPersonPrincipalNames": [f"{person_id[:8]}@skola.example", f"{PERSONAL_NUMBER}@skola.example"],
        "addresses": [{"type": "Folkbokföring", "streetAddress": "Provgatan 1", "locality": "Provstad"}],
        "enrolments": [{"enroledAt": {"id": make_id("unit")}, "schoolType": "KOMVUX", "startDate": "2026-01-12"}],
        "responsibles": [],
        **more,
    }


def make_syllabus(code: str, name: str, school_type: str = "KOMVUX", **more: Any) -> Json:
    """A course of a curriculum that came after the standard."""
    return {
        "id": make_id("syllabus", code),
        "schoolType": school_type,
        "subjectCode": code[:3],
        "subjectName": name,
        "courseCode": code,
        "courseName": name,
        "points": 100,
        "curriculum": "Gy25",
        "official": True,
        **more,
    }


def make_grade(grade_id: str, student: str, syllabus: str, value: str, day: date, **more: Any) -> Json:
    """A final grade; references come as ids alone, since nobody asked for names."""
    return {
        "id": grade_id,
        "student": {"id": student},
        "organisation": {"id": make_id("unit")},
        "registeredBy": {"id": make_id("person", "administrator")},
        "registeredDate": day.isoformat(),
        "gradeValue": value,
        "finalGrade": True,
        "adaptedStudyPlan": False,
        "syllabus": {"id": syllabus},
        "remark": f"Rör {PERSONAL_NUMBER}",
        **more,
    }
