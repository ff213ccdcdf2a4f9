"""A browser that goes between a learning platform and mimis, without showing anything."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from mimis_portal.lti.sandbox import PlatformSandbox
from werkzeug.test import TestResponse

HERE = "http://localhost"
USER = "7"
"""What the platform and the source call the learner."""


class Visit:
    """One browser. ``frame`` says that it shows mimis in a frame; ``cookies`` that it keeps those of frames."""

    def __init__(self, client: FlaskClient, platform: PlatformSandbox) -> None:
        self.client, self.platform, self.frame = client, platform, True

    def login(self, **changes: Any) -> TestResponse:
        """Begin a launch."""
        fields = {**self.platform.login(), **changes}
        sent = {name: value for name, value in fields.items() if value is not None}
        return self.client.post("/lti/login", data=sent, headers=self._headers())

    def launch(self, **changes: Any) -> TestResponse:
        """Begin a launch, go to the platform, and come back with its answer."""
        begun = self.login()
        assert begun.status_code == 303, begun.text
        return self.bring({**self.platform.reply(begun.headers["Location"]), **changes})

    def bring(self, form: dict[str, str]) -> TestResponse:
        """Come back with an answer."""
        return self.client.post("/lti/launch", data=form, headers=self._headers())

    def forget(self) -> None:
        """Lose all cookies, as a browser does that keeps none for frames."""
        self.client = self.client.application.test_client()

    def _headers(self) -> dict[str, str]:
        return {"Sec-Fetch-Dest": "iframe" if self.frame else "document", "Origin": self.platform.url}


def path_of(answer: TestResponse) -> str:
    """Where an answer leads to."""
    return urlsplit(answer.headers["Location"]).path


def fields_of(text: str) -> dict[str, str]:
    """The hidden fields of the page's own form."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
