"""What the courier makes of web servers that are no wallets."""

from __future__ import annotations

import pytest

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    MimisError,
    Parcel,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.testing import Answer, Request, Sandbox

from . import wallet_fixtures
from .wallet_fixtures import URN, connect

authority, school, parcel = wallet_fixtures.authority, wallet_fixtures.school, wallet_fixtures.parcel


class OtherSite(Sandbox):
    """A web server that is no wallet: it answers everything in one way."""

    name = "other"

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.always = answer

    def handle(self, request: Request) -> Answer:
        return self.always


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(302, headers={"Location": "/login"}), ConfigurationError),
        (Answer(404, b"<html>not here</html>", "text/html"), ConfigurationError),
        (Answer(413, b"too large", "text/plain"), PermanentError),
        (Answer(401, b"", "text/plain"), AuthenticationError),
        (Answer(403, b"", "text/plain"), PermissionDeniedError),
        (Answer(409, b"[]"), PermanentError),
        (Answer(400, b'{"code": 7}'), PermanentError),
        (Answer(404, b'{"code": "XX-0001"}'), MimisError),
        (Answer(200, b'{"status": "ok"}'), TemporaryError),
    ],
)
def test_stranger_answers_are_told_apart(parcel: Parcel, answer: Answer, error: type[MimisError]) -> None:
    with OtherSite(answer) as site, connect({"url": f"{site.url}/api"}) as courier, pytest.raises(error):
        courier.deliver(parcel)


def test_only_web_links_become_receipt_url(parcel: Parcel) -> None:
    answer = Answer.of({"uuid": URN, "viewerURL": "javascript:alert(1)"})
    with OtherSite(answer) as site, connect({"url": f"{site.url}/api"}) as courier:
        assert courier.deliver(parcel).url is None


def test_check_sees_other_site() -> None:
    with OtherSite(Answer(200, b"<html>hello</html>", "text/html")) as site, connect({"url": site.url}) as courier:
        (finding,) = courier.check()
    assert finding.status == "error"
    assert "not as a Europass wallet" in finding.message
