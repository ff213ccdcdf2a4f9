"""The calls of Open edX's stock API, and of the plugin completion-aggregator, that a pull needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from mimis_core import (
    ConfigurationError,
    DataError,
    MimisError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.http import Client, Response
from mimis_core.paging import by_cursor
from mimis_openedx.pace import Pace, Timing, ask_patiently
from mimis_openedx.records import Account, Certificate, Claims, Course, Enrolment, read_record, reason_of
from mimis_openedx.settings import OpenEdxSettings
from mimis_openedx.token import TokenKeeper

COURSES = "api/courses/v1/courses/"
GRADES = "api/grades/v1/courses/"
CERTIFICATES = "api/certificates/v0/certificates/"
ACCOUNTS = "api/user/v1/accounts"
ENROLMENTS = "api/enrollment/v1/enrollments"
COMPLETION = ("completion-aggregator/v1/course/", "api/completion/v1/course/")
"""Where the plugin completion-aggregator is mounted: since 4.5.0, and before."""

STAFF = "make the owner of the application global staff"
RIGHTS = {
    COURSES: "seeing the course list as service_user (service_user must be the owner of the application)",
    GRADES: f"reading grades ({STAFF})",
    CERTIFICATES: f"reading certificates ({STAFF})",
    ACCOUNTS: f"reading accounts ({STAFF}; a restricted application cannot)",
    ENROLMENTS: f"reading enrolments ({STAFF})",
    **dict.fromkeys(COMPLETION, f"reading completion ({STAFF})"),
}
"""What the service user must be allowed to do, by the address that it is refused at."""

BUDGETS = {COURSES: 36, ENROLMENTS: 108, ACCOUNTS: 300}
"""Calls a minute, a tenth below what staff may: 40 course lists, 120 enrolments. Accounts have no limit."""

NAMES_PER_CALL = 25
"""Keeps the request line under the usual 8 kB even when all names are non-ASCII."""


def quote_key(course_key: str) -> str:
    """A course key as part of a path: plus, colon and the old style's slashes stay literal."""
    return quote(course_key, safe="+:/")


def quote_user(username: str) -> str:
    """A username as one part of a path."""
    return quote(username, safe="")


