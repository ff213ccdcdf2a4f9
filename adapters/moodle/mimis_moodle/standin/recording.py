"""A recorded pull into a site: what was asked gives what the site holds."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from mimis_moodle.standin.site import Record, Site

_LINK = re.compile(r"/mod/(\w+)/view\.php\?id=(\d+)[^>]*>([^<]*)<")


def read_recording(folder: Path) -> Site:
    """Read ``requests.jsonl`` of a folder, one request and its answer a line."""
    lines = (folder / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    answers: dict[str, list[tuple[Record, Any]]] = defaultdict(list)
    for line in filter(None, lines):
        entry = json.loads(line)
        request = entry["request"]
        answers[request["wsfunction"]].append((request.get("params", {}), entry["response"]["body"]))
    site = Site(info=answers["core_webservice_get_site_info"][0][1])
    _courses(site, answers)
    _users(site, answers)
    _completion(site, answers)
    _grades(site, answers)
    _others(site, answers)
    return site


def _courses(site: Site, answers: dict[str, list[tuple[Record, Any]]]) -> None:
    for _, body in answers["core_course_get_courses_by_field"]:
        site.courses.update({course["id"]: course for course in body["courses"]})


def _users(site: Site, answers: dict[str, list[tuple[Record, Any]]]) -> None:
    for _, body in answers["core_user_get_users_by_field"]:
        site.users.update({user["id"]: user for user in body})
    for params, body in answers["core_enrol_get_enrolled_users"]:
        people = site.enrolled.setdefault(int(params["courseid"]), {})
        people.update({user["id"]: user for user in body})
    for people in site.enrolled.values():
        for number, user in people.items():
            site.users.setdefault(number, user)


def _completion(site: Site, answers: dict[str, list[tuple[Record, Any]]]) -> None:
    for params, body in answers["core_completion_get_course_completion_status"]:
        site.completion[_pair(params)] = body
        for item in body.get("completionstatus", {}).get("completions", []):
            for module, number, name in _LINK.findall(str(item["details"].get("criteria"))):
                site.activity_names.setdefault(int(params["courseid"]), {})[int(number)] = (module, name)
    for params, body in answers["core_completion_get_activities_completion_status"]:
        site.activities[_pair(params)] = body
        for item in body.get("statuses", []):
            names = site.activity_names.setdefault(int(params["courseid"]), {})
            names.setdefault(item["cmid"], (item["modname"], f"{item['modname']} {item['cmid']}"))
    refused = {pair for pair, body in site.completion.items() if body.get("errorcode") == "usernotenroled"}
    site.inactive = {(course, user) for course, user in refused if _is_student(site, course, user)}


def _grades(site: Site, answers: dict[str, list[tuple[Record, Any]]]) -> None:
    for params, body in answers["gradereport_user_get_grade_items"]:
        of_course = site.grades.setdefault(int(params["courseid"]), {})
        of_course.update({record["userid"]: record for record in body["usergrades"]})


def _others(site: Site, answers: dict[str, list[tuple[Record, Any]]]) -> None:
    for params, body in answers["core_badges_get_user_badges"]:
        site.badges[int(params["userid"])] = body
    for params, body in answers["core_competency_list_course_competencies"]:
        site.competencies[int(params["id"])] = body
    for _, body in answers["core_reportbuilder_list_reports"]:
        site.reports = body
    for params, body in answers["core_reportbuilder_retrieve_report"]:
        data = body["data"]
        kept = site.report_rows.setdefault(
            int(params["reportid"]), {"details": body["details"], "headers": data["headers"], "rows": []}
        )
        kept["rows"].extend(data["rows"])


def _is_student(site: Site, course: int, user: int) -> bool:
    roles = site.enrolled.get(course, {}).get(user, {}).get("roles", [])
    return not roles or any(role["shortname"] == "student" for role in roles)


def _pair(params: Record) -> tuple[int, int]:
    return int(params["courseid"]), int(params["userid"])
