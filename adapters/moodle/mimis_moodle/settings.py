"""Settings of one Moodle site: a table ``[sources.NAME]`` with ``kind = "moodle"``."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from mimis_core import AdapterSettings


class MoodleSettings(AdapterSettings):
    """How one Moodle site is reached, and what is pulled from it."""

    url: str = Field(description="Address of the site, such as https://moodle.example.se")
    token: SecretStr = Field(description="Web service token of the account made for mimis")
    courses: tuple[Annotated[int, Field(gt=1)], ...] = Field(
        default=(), description="Course numbers to pull; empty means every course that the account can see"
    )
    skip_untracked: bool = Field(
        default=False,
        description="Pass over courses with completion tracking off, instead of setting each learner in them aside",
    )
    activities: bool = Field(default=False, description="Also pull each completed activity, not only whole courses")
    sections: bool = Field(
        default=False, description="Also pull each section of a course whose tracked activities are all complete"
    )
    grades: bool = Field(
        default=False, description="Also pull each graded item; the catalogue's min_grade then says what is enough"
    )
    hidden_grades: bool = Field(
        default=False, description="With grades: use also those that are hidden from the learner, not set them aside"
    )
    competencies: bool = Field(default=False, description="Also pull each competency rated as proficient in a course")
    badges: bool = Field(default=False, description="Also pull each badge of a learner that has not expired")
    identify: tuple[Literal["username", "idnumber"], ...] = Field(
        default=(), description="Also tell learners by these names of Moodle's; personal numbers are left out"
    )
    groups: tuple[str, ...] = Field(
        default=(), description="Names of course groups; only their members are pulled. Empty means everyone"
    )
    cohorts: tuple[str, ...] = Field(
        default=(), description="Names or ID numbers of cohorts; only their members are pulled. Empty means everyone"
    )
    customfields: tuple[str, ...] = Field(
        default=(), description="Short names of the course fields that help in drafts; empty means every field"
    )
    excluded_roles: tuple[str, ...] = Field(
        default=(), description="Short names of roles whose holders are marked as protected"
    )
    excluded_groups: tuple[str, ...] = Field(
        default=(), description="Names of course groups whose members are marked as protected"
    )
    report: int | None = Field(
        default=None,
        gt=0,
        description="Number of a custom report on course participants: every completion in few calls",
    )
    recheck_share: float = Field(
        default=0.04,
        ge=0.01,
        le=1,
        description="Share of those who can still earn something that each pull asks about again, though nothing shows",
    )
    workers: int = Field(
        default=8, ge=1, le=16, description="Most calls at the same time; fewer where more gain nothing"
    )
    page_size: int = Field(default=1000, ge=1, le=1000, description="Enrolled users asked for in one call")

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        split = urlsplit(value)
        if split.scheme not in ("http", "https") or not split.netloc or split.query or split.username:
            raise ValueError("write the site's address, such as https://moodle.example.se, without user or query")
        return value.rstrip("/")

    @property
    def user_fields(self) -> tuple[str, ...]:
        """Fields to ask for of each participant: no more than is needed (groups come with long descriptions)."""
        wanted = ["id", "fullname", "firstname", "lastname", "email", *self.identify]
        if self.excluded_roles:
            wanted.append("roles")
        if self.excluded_groups or self.groups:
            wanted.append("groups")
        return tuple(wanted)

    @property
    def functions(self) -> tuple[str, ...]:
        """Web service functions that a pull with these settings calls."""
        wanted = [
            name for part, names in _FUNCTIONS_OF.items() if part is None or getattr(self, part) for name in names
        ]
        return tuple(dict.fromkeys(wanted))

    @property
    def parts(self) -> bool:
        """Whether each learner is asked about more than the course as a whole."""
        return self.activities or self.sections or self.competencies


_PROGRESS = "core_completion_get_activities_completion_status"
_CONTENTS = "core_course_get_contents"
_FUNCTIONS_OF: dict[str | None, tuple[str, ...]] = {
    None: (
        "core_webservice_get_site_info",
        "core_course_get_courses_by_field",
        "core_enrol_get_enrolled_users",
        "core_completion_get_course_completion_status",
        "gradereport_user_get_grade_items",
    ),
    "activities": (_PROGRESS, _CONTENTS),
    "sections": (_PROGRESS, _CONTENTS),
    "competencies": ("core_competency_list_course_competencies", "report_competency_data_for_report"),
    "badges": ("core_badges_get_user_badges",),
    "report": ("core_reportbuilder_retrieve_report",),
    "cohorts": ("core_cohort_get_cohorts", "core_cohort_get_cohort_members"),
}
"""Functions by the setting that needs them; None for those that every pull needs."""
