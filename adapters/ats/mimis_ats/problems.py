"""Refusals of the partner API that the core's error pages cannot word: gone shares, scopes, arguments."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from mimis_core import NotFoundError
from mimis_core.web import problem

GONE = {"withdrawn": "The learner took this share back.", "expired": "This share has ended."}


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


def _refused(error: ApiError) -> Response:
    answer = problem(error.status, HTTPStatus(error.status).phrase, error.detail, code=error.code)
    answer.headers.update(error.headers)
    return answer


def _missing(error: NotFoundError) -> Response:
    if error.code in GONE:
        return problem(410, "Gone", GONE[error.code], code=error.code)
    return problem(404, "Not Found", "There is no such share for you.", code="unknown")
