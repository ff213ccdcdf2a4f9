"""Custom reports on course participants: texts for people, in the reader's language and time zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mimis_moodle.standin.account import Account
from mimis_moodle.standin.refusals import RefusedError
from mimis_moodle.standin.site import Record, Site

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
}
_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
}
_SWEDISH = {"Completed": "Avslutad", "Time completed": "Tid avslutad", "Username": "Användarnamn", "Yes": "Ja"}
_SHIFT = 3
"""Rows by which each further page of an unsorted report slips: as many are lost, and as many come twice."""
_DATE = re.compile(r"[A-Z][a-z]+, (\d+) ([A-Z][a-z]+) (\d{4}), (\d+):(\d\d) ([AP]M)")
COLUMNS = ("Course short name", "Username", "Email address", "Completed", "Time completed", "Status")


@dataclass
class Plan:
    """How an administrator has set a report up.

    ``hidden`` are courses that its conditions leave out; ``most`` is how many rows a page holds, whatever is asked.
    """

    columns: tuple[str, ...] = COLUMNS
    ordered: bool = True
    unique: bool = True
    hidden: frozenset[int] = frozenset()
    most: int | None = None


def moment(text: int | None, zone: str, language: str = "en") -> str:
    """A Unix time as Moodle writes it; nothing for none."""
    if not text:
        return ""
    at = datetime.fromtimestamp(text, ZoneInfo(zone))
    day, month = _DAYS[language][at.weekday()], _MONTHS[language][at.month - 1]
    if language == "sv":
        return f"{day}, {at.day} {month} {at.year}, {at:%H:%M}"
    return f"{day}, {at.day} {month} {at.year}, {at.hour % 12 or 12}:{at:%M} {at:%p}"


def list_reports(account: Account, _: Record) -> Any:
    """Custom reports that the account may view."""
    made = [_details(number, plan) for number, plan in account.site.plans.items()]
    return {**account.site.reports, "reports": [*account.site.reports["reports"], *made]}


def retrieve(account: Account, given: Record) -> Any:
    """One page of a custom report; perpage 0 or less gives every row."""
    site, number, size = account.site, given["reportid"], max(given["perpage"], 0)
    if not account.has("moodle/reportbuilder:view"):
        raise RefusedError("errorreportview")
    if number not in site.plans and number not in site.report_rows:
        raise RefusedError("invalidrecord", "reportbuilder_report")
    plan: Plan = site.plans.get(number, Plan())
    kept = _made(account, number, plan) if number in site.plans else _recorded(account, site.report_rows[number])
    rows: list[list[str | None]] = kept["rows"]
    start = given["page"] * size
    if not plan.ordered and rows:
        slip = given["page"] * _SHIFT % len(rows)
        rows = rows[slip:] + rows[:slip]
    page = rows[start : start + min(size, plan.most or size)] if size else rows
    data = {"headers": kept["headers"], "rows": [{"columns": row} for row in page], "totalrowcount": len(rows)}
    return {"details": kept["details"], "data": data, "warnings": []}


def _made(account: Account, number: int, plan: Plan) -> Record:
    rows = list(_rows(account, plan))
    if plan.unique:
        rows = [list(row) for row in dict.fromkeys(map(tuple, rows))]
    headers = [_said(account, name) for name in plan.columns]
    return {"details": _details(number, plan), "headers": headers, "rows": rows}


def _details(number: int, plan: Plan) -> Record:
    source = "core_course\\reportbuilder\\datasource\\participants"
    return {"id": number, "name": "Slutföranden", "source": source, "type": 0, "uniquerows": plan.unique}


def _rows(account: Account, plan: Plan) -> Iterator[list[str | None]]:
    """One row for each enrolment, role and group, and one with no user for an enrolment method that nobody uses."""
    site = account.site
    for course in sorted(site.enrolled.keys() - plan.hidden, key=lambda number: str(site.courses[number]["shortname"])):
        yield [str(site.courses[course]["shortname"]), *("" for _ in plan.columns[1:])]
        for person in sorted(site.enrolled[course].values(), key=lambda one: str(one.get("username"))):
            if person["id"] in site.deleted:
                continue
            for _ in range(max(1, len(person.get("groups", []))) * max(1, len(person.get("roles", [])))):
                yield [_CELLS[name](account, course, person) for name in plan.columns]


def freeze(site: Site, number: int) -> None:
    """Keep a report as it is now, with dates in the site's zone, so that single rows can be changed."""
    made = _made(Account(site, zone=site.zone), number, site.plans.pop(number))
    site.report_rows[number] = {**made, "rows": [{"columns": row} for row in made["rows"]]}


def _completed(site: Site, course: int, user: int) -> tuple[bool, int | None]:
    status = site.completion.get((course, user), {}).get("completionstatus", {})
    times = [item["timecompleted"] or 0 for item in status.get("completions", []) if item["complete"]]
    return bool(status.get("completed")), max(times, default=None) or None


def _date(account: Account, course: int, person: Record) -> str:
    done, time = _completed(account.site, course, person["id"])
    return moment(time if done else None, _zone(account), account.language)


def _zone(account: Account) -> str:
    return account.site.zone if account.site.forced_zone or not account.zone else account.zone


def _said(account: Account, text: str) -> str:
    return _SWEDISH.get(text, text) if account.language == "sv" else text


_CELLS: dict[str, Callable[[Account, int, Record], str | None]] = {
    "Course short name": lambda account, course, _: str(account.site.courses[course]["shortname"]),
    "Course ID number": lambda account, course, _: account.site.idnumbers.get(course, ""),
    "Username": lambda account, course, person: str(person.get("username", "")),
    "Email address": lambda account, course, person: str(person.get("email", "")),
    "ID number": lambda account, course, person: str(person.get("idnumber", "")),
    "Completed": lambda account, course, person: _said(
        account, "Yes" if _completed(account.site, course, person["id"])[0] else "No"
    ),
    "Time completed": _date,
    "Status": lambda account, course, person: (
        "Suspended" if (course, person["id"]) in account.site.inactive else "Active"
    ),
}


def _recorded(account: Account, kept: Record) -> Record:
    """A recorded report; its dates were written in the site's time zone."""
    rows = [[_moved(account, text) for text in row["columns"]] for row in kept["rows"]]
    return {**kept, "rows": rows}


def _moved(account: Account, text: str | None) -> str | None:
    match = _DATE.fullmatch(text or "")
    if match is None or _zone(account) == account.site.zone:
        return text
    month = _MONTHS["en"].index(match[2]) + 1
    hour = int(match[4]) % 12 + 12 * (match[6] == "PM")
    there = datetime(int(match[3]), month, int(match[1]), hour, int(match[5]), tzinfo=ZoneInfo(account.site.zone))
    time = int(there.astimezone(UTC).timestamp())
    return moment(time, _zone(account)) if moment(time, account.site.zone) == text else text