class OpenEdx:
    """One LMS, acting as the owner of the OAuth2 application. Safe to use from many threads."""

    def __init__(self, settings: OpenEdxSettings, timing: Timing) -> None:
        self._tokens = Client(settings.url, system="Open edX", repeat=frozenset({"POST"}))
        self._keeper = TokenKeeper(self._tokens, settings.client_id, settings.client_secret, settings.scopes)
        self._http = Client(
            settings.url, system="Open edX", headers={"Accept": "application/json"}, authorise=self._keeper.header
        )
        self._url = urlsplit(settings.url)
        self._as_user = {"username": settings.service_user} if settings.service_user else {}
        self._timing = timing
        self._paces = {base: Pace(calls, timing) for base, calls in BUDGETS.items()}

    def sign_in(self) -> Claims:
        """Get a token now, to see whether the application is accepted, and what the token says of it."""
        self._keeper.header(False)
        return self._keeper.claims()

    def courses(self, org: str) -> Iterator[Any]:
        """Unread rows of one organisation's courses that the service user sees."""
        first = {"org": org, "page_size": "100", **self._as_user}
        return chain.from_iterable(self._numbered(COURSES, COURSES, first))

    def course(self, key: str) -> Course:
        """One course. Raises NotFoundError when it does not exist or is hidden from the service user."""
        return read_record(Course, self._get(COURSES, quote_key(key), self._as_user, paced=False))

    def grades(self, course_key: str, size: int) -> Iterator[Sequence[Any]]:
        """Pages of unread grade rows of all active enrolments; a page may be empty though more follow."""
        return self._by_cursor(GRADES, f"{quote_key(course_key)}/", {"page_size": str(size)})

    def grade(self, course_key: str, username: str) -> Sequence[Any]:
        """The unread grade row of one learner: a bare list of one, or nothing when she is not enrolled."""
        try:
            return _demand_list(self._get(GRADES, f"{quote_key(course_key)}/", {"username": username}), "grades")
        except NotFoundError as error:
            if error.code in ("user_not_enrolled", "user_does_not_exist"):
                return ()
            raise

    def completion(self, course_key: str, username: str | None = None) -> Iterator[Sequence[Any]]:
        """Pages of unread rows of the plugin completion-aggregator: of one learner, or of all.

        Raises NotFoundError when the plugin is not there, or knows nothing of the course.
        """
        first = {"page_size": "100", "requested_fields": "username", **({"username": username} if username else {})}
        newer, older = COMPLETION
        try:
            yield from self._numbered(newer, f"{newer}{quote_key(course_key)}/", first)
        except NotFoundError:
            yield from self._numbered(older, f"{older}{quote_key(course_key)}/", first)

    def certificate(self, username: str, course_key: str) -> Certificate:
        """A learner's certificate in a course.

        Raises NotFoundError whose ``code`` says why there is none, and DataError when the LMS fails on this one
        record (status 500, as opposed to an outage).
        """
        tail = f"{quote_user(username)}/courses/{quote_key(course_key)}/"
        response = self._ask(CERTIFICATES, CERTIFICATES + tail)
        if response.status_code == 500:
            raise DataError("Open edX failed on this record.", code="server_error")
        return read_record(Certificate, self._good_body(response, CERTIFICATES))

    def accounts(self, usernames: Sequence[str]) -> dict[str, Account | DataError]:
        """Accounts by username, or what is wrong with one; who is not there has been retired or renamed."""
        found: dict[str, Account | DataError] = {}
        for some in _parts(usernames):
            try:
                body = self._get(ACCOUNTS, "", {"username": some})
            except NotFoundError:
                continue  # not one of them exists
            for item in _demand_list(body, "accounts"):
                try:
                    account = read_record(Account, item)
                    found[account.username] = account
                except DataError as error:
                    found[str(item.get("username")) if isinstance(item, dict) else ""] = error
        return found

    def account_of(self, user_id: str) -> Account | None:
        """The account with this number under whatever name it has now; None when there is none any more.

        Raises PermanentError where the site cannot be asked by number.
        """
        try:
            body = self._get(ACCOUNTS, "", {"lms_user_id": user_id})
        except NotFoundError:
            return None
        for account in (read_record(Account, item) for item in _demand_list(body, "accounts")):
            if str(account.id) == user_id:
                return account
        raise PermanentError("Open edX gave another account than the one asked for by number.", code="no_lookup_by_id")

    def modes(self, course_key: str, usernames: Sequence[str]) -> dict[str, str | None]:
        """The track that each of these learners takes a course on, by username, as far as enrolments tell."""
        found: dict[str, str | None] = {}
        for some in _parts(usernames):
            for page in self._by_cursor(ENROLMENTS, "", {"course_id": course_key, "username": some}):
                for item in page:
                    with suppress(DataError):  # an unreadable row tells no track
                        row = read_record(Enrolment, item)
                        found[row.user] = row.mode
        return found

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
        self._tokens.close()

    def _by_cursor(self, base: str, tail: str, first: dict[str, str]) -> Iterator[Sequence[Any]]:
        def fetch(cursor: str | None) -> tuple[Sequence[Sequence[Any]], str | None]:
            body = self._page(base, base + tail, cursor, first)
            return [body["results"]], _next_of(body)

        return by_cursor(fetch)

    def _numbered(self, base: str, path: str, first: dict[str, str]) -> Iterator[Sequence[Any]]:
        """Pages by number, whose count is an estimate: asking past the end is normal."""

        def fetch(cursor: str | None) -> tuple[Sequence[Sequence[Any]], str | None]:
            try:
                body = self._page(base, path, cursor, first)
            except NotFoundError:
                if cursor is None:
                    raise
                return (), None
            return [body["results"]], _next_of(body)

        return by_cursor(fetch)

    def _get(self, base: str, tail: str, params: dict[str, str], *, paced: bool = True) -> Any:
        return self._good_body(self._ask(base, base + tail, params, paced=paced), base)

    def _page(self, base: str, path: str, cursor: str | None, first: dict[str, str]) -> dict[str, Any]:
        response = self._ask(base, path, first) if cursor is None else self._ask(base, self._same_site(cursor))
        body = self._good_body(response, base)
        if isinstance(body, dict) and isinstance(body.get("results"), list):
            return body
        raise DataError("Open edX sent a page without results.", code="malformed")

    def _ask(self, base: str, path: str, params: dict[str, str] | None = None, *, paced: bool = True) -> Response:
        pace = self._paces.get(base) if paced else None
        return ask_patiently(lambda: self._http.ask("GET", path, params=params), self._timing, pace)

    def _same_site(self, address: str) -> str:
        """The next page's address as sent, except that a proxy's http becomes https again.

        Raises ConfigurationError for another host: the token must not travel there.
        """
        parts = urlsplit(urljoin(f"{self._url.geturl()}/", address))
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
        if isinstance(error, NotFoundError):
            error.mend = _mend_absence(base)
        if isinstance(error, PermissionDeniedError):
            return PermissionDeniedError(error.message, mend=f"The service user lacks {RIGHTS[base]}.", code=code)
        return error


def _mend_absence(base: str) -> str | None:
    if base == COURSES:
        return "Check courses, orgs and service_user: what is hidden from that user is not found either."
    if base in COMPLETION:
        return "Install the plugin completion-aggregator in the LMS, or take the course out of ungraded."
    return None


def _next_of(body: dict[str, Any]) -> str | None:
    """The next page's address, from the envelope with ``pagination`` or from the flat one."""
    paging = body.get("pagination")
    following = paging.get("next") if isinstance(paging, dict) else body.get("next")
    return following if isinstance(following, str) and following else None


def _parts(usernames: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(usernames), NAMES_PER_CALL):
        yield ",".join(usernames[start : start + NAMES_PER_CALL])


def _demand_list(body: Any, what: str) -> list[Any]:
    if isinstance(body, list):
        return body
    raise TemporaryError(f"Open edX answered with something else than a list of {what}.", mend="Try again later.")
