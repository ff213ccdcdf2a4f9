"""Settings of one Moodle site: a table ``[sources.NAME]`` with ``kind = "moodle"``."""

from __future__ import annotations

from typing import Annotated
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
    excluded_roles: tuple[str, ...] = Field(
        default=(), description="Short names of roles whose holders are marked as protected"
    )
    excluded_groups: tuple[str, ...] = Field(
        default=(), description="Names of course groups whose members are marked as protected"
    )
    workers: int = Field(default=4, ge=1, le=16, description="Calls at the same time; more than four gains nothing")
    page_size: int = Field(default=100, ge=1, le=1000, description="Enrolled users asked for in one call")

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
        wanted = ["id", "fullname", "firstname", "lastname", "email"]
        if self.excluded_roles:
            wanted.append("roles")
        if self.excluded_groups:
            wanted.append("groups")
        return tuple(wanted)

    @property
    def functions(self) -> tuple[str, ...]:
        """Web service functions that a pull with these settings calls."""
        always = (
            "core_webservice_get_site_info",
            "core_course_get_courses_by_field",
            "core_enrol_get_enrolled_users",
            "core_completion_get_course_completion_status",
            "gradereport_user_get_grade_items",
        )
        extra = ("core_completion_get_activities_completion_status", "core_course_get_contents")
        return always + extra if self.activities else always
