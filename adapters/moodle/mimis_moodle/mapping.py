"""From Moodle's answers to the model: pure functions, no calls."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mimis_core import Completion, CompletionKind, DataError, Grade, SourceLearner
from mimis_moodle import places

_MULTILANG = re.compile(r'(?:<span\b(?=[^>]*\bclass="multilang")[^>]*>.*?</span>\s*)+', re.DOTALL | re.IGNORECASE)
_LANGUAGE = re.compile(r'<span\b[^>]*\blang="([A-Za-z_]+)"[^>]*>(.*?)</span>', re.DOTALL | re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|code|div|em|font|h[1-6]|hr|i|img|li|mark|ol|p|pre|s|script|small|span|strong|style|sub|sup"
    r"|table|tbody|td|th|tr|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d|\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])[-+ ]?"
    r"(?:\d{4}|[A-Z]{2}\d{2}|[A-Z]\d{3})(?!\d)",
    re.IGNORECASE,
)
_DELETED_NAME = re.compile(r".+\.\d{9,11}")
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Course:
    """A course as its own listing describes it.

    ``tracked`` says whether completion tracking is on; ``grouping`` whether only groups of a default grouping show.
    """

    id: int
    title: str
    tracked: bool
    grouping: bool = False

    @property
    def module(self) -> str:
        """The reference that a catalogue entry's requirement names."""
        return f"course:{self.id}"


@dataclass(frozen=True, slots=True)
class Participant:
    """One user in a course. ``user`` is Moodle's number of the account."""

    user: int
    full_name: str
    given_name: str | None
    family_name: str | None
    email: str | None
    protected: bool
    aliases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Seen:
    """One learner in one course, with what the answers share: who, where, and the grade items by activity number.

    The course total stands under 0.
    """

    source: str
    course: Course
    person: Participant
    grades: Mapping[int, Grade]

    @property
    def key(self) -> str:
        """Key of the record: the same at every pull."""
        return f"{self.course.module}/user:{self.person.user}"

    @property
    def learner(self) -> SourceLearner:
        """The person as the model knows her."""
        return learner_of(self.source, self.person)


def learner_of(source: str, person: Participant) -> SourceLearner:
    """A participant as the model knows her; Moodle's number of the account is her key."""
    return SourceLearner(
        source=source,
        key=str(person.user),
        full_name=person.full_name,
        aliases=dict(person.aliases),
        given_name=person.given_name,
        family_name=person.family_name,
        email=person.email,
        protected=person.protected,
    )


def plain_text(text: str) -> str:
    """A name without HTML: one language of a multi-language text, no tags, no entities, single blanks.

    Only names of real HTML tags count as tags: "Hygien <nivå 1>" is what the teacher wrote.
    """
    one = _MULTILANG.sub(_one_language, text)
    return " ".join(html.unescape(_TAG.sub(" ", one)).split())


def course_of(record: Mapping[str, Any]) -> Course:
    """A course from get_courses_by_field; ``enablecompletion`` absent means that the account may not see it."""
    number = whole(record, "id")
    title = plain_text(str(record.get("fullname") or record.get("displayname") or ""))
    tracked, grouping = bool(record.get("enablecompletion")), bool(record.get("defaultgroupingid"))
    return Course(number, title or f"Course {number}", tracked, grouping)


def participant_of(
    record: Mapping[str, Any], roles: Sequence[str] = (), groups: Sequence[str] = (), identify: Sequence[str] = ()
) -> Participant:
    """A user from get_enrolled_users or get_users_by_field.

    Holders of one of ``roles`` and members of ``groups`` are protected, and so is a user whose roles were asked for
    and are not told. ``identify`` names the fields that become aliases.

    Raises DataError, with Moodle's own code where it has one, for an account that is no learner: deleted (it keeps its
    number, facts/moodle.md section 3), not confirmed, or without a name.
    """
    _require_living(record)
    given, family = _text(record, "firstname"), _text(record, "lastname")
    full = _text(record, "fullname") or " ".join(part for part in (given, family) if part)
    if not full:
        raise DataError("The user has no name.", mend="Fill in the name in Moodle.", code="no-name")
    held = {role.get("shortname") for role in items_in(record, "roles")}
    member = group_names_of(record)
    untold = bool(roles) and "roles" not in record
    protected = untold or bool(held & set(roles) or member & set(groups))
    email = _text(record, "email")
    known = tuple(aliases_of(record, identify).items())
    return Participant(whole(record, "id"), full, given, family, email, protected, known)


