"""Settings of one Open edX connection."""

from __future__ import annotations

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from mimis_core import AdapterSettings

COURSE_KEY = re.compile(r"[^/+?\s]+(/|\+)[^/+?\s]+(/|\+)[^/?\s]+")


def _base_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("write the LMS address in full, such as https://lms.example.org")
    return value.rstrip("/")


def _course_key(value: str) -> str:
    if not COURSE_KEY.fullmatch(value):
        raise ValueError("a course key looks like course-v1:ORG+COURSE+RUN")
    return value


class OpenEdxSettings(AdapterSettings):
    """One table ``[sources.NAME]`` with ``kind = "openedx"``."""

    url: Annotated[str, AfterValidator(_base_address)] = Field(
        description="Address of the LMS (not of Studio), such as https://lms.example.org"
    )
    client_id: str = Field(min_length=1, description="Client id of the OAuth2 application in the LMS")
    client_secret: SecretStr = Field(min_length=1, description="Client secret of the OAuth2 application")
    courses: tuple[Annotated[str, AfterValidator(_course_key)], ...] = Field(
        default=(), description="Course keys to pull; empty means all courses of orgs"
    )
    orgs: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(), description="Organisations whose courses are pulled when courses is empty"
    )
    service_user: str | None = Field(
        default=None, description="User that owns the application; needed to see courses hidden from visitors"
    )
    require_certificate: bool = Field(
        default=True, description="Count a course as completed only with a certificate of status downloadable"
    )
    verified_email_only: bool = Field(
        default=True, description="Leave out e-mail addresses that the learner has not confirmed in Open edX"
    )
    workers: int = Field(default=4, ge=1, le=16, description="Certificates asked for at the same time")
    page_size: int = Field(default=50, ge=1, le=100, description="Grades per page; more is heavy for the LMS")

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if not self.courses and not self.orgs:
            raise ValueError("give courses or orgs, so that not the whole site is pulled")
        return self
