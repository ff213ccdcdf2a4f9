"""Whose token calls the sandbox, and what that account may do."""

from __future__ import annotations

from dataclasses import dataclass, field

from mimis_moodle.standin.refusals import RefusedError
from mimis_moodle.standin.site import Site


@dataclass
class Account:
    """Whom the token belongs to: ``revoked`` rights, and ``raw`` when the call asked for stored texts."""

    site: Site
    revoked: set[str] = field(default_factory=set)
    raw: bool = False
    zone: str = ""
    language: str = "en"

    def has(self, right: str) -> bool:
        """Whether a right is still there."""
        return right not in self.revoked

    def enter(self, course: int, code: str) -> None:
        """Refuse a course that is unknown, closed or hidden to the account, in the words of the function's family."""
        if course not in self.site.courses:
            raise RefusedError("invalidrecord", "course")
        hidden = not self.site.courses[course].get("visible", 1)
        if not self.has("moodle/course:view") or (hidden and not self.has("moodle/course:viewhiddencourses")):
            raise RefusedError(code, course)

    def need(self, right: str, words: str) -> None:
        """Refuse when a right is missing inside the course."""
        if not self.has(right):
            raise RefusedError("nopermissions", words)

    def kept_apart(self, course: int) -> bool:
        """Whether separate groups hide the course's people from the account."""
        return self.site.courses[course].get("groupmode") == 1 and not self.has("moodle/site:accessallgroups")