def aliases_of(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Further names that Moodle knows a user by; what looks like a Swedish personal number is left out.

    The form alone decides, not the check digit: an ID number is often a personal number, and one with a typing mistake
    says as much about the person. Letters after the date are a register's temporary number, or a protected person's.
    """
    told = {name: _text(record, name) for name in names}
    return {name: text for name, text in told.items() if text and not _PERSONAL_NUMBER.search(text)}


def group_names_of(record: Mapping[str, Any]) -> frozenset[str]:
    """Names of a user's groups in a course as teachers write them; Moodle sends ``&`` as ``&amp;``."""
    names = [str(group.get("name") or "") for group in items_in(record, "groups")]
    return frozenset((*names, *map(plain_text, names)))


def is_deleted(record: Mapping[str, Any]) -> bool:
    """Whether a user was deleted: Moodle has no flag for it, but renames the account and hashes its address."""
    name, email = str(record.get("username") or ""), str(record.get("email") or "")
    return bool(_DELETED_NAME.fullmatch(name) and _MD5.fullmatch(email))


def _require_living(record: Mapping[str, Any]) -> None:
    if is_deleted(record):
        raise DataError("The account was deleted in Moodle.", mend="Nothing can be pulled for it.", code="userdeleted")
    if record.get("confirmed") is False:
        raise DataError(
            "The account is not confirmed.",
            mend=f"Confirm it: {places.ACCOUNTS}",
            code="usernotconfirmed",
        )


def grades_of(record: Mapping[str, Any]) -> dict[int, Grade]:
    """One user's grades by activity number, the course total under 0; items without points are left out."""
    grades: dict[int, Grade] = {}
    for item in items_in(record, "gradeitems"):
        number = 0 if item.get("itemtype") == "course" else item.get("cmid")
        points = _points(item, "graderaw")
        if isinstance(number, int) and points is not None:
            grades[number] = Grade(value=points, minimum=_points(item, "grademin"), maximum=_points(item, "grademax"))
    return grades


def course_completion_of(seen: Seen, status: Mapping[str, Any]) -> Completion | None:
    """The completion of a whole course, or None when Moodle does not say completed.

    Its time is that of the latest complete criterion, which is what Moodle itself stores when it marks the course.
    """
    if status.get("completed") is not True:
        return None
    times = [item.get("timecompleted") for item in items_in(status, "completions") if item.get("complete") is True]
    return Completion(
        source=seen.source,
        key=seen.key,
        learner=seen.learner,
        module=seen.course.module,
        title=seen.course.title,
        completed_at=latest(times),
        grade=seen.grades.get(0),
    )


def activity_completion_of(seen: Seen, status: Mapping[str, Any], names: Mapping[int, str]) -> Completion | None:
    """The completion of one activity, or None when it is not complete or not asked of this learner."""
    if status.get("isoverallcomplete") is not True or status.get("istrackeduser") is not True:
        return None
    number = whole(status, "cmid")
    module = f"{seen.course.module}/activity:{number}"
    return Completion(
        source=seen.source,
        key=f"{module}/user:{seen.person.user}",
        learner=seen.learner,
        module=module,
        title=names.get(number) or f"{seen.course.title}: {status.get('modname', 'activity')} {number}",
        completed_at=latest([status.get("timecompleted")]),
        kind=CompletionKind.ACTIVITY,
        grade=seen.grades.get(number),
    )


def activity_names_of(sections: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Names of a course's activities by number, from get_contents."""
    modules = [module for section in sections for module in items_in(section, "modules")]
    return {whole(module, "id"): plain_text(str(module.get("name") or "")) for module in modules}


def latest(times: Iterable[Any]) -> datetime:
    """The greatest of Moodle's Unix times, in seconds, of which 0 and null mean never.

    Raises DataError ``no-date`` when none is left.
    """
    known = [time for time in times if isinstance(time, int) and time > 0 and time is not True]
    try:
        return datetime.fromtimestamp(max(known), UTC)
    except (ValueError, OverflowError, OSError):
        raise DataError(
            "Moodle says that this is done but gives no date for it.",
            mend="Look at it in Moodle's own report and decide the award by hand.",
            code="no-date",
        ) from None


def _one_language(match: re.Match[str]) -> str:
    texts = {code.lower(): text for code, text in _LANGUAGE.findall(match.group())}
    return f"{texts.get('sv') or texts.get('en') or next(iter(texts.values()), '')} "


def _text(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _points(record: Mapping[str, Any], name: str) -> float | None:
    value = record.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def items_in(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Records in a list that may be absent, as Moodle leaves out what is empty or not allowed.

    Raises DataError for anything else.
    """
    value = record.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DataError(f"A record of Moodle's has no list in {name}.", code="unexpected-answer")
    return value


def whole(record: Mapping[str, Any], name: str) -> int:
    """A number that must be there. Raises DataError when it is not."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataError(f"A record of Moodle's has no number in {name}.", code="unexpected-answer")
    return value
