"""Settings of one Open edX connection."""

from __future__ import annotations

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from mimis_core import AdapterSettings

COURSE_KEY = re.compile(r"[^/+?\s]+(/|\+)[^/+?\s]+(/|\+)[^/?\s]+")

BUS_TOPICS = ("learning-certificate-lifecycle", "learning-badges-lifecycle")
"""Where Open edX puts certificates and passing states on its event bus, unless the site changed it."""


def _base_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("write the LMS address in full, such as https://lms.example.org")
    return value.rstrip("/")


def _course_key(value: str) -> str:
    if not COURSE_KEY.fullmatch(value):
        raise ValueError("a course key looks like course-v1:ORG+COURSE+RUN")
    return value


def organisation_of(course_key: str) -> str:
    """The organisation part of a course key, new style or old."""
    return course_key.rpartition(":")[2].replace("/", "+").split("+")[0]


def _bus_address(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("write the address of the Redis in full, such as rediss://user:password@host:6379/0")
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
    ungraded: tuple[Annotated[str, AfterValidator(_course_key)], ...] = Field(
        default=(),
        description="Course keys without grading: completed when the plugin completion-aggregator says 100 percent",
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
    recheck: int = Field(
        default=7, ge=1, le=100, description="Pulls in which each unchanged completion is asked about once; 1 for every"
    )
    scopes: tuple[Annotated[str, Field(pattern=r"^[a-z_:]+$")], ...] = Field(
        default=(), description="Scopes to ask for, such as grades:read; only a restricted application needs them"
    )
    event_token: SecretStr | None = Field(
        default=None, min_length=20, description="Unguessable last part of the address that openedx-webhooks posts to"
    )
    bus_url: Annotated[SecretStr, AfterValidator(_bus_address)] | None = Field(
        default=None, description="Address of the Redis that carries Open edX's event bus, for: mimis openedx listen"
    )
    bus_prefix: str = Field(default="", description="EVENT_BUS_TOPIC_PREFIX of the LMS, when it has one")
    bus_topics: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=BUS_TOPICS, min_length=1, description="Topics of the event bus that certificates and grades go to"
    )
    bus_group: str = Field(default="mimis", min_length=1, description="Name of the consumer group on the event bus")

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if not self.courses and not self.orgs and not self.ungraded:
            raise ValueError("give courses or orgs, so that not the whole site is pulled")
        return self

    def pulls(self, course_key: str) -> bool:
        """Whether this source pulls the course, as far as its key tells."""
        if course_key in self.ungraded or course_key in self.courses:
            return True
        return not self.courses and organisation_of(course_key) in self.orgs
