"""Answers of the Open edX sandbox: one function per address, each with the error bodies of the real view."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from mimis_core.testing import Answer, Request
from mimis_openedx.sandbox_data import CourseRun, Enrolment

if TYPE_CHECKING:
    from mimis_openedx.sandbox import OpenEdxSandbox

ENROLMENTS_PER_PAGE = 100
DENIED = "You do not have permission to perform this action."


def answer_api(lms: OpenEdxSandbox, request: Request) -> Answer:
    """Find the view for a request and let it answer."""
    if request.path.rstrip("/") == "/oauth2/access_token":
        return lms.tokens.issue(request) if request.method == "POST" else Answer(405)
    if not lms.tokens.accepts(request):
        body = {"detail": "Authentication credentials were not provided."}
        return Answer.of(body, 401, WWW_Authenticate='JWT realm="api"')
    if lms.throttled > 0:
        lms.throttled -= 1
        told = {} if lms.retry_after is None else {"Retry_After": lms.retry_after}
        return Answer.of({"detail": "Request was throttled."}, 429, **told)
    path = unquote(request.path)
    for pattern, view in VIEWS:
        if match := re.fullmatch(pattern, path):
            if lms.tokens.restricted and view not in (list_grades, show_certificate):
                return Answer.of({"detail": DENIED}, 403)
            return view(lms, request, *match.groups())
        if re.fullmatch(pattern, path + "/"):
            return Answer(301, headers={"Location": request.path + "/"})
    return Answer(404, b"<html><h1>Page not found</h1></html>", "text/html")


def list_courses(lms: OpenEdxSandbox, request: Request) -> Answer:
    """The course list, ten a page unless told, without hidden courses for visitors."""
    org, page, size = _one(request, "org"), int(_one(request, "page") or 1), int(_one(request, "page_size") or 10)
    seen = [one for one in lms.courses.values() if org in ("", one.org) and _sees(lms, request, one)]
    rows = [course.view() for course in seen[(page - 1) * size : page * size]]
    if not rows and page > 1:
        return Answer.of({"developer_message": "Invalid page."}, 404)
    more = _address(lms, request, page=str(page + 1)) if page * size < len(seen) else None
    paging = {"next": more, "previous": None, "count": len(seen), "num_pages": -(-len(seen) // size)}
    return Answer.of({"results": rows, "pagination": paging})


def show_course(lms: OpenEdxSandbox, request: Request, key: str) -> Answer:
    """One course; a hidden one is 404 for visitors."""
    course = lms.courses.get(key)
    if course is None or not _sees(lms, request, course):
        return Answer.of({"developer_message": "Course not found."}, 404)
    return Answer.of({**course.view(), "overview": "<p></p>"})


def list_grades(lms: OpenEdxSandbox, request: Request, key: str) -> Answer:
    """Grades of a course by cursor, or a bare list for one learner."""
    course, username = lms.courses.get(key), _one(request, "username")
    if not lms.may_read(key, "grades:read"):
        return Answer.of({"developer_message": DENIED}, 403)
    if course is None:
        return Answer.of({"developer_message": f"Requested grade for unknown course {key}"}, 404)
    if username:
        enrolment = course.enrolment(username)
        code = "user_does_not_exist" if username not in lms.people else "user_not_enrolled"
        if enrolment is None or not enrolment.is_active:
            return Answer.of({"developer_message": f"{username} is not there.", "error_code": code}, 404)
        return Answer.of([enrolment.grade(key)])
    active = [one for one in course.enrolments if one.is_active]
    size = int(_one(request, "page_size") or 50)
    return _cursor_page(lms, request, active, size, lambda one: one.grade(key) if one.computable else None)


def show_certificate(lms: OpenEdxSandbox, request: Request, username: str, key: str) -> Answer:
    """One learner's certificate in one course, in any state."""
    if not lms.may_read(key, "certificates:read") and username != lms.service_user:
        return Answer.of({"detail": DENIED}, 403)
    if key not in lms.courses:
        return Answer.of({"error_code": "course_id_not_valid"}, 404)
    enrolment = lms.courses[key].enrolment(username)
    if enrolment is None or enrolment.certificate is None:
        return Answer.of({"error_code": "no_certificate_for_user"}, 404)
    return Answer.of(enrolment.certificate.view(username, key))


def list_certificates(lms: OpenEdxSandbox, request: Request, username: str) -> Answer:
    """A learner's passing certificates as a bare list; who is not staff and asks for a stranger breaks the view."""
    if username not in lms.people and not lms.staff:
        return Answer(500, b"<h1>Server Error (500)</h1>", "text/html")
    found = []
    for course in lms.courses.values():
        enrolment = course.enrolment(username)
        if enrolment and enrolment.certificate and enrolment.certificate.view(username, course.key)["is_passing"]:
            extra = {"course_display_name": course.name, "course_organization": course.org}
            found.append({**enrolment.certificate.view(username, course.key), **extra})
    return Answer.of(found)


