"""What the learners of the demo do themselves, through the pages and by HTTP, as a person would."""

from __future__ import annotations

import re
from datetime import date, timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit

from mimis_core.cli.demo.stage import Stage
from mimis_core.http import Client

FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
LINK = re.compile(r"http://\S+/in/\S+")


class Visitor:
    """One person's browser: keeps cookies, fills in the form that a page shows."""

    def __init__(self, base_url: str) -> None:
        self._client = Client(base_url, system="mimis")

    def get(self, path: str, accept: str = "text/html") -> str:
        """A page's text."""
        return self._client.send("GET", path, headers={"Accept": accept}).text

    def submit(self, path: str, fields: dict[str, object], form_page: str | None = None) -> str:
        """Open the page with the form, then send it with its own CSRF token."""
        token = FIELD.search(self.get(form_page or path))
        if token is None:
            raise RuntimeError(f"the page {form_page or path} shows no form")
        return self._client.send("POST", path, data={**fields, "csrf_token": token.group(1)}).text

    def close(self) -> None:
        """End the session."""
        self._client.close()


class LearnerVisit:
    """A signed-in learner: saves credentials in Europass, shares, takes back."""

    def __init__(self, stage: Stage, learner_id: str) -> None:
        self._stage = stage
        self._visitor = Visitor(stage.school_url)
        self._learner_id = learner_id

    def sign_in_by_mail(self, email: str) -> None:
        """Ask for a link at the start page, find it in the mail, and use it."""
        self._visitor.submit("in/mail", {"email": email}, form_page="in")
        self._stage.school.drain()
        self._redeem(_last_link(self._stage, email))

    def sign_in_by_slip(self, handed_over_by: str) -> None:
        """Use a printed slip, for a learner without e-mail."""
        self._redeem(self._stage.school.make_slip(self._learner_id, handed_over_by).url)

    def credential_ids(self) -> list[str]:
        """Ids of the credentials on her own page."""
        return list(dict.fromkeys(re.findall(r"/me/credentials/([0-9a-f]{32})", self._visitor.get("me"))))

    def save_in_europass(self, credential_id: str, to: str) -> None:
        """Write the address, look, and say yes."""
        path = f"me/credentials/{credential_id}/send/europass"
        self._visitor.submit(path, {"to": to, "step": "yes"})

    def share(self, purpose: str, employer: str | None = None, application_email: str = "") -> str:
        """Choose all credentials, preview, say yes; gives the share's address."""
        order: dict[str, object] = {
            "credential": self.credential_ids(),
            "partner": employer or "",
            "purpose": purpose,
            "until": (date.today() + timedelta(days=60)).isoformat(),
            "application_email": application_email,
        }
        preview = self._visitor.submit("me/share", {**order, "step": "preview"})
        if purpose not in preview:
            raise RuntimeError("the preview does not show what will be shared")
        self._visitor.submit("me/share", {**order, "step": "yes"})
        shares = self._stage.school.shares_of(self._learner_id)
        return next(share.url for share in shares if share.purpose == purpose)

    def take_back(self, purpose: str) -> None:
        """Take a share back with the button on her page."""
        shares = self._stage.school.shares_of(self._learner_id)
        share_id = next(share.id for share in shares if share.purpose == purpose)
        self._visitor.submit(f"me/shares/{share_id}/withdraw", {}, form_page="me/shares")

    def close(self) -> None:
        """Leave."""
        self._visitor.close()

    def _redeem(self, link: str) -> None:
        self._visitor.submit(urlsplit(link).path.lstrip("/"), {})


def _last_link(stage: Stage, email: str) -> str:
    for _, content in reversed(stage.sandboxes["mail"].received()):
        message = message_from_bytes(content, policy=policy.default)
        body = message.get_body(("plain",))
        found = LINK.search(body.get_content()) if body is not None and email in str(message["To"]) else None
        if found:
            return found.group(0)
    raise RuntimeError("the sign-in mail did not come")
