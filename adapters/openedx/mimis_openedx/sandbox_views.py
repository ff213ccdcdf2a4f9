"""Answers of the Open edX sandbox: one function per address, each with the error bodies of the real view."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from mimis_core.testing import Answer, Request
from mimis_openedx.sandbox_data import CourseRun, Enrolment

if TYPE_CHECKING:
    from mimis_openedx.sandbox import OpenEdxSandbox

ENROLMENTS_PER_PAGE = 100
DENIED = "You do not have permission to perform this action."


class SandboxTokens:
    """The token endpoint. ``life`` is the next token's lifetime; clear ``valid`` to make all tokens expire."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self.known = (client_id, client_secret)
        self.life = 3600
        self.valid: dict[str, str] = {}

    def issue(self, request: Request) -> Answer:
        """Answer a token request: only form fields are read, and only ``token_type=jwt`` gives a JWT."""
        form = {name: values[0] for name, values in request.form().items()}
        if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            form = {}
        if form.get("grant_type") != "client_credentials":
            return Answer.of({"error": "unsupported_grant_type"}, 400)
        if (form.get("client_id"), form.get("client_secret")) != self.known:
            return Answer.of({"error": "invalid_client"}, 401)
        is_jwt = form.get("token_type", "").lower() == "jwt"
        token, scheme = (_new_jwt(), "JWT") if is_jwt else (secrets.token_hex(15), "Bearer")
        self.valid[token] = scheme
        scope = "read write email profile"
        body = {"access_token": token, "token_type": scheme, "expires_in": self.life, "scope": scope}
        return Answer.of(body)

    def accepts(self, request: Request) -> bool:
        """Whether the request carries a live token under its own scheme: a JWT sent as Bearer is refused."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.valid.get(token) == scheme


def answer_api(lms: OpenEdxSandbox, request: Request) -> Answer:
    """Find the view for a request and let it answer."""
    if request.path.rstrip("/") == "/oauth2/access_token":
        return lms.tokens.issue(request) if request.method == "POST" else Answer(405)
    if not lms.tokens.accepts(request):
        body = {"detail": "Authentication credentials were not provided."}
        return Answer.of(body, 401, WWW_Authenticate='JWT realm="api"')
    if lms.throttled > 0:
        lms.throttled -= 1
        return Answer.of({"detail": "Request was throttled. Expected available in 0 seconds."}, 429, Retry_After="0")
    path = unquote(request.path)
    for pattern, view in VIEWS:
        if match := re.fullmatch(pattern, path):
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
    if not lms.staff:
        return Answer.of({"developer_message": DENIED}, 403)
    if course is None:
        return Answer.of({"developer_message": f"Requested grade for unknown course {key}"}, 404)
    if username:
        enrolment = course.enrolment(username)
        code = "user_does_not_exist" if username not in lms.people else "user_not_enrolled"
        if enrolment is None:
            return Answer.of({"developer_message": f"{username} is not there.", "error_code": code}, 404)
        return Answer.of([enrolment.grade(key)])
    active = [one for one in course.enrolments if one.is_active]
    size = int(_one(request, "page_size") or 50)
    return _cursor_page(lms, request, active, size, lambda one: one.grade(key) if one.computable else None)


def show_certificate(lms: OpenEdxSandbox, request: Request, username: str, key: str) -> Answer:
    """One learner's certificate in one course, in any state."""
    if not lms.staff and username != lms.service_user:
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
    """Accounts by username: a list, but 404 without a body when there is no hit at all."""
    wanted = _one(request, "username").split(",")
    if wanted == [""]:
        return Answer.of({"field_errors": {"username": {"developer_message": "missing"}}}, 400)
    found = [lms.people[name] for name in wanted if name in lms.people]
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


def _new_jwt() -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"grant_type": "client-credentials", "is_restricted": False})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, secrets.token_urlsafe(24)])


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
)
"""Addresses after decoding, in the order in which they are tried."""
