"""What happens at a school between two pulls, with cron behind: Moodle marks nothing as completed at once."""

from __future__ import annotations

from mimis_moodle.standin.filling import course_status, put_grade
from mimis_moodle.standin.site import Record, Site

GRADE, DATE = 6, 2
"""Types of criteria."""


def visit(site: Site, course: int, user: int, now: int) -> None:
    """A learner looks into a course."""
    site.enrolled[course][user]["lastcourseaccess"] = now


def work_done(site: Site, course: int, user: int, now: int) -> None:
    """A learner does the last of what is asked: the criteria are met, the course waits for cron."""
    visit(site, course, user, now)
    override(site, course, user, now)


def override(site: Site, course: int, user: int, now: int) -> None:
    """A teacher marks everything as done on a learner's behalf; no listing shows it."""
    for item in _criteria(site, course, user):
        if item["type"] not in (GRADE, DATE) and not item["complete"]:
            item.update(complete=True, timecompleted=now, status="Yes")


def grade(site: Site, course: int, user: int, points: float, now: int) -> None:
    """A teacher grades the course; a grade criterion is marked by the first cron, the course by the second."""
    put_grade(site, course, user, points, now)


def suspend(site: Site, course: int, user: int) -> None:
    """An enrolment is suspended: grades and completion are told no more, a report still tells them."""
    site.inactive.add((course, user))


def add_criterion(site: Site, course: int, kind: int, requirement: float, users: list[int] | None = None) -> None:
    """Give a course one more criterion: a grade in points, or a date in Unix seconds."""
    for (number, user), body in site.completion.items():
        if number == course and "completionstatus" in body and (users is None or user in users):
            said = {"type": "", "criteria": "", "requirement": f"{requirement:.2f}", "status": ""}
            item = {"type": kind, "title": "", "status": "", "complete": False, "timecompleted": None, "details": said}
            body["completionstatus"]["completions"].append(item)


def run_cron(site: Site, now: int) -> None:
    """One run: courses whose criteria were all met before it are completed, then criteria are marked."""
    for (course, user), body in site.completion.items():
        status = body.get("completionstatus")
        if status is None or status["completed"] or not status["completions"]:
            continue
        met = [item["complete"] for item in status["completions"]]
        status["completed"] = any(met) if status["aggregation"] == 2 else all(met)
        for item in status["completions"]:
            if not item["complete"] and _comes_true(site, course, user, item, now):
                item.update(complete=True, timecompleted=now)


def _comes_true(site: Site, course: int, user: int, item: Record, now: int) -> bool:
    requirement = float(item["details"]["requirement"] or 0)
    if item["type"] == DATE:
        return now >= requirement
    return item["type"] == GRADE and (_points(site, course, user) or 0) >= requirement


def _points(site: Site, course: int, user: int) -> float | None:
    record = site.grades.get(course, {}).get(user, {"gradeitems": []})
    return next((item["graderaw"] for item in record["gradeitems"] if item["itemtype"] == "course"), None)


def _criteria(site: Site, course: int, user: int) -> list[Record]:
    body = site.completion.setdefault((course, user), course_status(False, False, None))
    status = body.get("completionstatus", {"completions": []})
    return list(status["completions"])
