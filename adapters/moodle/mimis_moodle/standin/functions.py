"""The web service functions that the sandbox answers, each from a site and what the account may do."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from mimis_moodle.standin.account import Account
from mimis_moodle.standin.parts import PARTS
from mimis_moodle.standin.refusals import RecordedError, RefusedError
from mimis_moodle.standin.reports import list_reports, retrieve
from mimis_moodle.standin.site import Record, Site

_USER_FIELDS = frozenset(
    {"id", "fullname", "username", "email", "idnumber", "firstname", "lastname", "department", "institution"}
    | {"roles", "groups", "customfields", "interests", "lastaccess", "lastcourseaccess", "firstaccess", "phone1"}
    | {"phone2", "address", "city", "country", "profileimageurl", "profileimageurlsmall", "preferences"}
    | {"enrolledcourses", "description", "descriptionformat", "suspended", "confirmed"}
)
_COURSE_FIELDS = frozenset({"", "id", "ids", "shortname", "idnumber", "category", "sectionid"})
_NAMED = {"name": str, "value": str}


def site_info(account: Account, _: Record) -> Any:
    """About the site, the account and the service."""
    return account.site.info


def courses_by_field(account: Account, given: Record) -> Any:
    """Courses that match a field, or all; hidden ones only with the right."""
    if given["field"] not in _COURSE_FIELDS:
        raise RefusedError("invalidparameter")
    return {"courses": [_course(account, item) for item in _matching(account, given)], "warnings": []}


def _matching(account: Account, given: Record) -> list[Record]:
    name, value = str(given["field"]), str(given["value"])
    wanted = set(value.split(",")) if name == "ids" else {value}
    column = str({"ids": "id", "category": "categoryid"}.get(name, name))
    found = [
        item for item in account.site.courses.values() if not name or _column(account.site, item, column) in wanted
    ]
    if account.has("moodle/course:viewhiddencourses"):
        return found
    return [item for item in found if item.get("visible", 1)]


def _column(site: Site, record: Record, column: str) -> str:
    """A course can be looked up by its idnumber, which its own record does not show; the grades do."""
    if column != "idnumber":
        return str(record.get(column, ""))
    number: int = record["id"]
    if number in site.idnumbers:
        return site.idnumbers[number]
    return next((str(item["courseidnumber"]) for item in site.grades.get(number, {}).values()), "")


def _course(account: Account, record: Record) -> Record:
    if not account.has("moodle/course:view"):
        return {name: value for name, value in record.items() if name not in ("enablecompletion", "visible", "lang")}
    if not account.raw:
        return record
    stored = account.site.raw_names.get(record["id"], html.unescape(record["fullname"]))
    return {**record, "fullname": stored, "displayname": stored}


def enrolled_users(account: Account, given: Record) -> Any:
    """Participants of a course, a page at a time."""
    course = given["courseid"]
    account.enter(course, "errorcoursecontextnotvalid")
    account.need("moodle/course:viewparticipants", "View participants")
    options = {item["name"]: item["value"] for item in given["options"]}
    fields = [name.strip() for name in options.get("userfields", "").split(",") if name.strip()]
    if options.get("groupid", "0") != "0":
        account.need("moodle/site:accessallgroups", "Access all groups")
    unknown = [name for name in fields if name not in _USER_FIELDS]
    if unknown:
        raise RefusedError("invaliduserfield", unknown[0])
    if account.kept_apart(course) or not account.has("moodle/user:viewdetails"):
        return []
    start, size = _whole(options.get("limitfrom", "0")), _whole(options.get("limitnumber", "0"))
    wanted = ({"id", "fullname", *fields} if fields else _USER_FIELDS) - _hidden_fields(account)
    if options.get("onlyactive") == "1" or "groupid" in options:
        people = [item for item in account.site.page(course, 0, 0) if _chosen(account.site, course, item, options)]
        people = people[start : start + size if size else None]
    else:
        people = account.site.page(course, start, size)
    return [{name: value for name, value in person.items() if name in wanted} for person in people]


def _hidden_fields(account: Account) -> set[str]:
    details, identity = account.has("moodle/user:viewalldetails"), account.has("moodle/site:viewuseridentity")
    shown = {
        "email": account.has("moodle/course:useremail"),
        "groups": account.has("moodle/site:accessallgroups"),
        "username": details,
        "idnumber": details or identity,
    }
    return {name for name, seen in shown.items() if not seen}


def _chosen(site: Site, course: int, person: Record, options: Record) -> bool:
    groups = {str(group["id"]) for group in person.get("groups", [])}
    if options.get("groupid", "0") not in ("0", *groups):
        return False
    return options.get("onlyactive") != "1" or (course, person["id"]) not in site.inactive


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0


def course_completion(account: Account, given: Record) -> Any:
    """One learner's course completion; refusals come in the order in which Moodle looks."""
    site, course, user = account.site, given["courseid"], given["userid"]
    if course not in site.courses:
        raise RefusedError("invalidrecord", "course")
    _living(site, user)
    account.enter(course, "requireloginerror")
    if course == 1:
        raise RefusedError("usernotenroled")
    if not site.tracked(course) or not account.has("report/completion:view"):
        raise RefusedError("cannotviewreport")
    if account.kept_apart(course):
        raise RefusedError("accessdenied")
    recorded = site.completion.get((course, user))
    if recorded is not None and "exception" in recorded:
        raise RecordedError(recorded)
    if not site.active(course, user):
        raise RefusedError("usernotenroled")
    answer = recorded or site.blank_status(course)
    if answer is None:
        raise RefusedError("nocriteriaset")
    return answer


