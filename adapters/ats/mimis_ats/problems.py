"""Refusals of the partner API that the core's error pages cannot word: gone shares, scopes, arguments."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from mimis_core import AuthenticationError, ConfigurationError, NotFoundError, PermissionDeniedError, UserError
from mimis_core.web import problem

GONE = {"withdrawn": "The learner took this share back.", "expired": "This share has ended."}
STATUS = {"idempotency_key": 422, "too_many": 409, "anonymous": 409, "named": 409, "format": 406}
"""Of what the services refuse with a code; everything else of theirs is 422 too, since it was well written."""


class ApiError(Exception):
    """A refusal raised anywhere in a request and answered as a problem document; ``code`` is meant for programs."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}


def register_problems(blueprint: Blueprint) -> None:
    """Answer the blueprint's own refusals; every other error is left to the core."""
    blueprint.register_error_handler(ApiError, _refused)
    blueprint.register_error_handler(NotFoundError, _missing)
    blueprint.register_error_handler(UserError, _unfit)


def _refused(error: ApiError) -> Response:
    answer = problem(error.status, HTTPStatus(error.status).phrase, error.detail, code=error.code)
    answer.headers.update(error.headers)
    return answer


def _missing(error: NotFoundError) -> Response:
    if error.code in GONE:
        return problem(410, "Gone", GONE[error.code], code=error.code)
    return problem(404, "Not Found", "There is no such thing for you.", code="unknown")


def _unfit(error: UserError) -> Response:
    """What the services refuse of a partner; their words are for people who run a mimis where they have no code."""
    if error.code is None or isinstance(error, (AuthenticationError, ConfigurationError, PermissionDeniedError)):
        raise error
    status = STATUS.get(error.code, 422)
    return problem(status, HTTPStatus(status).phrase, str(error), code=error.code)
