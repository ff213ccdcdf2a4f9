"""The JSON of the partner API, as pydantic models: one place for answers, OpenAPI and tests."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from mimis_core.services import CredentialView, OpenShare, SharedCredential, ShareView

SCOPES = {
    "shares:read": "List and open the shares that learners made for you.",
    "credentials:verify": "Have a sealed file checked.",
}
"""What a partner's token may be good for; one that asks for nothing gets both."""


class CredentialState(BaseModel):
    """How one shared credential stands: enough to see whether to open the share again. Names nobody."""

    urn: str
    status: str
    changed_at: datetime

    @classmethod
    def of(cls, view: CredentialView) -> CredentialState:
        """The state of a credential that the services listed."""
        return cls(urn=view.urn, status=view.status.status.value, changed_at=view.status.changed_at)


class ShareHead(BaseModel):
    """What a list says about one share: enough to decide whether to open it, and nothing about a person.

    ``credentials`` are those that the share shows now: another urn than before is a corrected credential.
    """

    id: str
    purpose: str
    until: date
    created_at: datetime
    credentials: list[CredentialState]

    @classmethod
    def of(cls, view: ShareView) -> ShareHead:
        """The head of a share that the services listed."""
        states = [CredentialState.of(one) for one in view.credentials]
        return cls(id=view.id, purpose=view.purpose, until=view.until, created_at=view.created_at, credentials=states)


class ShareList(BaseModel):
    """One page of active shares; ``next`` is the cursor of the following page, null on the last."""

    shares: list[ShareHead]
    next: str | None = None


class OpenedHead(BaseModel):
    """The permission behind an opened share. ``url`` is its page, for people."""

    id: str
    purpose: str
    until: date
    application_email: str | None = Field(default=None, description="The address used in the application")
    url: str


class OpenedCredential(BaseModel):
    """One credential under the share. ``sealed`` is null when the learner shared without her name."""

    urn: str
    title: dict[str, str]
    issuer: dict[str, str]
    status: str
    changed_at: datetime
    issued_at: datetime
    sealed: str | None = Field(default=None, description="The sealed file as text; verify exactly these characters")

    @classmethod
    def of(cls, shared: SharedCredential) -> OpenedCredential:
        """A credential that the services opened."""
        view, file = shared.view, shared.sealed
        return cls(
            urn=view.urn,
            title=view.achievement.title,
            issuer=view.issuer.legal_name,
            status=view.status.status.value,
            changed_at=view.status.changed_at,
            issued_at=view.issued_at,
            sealed=file.content.decode() if file else None,
        )


class OpenedShare(BaseModel):
    """An opened share; the look is already recorded and shown to the learner."""

    share: OpenedHead
    learner_name: str | None = None
    credentials: list[OpenedCredential]

    @classmethod
    def of(cls, opened: OpenShare) -> OpenedShare:
        """What the services opened; an anonymous share carries neither name nor address."""
        view = opened.share
        head = OpenedHead(
            id=view.id,
            purpose=view.purpose,
            until=view.until,
            application_email=None if view.anonymous else view.application_email,
            url=view.url,
        )
        name = None if view.anonymous else opened.learner_name
        credentials = [OpenedCredential.of(one) for one in opened.credentials]
        if view.anonymous:
            credentials = [one.model_copy(update={"sealed": None}) for one in credentials]
        return cls(share=head, learner_name=name, credentials=credentials)


class TokenAnswer(BaseModel):
    """An access token (RFC 6749 section 5.1)."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    scope: str


class Problem(BaseModel):
    """An error (RFC 9457); ``code`` is stable and meant for programs."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
