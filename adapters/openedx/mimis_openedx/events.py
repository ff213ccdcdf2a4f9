"""What Open edX tells of its own accord, read as hints: which learner in which course to ask about.

Bodies come unsigned (openedx-webhooks) or from a bus that others write to, so nothing in them is believed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl

from mimis_core import DataError
from mimis_openedx.settings import COURSE_KEY

LEARNING = "org.openedx.learning."
FOLLOWED = frozenset(
    LEARNING + name
    for name in (
        "certificate.created.v1",
        "certificate.changed.v1",
        "certificate.revoked.v1",
        "course.passing.status.updated.v1",
        "course.persistent_grade_summary.changed.v1",
    )
)
"""Events after which a learner's completion may be another one."""

LONGEST = 255
"""Characters of a course key or username; Open edX stores no longer ones."""

DEEPEST = 8
"""Levels of a body; Open edX needs five."""

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Hint:
    """A learner in a course, by number, or by username where no number was told; without either all of the course."""

    course: str
    user: str | None = None
    username: str | None = None

    def __str__(self) -> str:
        if self.user:
            return f"{self.course} user:{self.user}"
        return f"{self.course} name:{self.username}" if self.username else self.course

    @classmethod
    def read(cls, text: str) -> Self:
        """From the text of a hint. Raises DataError for anything else."""
        course, _, whom = text.partition(" ")
        kind, _, value = whom.partition(":")
        if not is_course(course) or (whom and (not value or kind not in ("user", "name"))):
            raise DataError("This is no hint of Open edX.", code="malformed")
        return cls(course, value if kind == "user" else None, value if kind == "name" else None)


def is_course(key: object) -> bool:
    """Whether a value from outside can be a course key."""
    return isinstance(key, str) and len(key) <= LONGEST and COURSE_KEY.fullmatch(key) is not None


def make_hint(course: object, user: object, username: object = None) -> Hint | None:
    """A hint from values that came from outside; None when they name no course and learner."""
    if not isinstance(course, str) or not is_course(course):
        return None
    if not isinstance(user, bool) and _NUMBER.fullmatch(str(user)):
        return Hint(course, user=str(user))
    if isinstance(username, str) and 0 < len(username) <= LONGEST and username.isprintable():
        return Hint(course, username=username)
    return None


def read_webhook(body: bytes) -> Hint | None:
    """The hint in a body of openedx-webhooks; None for an event that concerns no completion.

    The plugin sends JSON keyed by dotted class names, or the same flattened with ``_``; versions of it send the
    flattened one as JSON under the content type of a form, so the content type is not asked. Raises DataError for a
    body that is none of its events, or that names no course and learner.
    """
    fields = dict(_flatten(_parse(body)))
    kind = fields.get("event_metadata_event_type")
    if not isinstance(kind, str):
        raise DataError("The body is no event of openedx-webhooks.", code="malformed")
    if kind not in FOLLOWED:
        return None
    hint = make_hint(
        _ending(fields, "_course_course_key"), _ending(fields, "_user_id"), _ending(fields, "_user_pii_username")
    )
    if hint is None:
        raise DataError("The event names no course and learner.", code="malformed")
    return hint


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=200)) if body.count(b"&") < 200 else None
    return value if isinstance(value, dict) else {}


def _flatten(value: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for name, one in value.items():
        path = f"{before}_{name}" if before else str(name)
        if isinstance(one, Mapping) and depth < DEEPEST:
            yield from _flatten(one, path, depth + 1)
        else:
            yield path, one


def _ending(fields: Mapping[str, Any], end: str) -> Any:
    return next((value for name, value in fields.items() if name.endswith(end)), None)
