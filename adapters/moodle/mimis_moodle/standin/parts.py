"""Parts of a course, badges, competencies and cohorts: what the sandbox answers about them, and how they are put in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from mimis_moodle.standin.account import Account
from mimis_moodle.standin.refusals import RefusedError
from mimis_moodle.standin.site import Record, Site

# Answers ----------------------------------------------------------------------------------------------------------


def contents(account: Account, given: Record) -> Any:
    """Sections and activities of a course; activities that the account may not view are left out without a word."""
    course = given["courseid"]
    account.enter(course, "errorcoursecontextnotvalid")
    names = account.site.activity_names.get(course, {})
    modules = [module_record(number, kind, name) for number, (kind, name) in sorted(names.items())]
    sections = account.site.sections.get(course) or [section_record(course, "General", 0, modules)]
    return [
        {**section, "modules": [one for one in section["modules"] if account.has(f"mod/{one['modname']}:view")]}
        for section in sections
    ]


def user_badges(account: Account, given: Record) -> Any:
    """Badges of one user that she shows to others."""
    if not _feature(account.site, "enablebadges"):
        raise RefusedError("badgesdisabled")
    if given["userid"] in account.site.deleted:
        raise RefusedError("userdeleted")
    account.need("moodle/badges:viewotherbadges", "View public badges in other users' profiles")
    return account.site.badges.get(given["userid"], {"badges": [], "warnings": []})


def assertion(site: Site, unique_hash: str) -> tuple[int, Record]:
    """Status and body of a badge's public page; an unknown badge is one that was revoked."""
    for answer in site.badges.values():
        for badge in answer.get("badges", []):
            if badge["uniquehash"] == unique_hash:
                return 200, {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": unique_hash}
    return 410, {"id": unique_hash, "revoked": True}


def competencies(account: Account, given: Record) -> Any:
    """Competencies of a course."""
    account.enter(given["id"], "errorcoursecontextnotvalid")
    account.need("moodle/competency:coursecompetencyview", "View course competencies")
    return account.site.competencies.get(given["id"], [])


def competency_report(account: Account, given: Record) -> Any:
    """Ratings of one learner in a course; whom the course does not rate is a coding error of the caller's."""
    course, user = given["courseid"], given["userid"]
    account.enter(course, "errorcoursecontextnotvalid")
    if not account.site.active(course, user):
        raise RefusedError("codingerror", "invaliduser")
    account.need("moodle/competency:usercompetencyview", "View a user competency")
    rated = account.site.ratings.get((course, user), [])
    return {"courseid": course, "usercompetencies": [{"usercompetencycourse": rating} for rating in rated]}


def cohorts(account: Account, given: Record) -> Any:
    """Cohorts by number, or all; one without the right fails the call."""
    known = account.site.cohorts
    wanted = given["cohortids"] or sorted(known)
    if wanted:
        account.need("moodle/cohort:view", "")
    return [known[number] for number in wanted if number in known]


def cohort_members(account: Account, given: Record) -> Any:
    """Numbers of the members of cohorts."""
    account.need("moodle/cohort:view", "")
    if not set(given["cohortids"]) <= set(account.site.cohorts):
        raise RefusedError("invalidrecord", "cohort")
    return [
        {"cohortid": number, "userids": account.site.cohort_members.get(number, [])} for number in given["cohortids"]
    ]


PARTS: dict[str, tuple[Any, Record]] = {
    "core_course_get_contents": (contents, {"courseid": int, "options": [{"name": str, "value": str}]}),
    "core_badges_get_user_badges": (
        user_badges,
        {"userid": 0, "courseid": 0, "page": 0, "perpage": 0, "search": "", "onlypublic": 0},
    ),
    "core_competency_list_course_competencies": (competencies, {"id": int}),
    "report_competency_data_for_report": (competency_report, {"courseid": int, "userid": int, "moduleid": 0}),
    "core_cohort_get_cohorts": (cohorts, {"cohortids": [int]}),
    "core_cohort_get_cohort_members": (cohort_members, {"cohortids": [int]}),
}
"""These functions by name, with what they take."""

# Filling ----------------------------------------------------------------------------------------------------------


def module_record(number: int, kind: str, name: str, *, completion: int = 2, visible: int = 1) -> Record:
    """An activity as get_contents tells it; ``completion`` 0 is not tracked."""
    return {
        "id": number,
        "name": name,
        "instance": number,
        "modname": kind,
        "visible": visible,
        "completion": completion,
    }


def section_record(number: int, name: str, position: int, modules: Iterable[Record] = (), **more: Any) -> Record:
    """A section as get_contents tells it."""
    record: Record = {"id": number, "name": name, "visible": 1, "summary": "", "section": position}
    return {**record, "component": None, "itemid": None, **more, "modules": list(modules)}


def add_badge(site: Site, user: int, number: int, name: str, issued: int, expires: int | None = None) -> str:
    """Give a badge to a user, at a Unix time; returns its public hash."""
    unique_hash = hashlib.sha1(f"{number}/{user}".encode(), usedforsecurity=False).hexdigest()
    badge: Record = {"id": number, "name": name, "uniquehash": unique_hash, "recipientid": user, "version": "2"}
    answer = site.badges.setdefault(user, {"badges": [], "warnings": []})
    answer["badges"].append({**badge, "dateissued": issued, "dateexpire": expires, "visible": 0})
    return unique_hash


def add_competency(site: Site, course: int, number: int, name: str, description: str = "") -> None:
    """Link a competency to a course."""
    competency: Record = {"id": number, "shortname": name, "idnumber": f"K-{number}", "description": description}
    link = {"courseid": course, "competencyid": number, "ruleoutcome": 0}
    site.competencies.setdefault(course, []).append({"competency": competency, "coursecompetency": link})


def rate(site: Site, course: int, user: int, number: int, word: str, *, proficient: bool | None, time: int) -> None:
    """Rate a learner in a competency of a course, at a Unix time."""
    rating: Record = {"userid": user, "courseid": course, "competencyid": number, "proficiency": proficient}
    rating |= {"grade": 1, "gradename": word, "timecreated": time, "timemodified": time}
    site.ratings.setdefault((course, user), []).append(rating)


def add_cohort(site: Site, number: int, name: str, idnumber: str, users: Iterable[int]) -> None:
    """A cohort with its members."""
    record: Record = {"id": number, "name": name, "idnumber": idnumber, "description": "", "descriptionformat": 1}
    site.cohorts[number] = {**record, "visible": True, "theme": "", "customfields": []}
    site.cohort_members[number] = list(users)


def add_to_group(site: Site, course: int, user: int, name: str) -> None:
    """Put a participant into a group of the course."""
    record = site.enrolled[course][user]
    record["groups"] = [*record.get("groups", []), {"id": len(name), "name": name, "description": ""}]


def _feature(site: Site, name: str) -> bool:
    return bool({item["name"]: item["value"] for item in site.info["advancedfeatures"]}.get(name))