def list_accounts(lms: OpenEdxSandbox, request: Request) -> Answer:
    """Accounts by username or number: 404 without a body when there is no hit, one's own when nothing is asked."""
    names = [name for name in _one(request, "username").strip(",").split(",") if name]
    number = _one(request, "lms_user_id") if lms.by_number and not names else ""
    if number and not lms.staff:
        return Answer(403)
    if number and not number.isdigit():
        return Answer(400)
    if number:
        found = [one for one in lms.people.values() if str(one.id) == number]
    else:
        found = [lms.people[name] for name in names or [lms.service_user] if name in lms.people]
    if not found:
        return Answer(404)
    full = [lms.staff or person.username == lms.service_user for person in found]
    views = [one.staff_view() if all_ else one.public_view() for one, all_ in zip(found, full, strict=True)]
    return Answer.of(views)


def show_account(lms: OpenEdxSandbox, request: Request, username: str) -> Answer:
    """One account by username."""
    if username not in lms.people:
        return Answer(404)
    return Answer.of(lms.people[username].staff_view() if lms.staff else lms.people[username].public_view())


def list_enrolments(lms: OpenEdxSandbox, request: Request) -> Answer:
    """Enrolments, inactive ones too; an unknown course gives an empty page."""
    if not lms.staff:
        return Answer.of({"developer_message": DENIED}, 403)
    key, wanted = _one(request, "course_id"), _one(request, "username")
    names = set(wanted.split(",")) if wanted else None
    course = lms.courses.get(key)
    rows = [one for one in course.enrolments if names is None or one.username in names] if course else []
    return _cursor_page(lms, request, rows, ENROLMENTS_PER_PAGE, lambda one: one.view(key))


def show_enrolment(lms: OpenEdxSandbox, request: Request, username: str, key: str) -> Answer:
    """One enrolment: ``null`` when there is none, and 404 without a body for somebody else's without staff."""
    if not lms.staff and username != lms.service_user:
        return Answer(404)
    enrolment = lms.courses[key].enrolment(username) if key in lms.courses else None
    return Answer.of(enrolment.view(key) if enrolment else None)


def list_completion(lms: OpenEdxSandbox, request: Request, mount: str, key: str) -> Answer:
    """What the plugin completion-aggregator counted: only where it is mounted, in the envelope of its version."""
    course, username = lms.courses.get(key), _one(request, "username")
    if mount != lms.aggregator:
        return Answer(404, b"<html><h1>Page not found</h1></html>", "text/html")
    if not lms.staff:
        return Answer.of({"detail": DENIED}, 403)
    names = [name for name in course.progress if username in ("", name)] if course else []
    if course is None or (username and not names):
        return Answer.of({"detail": "Not found."}, 404)
    page, size = int(_one(request, "page") or 1), int(_one(request, "page_size") or 10)
    rows = [course.completion(name, lms.flat) for name in names[(page - 1) * size : page * size]]
    more = f"{request.path}?page={page + 1}&page_size={size}" if page * size < len(names) else None
    paging = {"next": more, "previous": None, "count": len(names), "num_pages": -(-len(names) // size)}
    if lms.flat:
        return Answer.of({**paging, "current_page": page, "start": (page - 1) * size, "results": rows})
    return Answer.of({"pagination": paging, "results": rows})


def _cursor_page(
    lms: OpenEdxSandbox,
    request: Request,
    rows: Sequence[Enrolment],
    size: int,
    view: Callable[[Enrolment], dict[str, Any] | None],
) -> Answer:
    start = int(base64.b64decode(_one(request, "cursor") or "MA==").decode())
    results = [shown for shown in map(view, rows[start : start + size]) if shown is not None]
    cursor = base64.b64encode(str(start + size).encode()).decode()
    more = _address(lms, request, cursor=cursor) if start + size < len(rows) else None
    return Answer.of({"next": more, "previous": None, "results": results})


def _one(request: Request, name: str) -> str:
    return request.query.get(name, [""])[0]


def _address(lms: OpenEdxSandbox, request: Request, **changed: str) -> str:
    query = {name: values[0] for name, values in request.query.items()} | changed
    return f"{lms.url}{request.path}?{urlencode(query)}"


def _sees(lms: OpenEdxSandbox, request: Request, course: CourseRun) -> bool:
    return not course.hidden or (lms.staff and _one(request, "username") == lms.service_user)


VIEWS: tuple[tuple[str, Callable[..., Answer]], ...] = (
    (r"/api/courses/v1/courses/", list_courses),
    (r"/api/courses/v1/courses/(.+?)/?", show_course),
    (r"/api/grades/v1/courses/(.+)/", list_grades),
    (r"/api/certificates/v0/certificates/([^/]+)/courses/(.+)/", show_certificate),
    (r"/api/certificates/v0/certificates/([^/]+)/", list_certificates),
    (r"/api/user/v1/accounts", list_accounts),
    (r"/api/user/v1/accounts/([^/]+)", show_account),
    (r"/api/enrollment/v1/enrollments", list_enrolments),
    (r"/api/enrollment/v1/enrollment/([^/]+),(.+)", show_enrolment),
    (r"/(completion-aggregator|api/completion)/v1/course/(.+)/", list_completion),
)
"""Addresses after decoding, in the order in which they are tried."""
