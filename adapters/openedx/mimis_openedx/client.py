"""The calls of Open edX's stock API that a pull needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from mimis_core import (
    ConfigurationError,
    DataError,
    MimisError,
    NotFoundError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.http import Client, Response
from mimis_core.paging import by_cursor
from mimis_openedx.records import Account, Certificate, Course, read_record, reason_of
from mimis_openedx.settings import OpenEdxSettings
from mimis_openedx.token import TokenKeeper

COURSES = "api/courses/v1/courses/"
GRADES = "api/grades/v1/courses/"
CERTIFICATES = "api/certificates/v0/certificates/"
ACCOUNTS = "api/user/v1/accounts"

RIGHTS = {
    COURSES: "seeing the course list as service_user (service_user must be the owner of the application)",
    GRADES: "reading grades (make the owner of the application global staff)",
    CERTIFICATES: "reading certificates (make the owner of the application global staff)",
    ACCOUNTS: "reading accounts (make the owner of the application global staff; a restricted application cannot)",
}
"""What the service user must be allowed to do, by the address that it is refused at."""

ACCOUNTS_PER_CALL = 25
"""Keeps the request line under the usual 8 kB even when all names are non-ASCII."""


def quote_key(course_key: str) -> str:
    """A course key as part of a path: plus, colon and the old style's slashes stay literal."""
    return quote(course_key, safe="+:/")


def quote_user(username: str) -> str:
    """A username as one part of a path."""
    return quote(username, safe="")


class OpenEdx:
    """One LMS, acting as the owner of the OAuth2 application. Safe to use from many threads."""

    def __init__(self, settings: OpenEdxSettings) -> None:
        self._tokens = Client(settings.url, system="Open edX", repeat=frozenset({"POST"}))
        self._keeper = TokenKeeper(self._tokens, settings.client_id, settings.client_secret)
        self._http = Client(
            settings.url, system="Open edX", headers={"Accept": "application/json"}, authorise=self._keeper.header
        )
        self._url = urlsplit(settings.url)
        self._as_user = {"username": settings.service_user} if settings.service_user else {}

    def sign_in(self) -> None:
        """Get a token now, to see whether the application is accepted."""
        self._keeper.header(False)

    def courses(self, org: str) -> Iterator[Course]:
        """Courses of one organisation that the service user sees."""
        first = {"org": org, "page_size": "100", **self._as_user}

        def fetch(cursor: str | None) -> tuple[Sequence[Any], str | None]:
            try:
                body = self._page(COURSES, cursor, first)
            except NotFoundError:
                if cursor is None:
                    raise
                return (), None  # the number of pages is an estimate; asking past the end is normal
            paging = body.get("pagination")
            return body["results"], paging.get("next") if isinstance(paging, dict) else None

        return (read_record(Course, item) for item in by_cursor(fetch))

    def course(self, key: str) -> Course:
        """One course. Raises NotFoundError when it does not exist or is hidden from the service user."""
        return read_record(Course, self._get(COURSES, quote_key(key), self._as_user))

    def grades(self, course_key: str, size: int) -> Iterator[Sequence[Any]]:
        """Pages of unread grade rows of all active enrolments; a page may be empty though more follow."""
        path, first = f"{GRADES}{quote_key(course_key)}/", {"page_size": str(size)}

        def fetch(cursor: str | None) -> tuple[Sequence[Sequence[Any]], str | None]:
            body = self._page(path, cursor, first)
            return [body["results"]], body.get("next")

        return by_cursor(fetch)

    def certificate(self, username: str, course_key: str) -> Certificate:
        """A learner's certificate in a course.

        Raises NotFoundError whose ``code`` says why there is none, and DataError when the LMS fails on this one
        record (status 500, as opposed to an outage).
        """
        tail = f"{quote_user(username)}/courses/{quote_key(course_key)}/"
        response = self._http.ask("GET", CERTIFICATES + tail)
        if response.status_code == 500:
            raise DataError("Open edX failed on this record.", code="server_error")
        return read_record(Certificate, self._good_body(response, CERTIFICATES))

    def accounts(self, usernames: Sequence[str]) -> dict[str, Account]:
        """Accounts by username; who is not in the answer has been retired or renamed."""
        found: dict[str, Account] = {}
        for start in range(0, len(usernames), ACCOUNTS_PER_CALL):
            some = ",".join(usernames[start : start + ACCOUNTS_PER_CALL])
            try:
                body = self._get(ACCOUNTS, "", {"username": some})
            except NotFoundError:
                continue  # not one of them exists
            for account in (read_record(Account, item) for item in _demand_list(body)):
                found[account.username] = account
        return found

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
        self._tokens.close()

    def _get(self, base: str, tail: str, params: dict[str, str]) -> Any:
        return self._good_body(self._http.ask("GET", base + tail, params=params), base)

    def _page(self, path: str, cursor: str | None, first: dict[str, str]) -> dict[str, Any]:
        if cursor is None:
            response = self._http.ask("GET", path, params=first)
        else:
            response = self._http.ask("GET", self._same_site(cursor))
        body = self._good_body(response, GRADES if path.startswith(GRADES) else COURSES)
        if isinstance(body, dict) and isinstance(body.get("results"), list):
            return body
        raise DataError("Open edX sent a page without results.", code="malformed")

    def _same_site(self, address: str) -> str:
        """The next page's address as sent, except that a proxy's http becomes https again.

        Raises ConfigurationError for another host: the token must not travel there.
        """
        parts = urlsplit(address)
        if parts.netloc != self._url.netloc:
            raise ConfigurationError(
                "Open edX pages on under another host name than the configured one.",
                mend="Set url to the address that the LMS itself uses (LMS_ROOT_URL).",
            )
        return parts._replace(scheme=self._url.scheme).geturl()

    def _good_body(self, response: Response, base: str) -> Any:
        if response.status_code >= 400:
            raise self._refusal(response, base)
        return self._http.json(response)

    def _refusal(self, response: Response, base: str) -> MimisError:
        try:
            code = reason_of(response.json())
        except ValueError:
            code = None
        error = self._http.error(response, code)
        if isinstance(error, NotFoundError) and base == COURSES:
            error.mend = "Check courses, orgs and service_user: what is hidden from that user is not found either."
        if isinstance(error, PermissionDeniedError):
            return PermissionDeniedError(error.message, mend=f"The service user lacks {RIGHTS[base]}.", code=code)
        return error


def _demand_list(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    raise TemporaryError("Open edX answered with something else than a list of accounts.", mend="Try again later.")