def activity_completion(account: Account, given: Record) -> Any:
    """One learner's activities; a stranger gets an empty list, as does a course without tracking."""
    site, course, user = account.site, given["courseid"], given["userid"]
    if course not in site.courses:
        raise RefusedError("invalidrecord", "course")
    _living(site, user)
    account.enter(course, "requireloginerror")
    account.need("report/progress:view", "View activity completion reports")
    empty: Record = {"statuses": [], "warnings": []}
    if not site.tracked(course):
        return empty
    answer = site.activities.get((course, user), empty)
    if "exception" in answer:
        raise RecordedError(answer)
    closed = {right.removeprefix("mod/").removesuffix(":view") for right in account.revoked if right[:4] == "mod/"}
    return {**answer, "statuses": [item for item in answer["statuses"] if item["modname"] not in closed]}


def _living(site: Site, user: int) -> None:
    if user == 1:
        raise RefusedError("guestsarenotallowed")
    if user in site.deleted:
        raise RefusedError("userdeleted")
    if user not in site.users:
        raise RefusedError("invaliduser")
    if site.users[user].get("confirmed") is False:
        raise RefusedError("usernotconfirmed")


def grade_items(account: Account, given: Record) -> Any:
    """Grade items of one user, or with 0 of everyone active in the course."""
    course, user = given["courseid"], given["userid"]
    account.enter(course, "errorcoursecontextnotvalid")
    account.need("gradereport/user:view", "View your own grade report")
    account.need("moodle/grade:viewall", "View grades of other users")
    if account.kept_apart(course):
        raise RefusedError("notingroup")
    known = account.site.grades.get(course, {})
    if not user:
        told = [record for number, record in known.items() if (course, number) not in account.site.inactive]
        return {"usergrades": [_items(account, record) for record in told], "warnings": []}
    if user in known:
        return {"usergrades": [_items(account, known[user])], "warnings": []}
    model = next(iter(known.values()), None)
    return {"usergrades": [_ungraded(account.site, model, user)] if model else [], "warnings": []}


def _items(account: Account, record: Record) -> Record:
    closed = {right.removeprefix("mod/").removesuffix(":view") for right in account.revoked if right[:4] == "mod/"}
    kept = [item for item in record["gradeitems"] if item.get("itemmodule") not in closed]
    return {**record, "gradeitems": kept}


def _ungraded(site: Site, model: Record, user: int) -> Record:
    nothing = {"graderaw": None, "gradedatesubmitted": None, "gradedategraded": None, "gradeformatted": "-"}
    items = [{**item, **nothing, "percentageformatted": "-"} for item in model["gradeitems"]]
    name = site.users.get(user, {}).get("fullname", "")
    return {**model, "userid": user, "userfullname": name, "useridnumber": "", "gradeitems": items}


def users_by_field(account: Account, given: Record) -> Any:
    """Users by one field; a value that cleaning would change fails the whole call."""
    name, values = given["field"], given["values"]
    if name not in ("id", "idnumber", "username", "email"):
        raise RefusedError("codingerror", "invalid field parameter")
    if name == "username" and any(value != value.lower().strip() for value in values):
        raise RefusedError("invalidparameter")
    if not account.has("moodle/user:viewdetails"):
        return []
    found = [user for user in account.site.users.values() if str(user.get(name)) in values]
    return sorted(found, key=lambda user: int(user["id"]))


Function = Callable[[Account, Record], Any]
_PAIR: Record = {"courseid": int, "userid": int}

FUNCTIONS: dict[str, tuple[Function, Record]] = {
    "core_webservice_get_site_info": (site_info, {}),
    "core_course_get_courses_by_field": (courses_by_field, {"field": "", "value": ""}),
    "core_enrol_get_enrolled_users": (enrolled_users, {"courseid": int, "options": [_NAMED]}),
    "core_completion_get_course_completion_status": (course_completion, _PAIR),
    "core_completion_get_activities_completion_status": (activity_completion, _PAIR),
    "gradereport_user_get_grade_items": (grade_items, {"courseid": int, "userid": 0, "groupid": 0}),
    "core_user_get_users_by_field": (users_by_field, {"field": str, "values": [str]}),
    "core_reportbuilder_list_reports": (list_reports, {"page": 0, "perpage": 10}),
    "core_reportbuilder_retrieve_report": (retrieve, {"reportid": int, "page": 0, "perpage": 10}),
    **PARTS,
}
"""Functions by name, with what they take, as :func:`mimis_moodle.standin.wire.arguments` reads it."""
