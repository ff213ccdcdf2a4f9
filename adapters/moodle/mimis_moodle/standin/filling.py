"""Completions into a site: courses, people, grades and criteria, with some learners who are still on their way."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from mimis_core import Completion, Grade, SourceLearner
from mimis_moodle.standin.functions import FUNCTIONS
from mimis_moodle.standin.site import Record, Site

PROTECTED_GROUP = "Protected"
"""Course group that protected learners are put into."""

_MODULE = re.compile(r"course:(\d+)(?:/activity:(\d+))?")
_ON_THEIR_WAY = ((900001, "Robin Underväg", True), (900002, "Kim Nybörjare", False))


def empty_site(url: str) -> Site:
    """A site with its front page, no course and nobody enrolled."""
    features = ("enablecompletion", "enablebadges", "enablecompetencies", "enablecustomreports")
    site = Site(
        info={
            "sitename": "Moodle sandbox",
            "username": "ws-mimis",
            "fullname": "Web service mimis",
            "lang": "en",
            "userid": 2,
            "siteurl": url,
            "functions": [{"name": name, "version": "2024100706"} for name in FUNCTIONS],
            "release": "4.5.6 (Build: 20250811)",
            "version": "2024100706",
            "advancedfeatures": [{"name": name, "value": 1} for name in features],
            "userprivateaccesskey": "private-key-of-the-sandbox-account",
            "userissiteadmin": False,
        }
    )
    add_course(site, 1, "Moodle sandbox", tracked=False)
    return site


def add_course(site: Site, course: int, title: str, *, tracked: bool = True) -> None:
    """A course without people; its name is cleaned and escaped as Moodle does, unless the raw text is asked for."""
    shown = html.escape(re.sub(r"<[^>]*>", "", title), quote=False)
    site.raw_names[course] = title
    site.courses[course] = {
        "id": course,
        "fullname": shown,
        "displayname": shown,
        "shortname": f"K{course}",
        "categoryid": 1,
        "categoryname": "Kurser",
        "summary": f"<p>{shown}</p>",
        "summaryformat": 1,
        "contacts": [],
        "enrollmentmethods": ["manual"],
        "customfields": [],
        "startdate": 1767225600,
        "enddate": 0,
        "showgrades": 1,
        "visible": 1,
        "groupmode": 0,
        "enablecompletion": int(tracked),
        "lang": "",
    }


def fill(site: Site, completions: Sequence[Completion]) -> None:
    """Add completions; the same learner and module again takes the place of the earlier one.

    Raises ValueError for a module that is no ``course:N`` or ``course:N/activity:M``.
    """
    for completion in completions:
        match = _MODULE.fullmatch(completion.module)
        if match is None:
            raise ValueError(f"{completion.module} is no module of Moodle's")
        course, activity = int(match[1]), match[2]
        if course not in site.courses:
            add_course(site, course, completion.title if activity is None else f"Course {course}")
            _on_their_way(site, course)
        time = int(completion.completed_at.timestamp())
        user = _enrol(site, course, completion.learner, time)
        if activity is None:
            site.completion[course, user] = course_status(True, True, time)
            _grade(site, course, user, completion.grade, None)
        else:
            _activity(site, course, user, int(activity), completion)


def _enrol(site: Site, course: int, learner: SourceLearner, visit: int = 0) -> int:
    user = int(learner.key) if learner.key.isdecimal() else _number(site, learner.key)
    record: Record = {"id": user, "username": f"user{user}", "idnumber": learner.key, "firstname": learner.given_name}
    record |= {"lastname": learner.family_name, "fullname": learner.full_name, "email": learner.email}
    record = {name: value for name, value in record.items() if value is not None}
    site.users[user] = {**record, "suspended": False, "confirmed": True}
    groups = [{"id": 1, "name": PROTECTED_GROUP, "description": ""}] if learner.protected else []
    roles = [{"roleid": 5, "name": "", "shortname": "student", "sortorder": 0}]
    extra: Record = {"groups": groups, "roles": roles} if groups else {"roles": roles}
    site.enrolled.setdefault(course, {})[user] = {**record, "lastcourseaccess": visit, **extra}
    return user


def _number(site: Site, key: str) -> int:
    for number, user in site.users.items():
        if user.get("idnumber") == key:
            return number
    return max((number for number in site.users if number < 900000), default=2) + 1


def _on_their_way(site: Site, course: int) -> None:
    """One with all criteria met and not yet marked as completed, as before cron has run, and one beginner."""
    for number, name, met in _ON_THEIR_WAY:
        _enrol(site, course, SourceLearner(source="", key=str(number), full_name=name))
        time = 1788249600 if met else None
        site.completion[course, number] = course_status(False, met, time)


def course_status(completed: bool, met: bool, time: int | None) -> Record:
    """A learner's course with one criterion, which the learner marks as met."""
    item = {
        "type": 1,
        "title": "Self completion",
        "status": "Yes" if met else "No",
        "complete": met,
        "timecompleted": time,
        "details": {"type": "Self completion", "criteria": "Self completion", "requirement": "", "status": ""},
    }
    return {"completionstatus": {"completed": completed, "aggregation": 1, "completions": [item]}, "warnings": []}


