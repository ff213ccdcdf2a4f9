"""What a Moodle site holds, as far as the sandbox answers from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]


@dataclass
class Site:
    """Everything by Moodle's own numbers; records are in Moodle's own form, so a test can change any of them."""

    info: Record
    courses: dict[int, Record] = field(default_factory=dict)
    raw_names: dict[int, str] = field(default_factory=dict)
    idnumbers: dict[int, str] = field(default_factory=dict)
    users: dict[int, Record] = field(default_factory=dict)
    enrolled: dict[int, dict[int, Record]] = field(default_factory=dict)
    inactive: set[tuple[int, int]] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)
    completion: dict[tuple[int, int], Record] = field(default_factory=dict)
    activities: dict[tuple[int, int], Record] = field(default_factory=dict)
    grades: dict[int, dict[int, Record]] = field(default_factory=dict)
    activity_names: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    badges: dict[int, Record] = field(default_factory=dict)
    competencies: dict[int, list[Record]] = field(default_factory=dict)
    ratings: dict[tuple[int, int], list[Record]] = field(default_factory=dict)
    sections: dict[int, list[Record]] = field(default_factory=dict)
    cohorts: dict[int, Record] = field(default_factory=dict)
    cohort_members: dict[int, list[int]] = field(default_factory=dict)
    reports: Record = field(default_factory=lambda: {"reports": [], "warnings": []})
    report_rows: dict[int, Record] = field(default_factory=dict)
    plans: dict[int, Any] = field(default_factory=dict)
    zone: str = "Europe/Stockholm"
    forced_zone: bool = False

    def tracked(self, course: int) -> bool:
        """Whether completion tracking is on in a course and on the whole site."""
        features = {item["name"]: item["value"] for item in self.info["advancedfeatures"]}
        return bool(self.courses[course].get("enablecompletion") and features.get("enablecompletion"))

    def active(self, course: int, user: int) -> bool:
        """Whether a user is tracked in a course: enrolled, active, and no teacher."""
        record = self.enrolled.get(course, {}).get(user)
        if record is None or (course, user) in self.inactive:
            return False
        roles = {role["shortname"] for role in record.get("roles", [])}
        return not roles or "student" in roles

    def page(self, course: int, start: int, size: int) -> list[Record]:
        """Participants by number; size 0 gives all from ``start`` on."""
        people = self.enrolled.get(course, {})
        numbers = sorted(people)[start : start + size if size else None]
        return [people[number] for number in numbers]

    def blank_status(self, course: int) -> Record | None:
        """A course status with nothing done, made after another learner's; None when no criteria are known."""
        known: Iterator[Record] = (
            body["completionstatus"]
            for (number, _), body in self.completion.items()
            if number == course and "completionstatus" in body
        )
        model = next(known, None)
        if model is None:
            return None
        items = [{**item, "status": "No", "complete": False, "timecompleted": None} for item in model["completions"]]
        return {"completionstatus": {**model, "completed": False, "completions": items}, "warnings": []}
