"""Who is pulled at all: members of the named groups and cohorts. A filter that cannot be checked refuses the course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mimis_core import DataError
from mimis_moodle.client import MoodleClient
from mimis_moodle.mapping import Course, group_names_of, plain_text, whole
from mimis_moodle.settings import MoodleSettings


class Filters:
    """The filters of one source, for the time of one pull: cohorts are asked for once."""

    def __init__(self, client: MoodleClient, settings: MoodleSettings) -> None:
        self._client = client
        self._settings = settings
        self._members: frozenset[int] | None = None
        self._trusted: set[int] = set()

    def require(self, course: Course) -> None:
        """Raise unless everyone's groups and the cohorts show here; call it before a course's people are listed.

        Raises PermissionDeniedError or DataError: set the course aside, for nobody's place in it is certain.
        """
        if course.id in self._trusted:
            return
        if self._settings.excluded_groups or self._settings.groups:
            require_groups(self._client, course)
        if self._settings.cohorts:
            self._cohort_members()
        self._trusted.add(course.id)

    def keep(self, course: Course, record: Mapping[str, Any]) -> bool:
        """Whether a participant, as get_enrolled_users tells her, is pulled. Raises as :meth:`require` does.

        With groups and cohorts both named she must be in one of the groups and in one of the cohorts.
        """
        self.require(course)
        if self._settings.groups and not group_names_of(record) & set(self._settings.groups):
            return False
        return not self._settings.cohorts or record.get("id") in self._cohort_members()

    def _cohort_members(self) -> frozenset[int]:
        if self._members is None:
            self._members = members_of(self._client, self._settings.cohorts)
        return self._members


def members_of(client: MoodleClient, wanted: tuple[str, ...]) -> frozenset[int]:
    """Numbers of everyone in the cohorts that are named, by name or ID number.

    Raises DataError ``cohort-not-found`` when one does not show, and PermissionDeniedError without the right: one
    cohort of the site that the account may not see fails the whole list.
    """
    numbers: set[int] = set()
    cohorts = client.cohorts()
    for name in wanted:
        found = {whole(one, "id") for one in cohorts if name in (one.get("idnumber"), plain_text(str(one.get("name"))))}
        if not found:
            raise DataError(
                f"Moodle shows no cohort {name!r}.",
                mend="Correct cohorts in the source's settings (a name or an ID number).",
                code="cohort-not-found",
            )
        numbers |= found
    return frozenset(user for record in client.cohort_members(sorted(numbers)) for user in record.get("userids") or ())


def require_groups(client: MoodleClient, course: Course) -> None:
    """Raise unless Moodle shows all groups of a course: somebody could pass a filter, or go unmarked, unseen."""
    client.require_groups(course.id)
    if course.grouping:
        raise DataError(
            f"{course.module} shows only groups of its default grouping.",
            mend="Take the default grouping away in the course's settings (Groups), or use a role (excluded_roles) or "
            "a cohort (cohorts) instead.",
            code="default-grouping",
        )