def _activity(site: Site, course: int, user: int, number: int, completion: Completion) -> None:
    site.activity_names.setdefault(course, {})[number] = ("quiz", completion.title)
    site.completion.setdefault((course, user), course_status(False, False, None))
    body = site.activities.setdefault((course, user), {"statuses": [], "warnings": []})
    body["statuses"] = [item for item in body["statuses"] if item["cmid"] != number]
    body["statuses"].append(
        {
            "cmid": number,
            "modname": "quiz",
            "instance": number,
            "state": 1,
            "timecompleted": int(completion.completed_at.timestamp()),
            "tracking": 2,
            "overrideby": None,
            "valueused": False,
            "hascompletion": True,
            "isautomatic": True,
            "istrackeduser": True,
            "uservisible": True,
            "details": [],
            "isoverallcomplete": True,
        }
    )
    _grade(site, course, user, completion.grade, number)


def put_grade(site: Site, course: int, user: int, points: float, now: int) -> None:
    """Write the course total of one learner into the gradebook, out of 100 points."""
    _grade(site, course, user, Grade(value=points, minimum=0, maximum=100), None)
    items = site.grades[course][user]["gradeitems"]
    next(item for item in items if item["itemtype"] == "course")["gradedategraded"] = now


def _grade(site: Site, course: int, user: int, grade: Grade | None, activity: int | None) -> None:
    person = site.users[user]
    record = site.grades.setdefault(course, {}).setdefault(
        user,
        {
            "courseid": course,
            "courseidnumber": "",
            "userid": user,
            "userfullname": person["fullname"],
            "useridnumber": "",
            "maxdepth": 2,
            "gradeitems": [_item(course, None, None)],
        },
    )
    fresh = _item(course, activity, grade)
    kept = [item for item in record["gradeitems"] if item["id"] != fresh["id"]]
    record["gradeitems"] = sorted([fresh, *kept], key=lambda item: item["itemtype"] == "course")


def _item(course: int, activity: int | None, grade: Grade | None) -> Record:
    points = None if grade is None else grade.value
    item: Record = {"id": course if activity is None else 100000 + activity, "itemname": None}
    item |= (
        {"itemtype": "course", "itemmodule": None} if activity is None else {"itemtype": "mod", "itemmodule": "quiz"}
    )
    if activity is not None:
        item["cmid"] = activity
    return item | {
        "graderaw": _php(points),
        "gradedategraded": None if points is None else 1788249600,
        "gradeishidden": False,
        "gradeformatted": "-" if points is None else f"{points:.2f}",
        "grademin": _php((grade and grade.minimum) or 0.0),
        "grademax": _php((grade and grade.maximum) or 100.0),
        "feedback": "",
        "feedbackformat": 2,
    }


def _php(value: float | None) -> Any:
    """A number as PHP writes it: without a fraction when it has none."""
    return int(value) if value is not None and value == int(value) else value
