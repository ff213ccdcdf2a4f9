"""What a reader sees when something goes wrong: a page, or RFC 9457 problem details below ``/api``."""

from __future__ import annotations

import logging
import secrets
import traceback
from dataclasses import dataclass

from flask import Flask, Response, json, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from mimis_core.errors import (
    AuthenticationError,
    MimisError,
    NotFoundError,
    PermissionDeniedError,
    TemporaryError,
    UserError,
)
from mimis_core.errors import ConfigurationError as Misconfigured
from mimis_core.web.language import gettext
from mimis_core.web.staff_session import session_token, staff_start

_log = logging.getLogger("mimis.web")

API = "/api"


@dataclass(frozen=True)
class Words:
    """Heading and explanation of one error page."""

    title: str
    text: str


def install(app: Flask) -> None:
    """Answer every error of an app with a page or a problem document."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(MimisError, _mimis_error)
    app.register_error_handler(Exception, _our_fault)


def problem(status: int, title: str, detail: str | None = None, *, code: str | None = None) -> Response:
    """An API's error as RFC 9457 problem details. ``code`` tells callers apart what one status mixes."""
    fields = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    body = json.dumps({key: value for key, value in fields.items() if value is not None})
    return Response(body, status, content_type="application/problem+json")


def wants_problem() -> bool:
    """Whether the caller is a program: it asks below ``/api``, or for JSON rather than a page."""
    path = request.path
    if path == API or path.startswith(f"{API}/"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def words(status: int) -> Words:
    """What a status means for the reader, in her language."""
    known = {
        401: Words(gettext("Sign in first"), gettext("You need to sign in to see this page.")),
        403: Words(
            gettext("You are not allowed to see this page"),
            gettext("Sign in with another account, or ask for help where you study or work."),
        ),
        404: Words(
            gettext("The page does not exist"), gettext("Check the address. The page may also have been removed.")
        ),
        405: Words(gettext("That does not work here"), gettext("Go back to the start page and try from there.")),
        410: Words(gettext("The page is no longer here"), gettext("It has been taken back or its time is over.")),
        413: Words(gettext("The file is too large"), gettext("A file may be at most 2 megabytes.")),
        429: Words(gettext("Too many attempts"), gettext("Wait a while and try again.")),
        503: Words(
            gettext("We cannot do that right now"),
            gettext("A service that we need does not answer. Try again later."),
        ),
    }
    return known.get(status) or Words(
        gettext("That did not work"), gettext("Go back, check what you wrote and try again.")
    )


def _answer(status: int, said: Words, code: str | None = None) -> Response:
    if wants_problem():
        return problem(status, said.title, said.text, code=code)
    start = staff_start() if session_token() else f"{request.script_root}/"
    return Response(render_template("error.html", words=said, start=start), status)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    if (error.code or 500) == 500:
        return _our_fault(error)
    answer = _answer(error.code or 500, words(error.code or 500))
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow", "www-authenticate"):
            answer.headers[name] = value
    return answer


def _csrf_error(_: CSRFError) -> ResponseReturnValue:
    said = Words(
        gettext("The page was open for too long"),
        gettext("For your safety, nothing was done. Go back, load the page again and try once more."),
    )
    return _answer(400, said, code="csrf")


def _mimis_error(error: MimisError) -> ResponseReturnValue:
    if isinstance(error, TemporaryError):
        answer = _answer(503, words(503))
        if error.retry_after is not None:
            answer.headers["Retry-After"] = str(int(error.retry_after))
        return answer
    for kind, status in ((NotFoundError, 404), (AuthenticationError, 401), (PermissionDeniedError, 403)):
        if isinstance(error, kind):
            return _answer(status, words(status), error.code)
    if isinstance(error, UserError) and not isinstance(error, Misconfigured):
        return _answer(400, words(400), error.code)
    return _our_fault(error)


def _our_fault(error: Exception) -> ResponseReturnValue:
    number = secrets.token_hex(4)
    # neither the error's text nor the address is logged: both may hold names, mail addresses or tokens
    _log.error(
        "error %s: %s in %s %s\n%s",
        number,
        type(error).__name__,
        request.method,
        request.endpoint,
        "".join(traceback.format_tb(error.__traceback__)),
    )
    said = Words(
        gettext("Something went wrong on our side"),
        gettext("Try again in a while. The error has number %(number)s.", number=number),
    )
    return _answer(500, said)
