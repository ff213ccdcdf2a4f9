"""The JSON of the partner API, as pydantic models: one place for answers, OpenAPI and tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mimis_core.services import (
    WEBHOOK_EVENTS,
    Competence,
    CredentialView,
    NewWebhook,
    OpenShare,
    RevealReason,
    RevealView,
    SharedCredential,
    ShareView,
    Trace,
    Webhook,
    WebhookOrder,
    competence_in,
)

SCOPES = {
    "shares:read": "List and open the shares that learners made for you, and tell what you did with them.",
    "credentials:verify": "Have a sealed file checked.",
    "webhooks:manage": "Be told when something changes about these shares.",
    "proposals:write": "Propose learning outcomes that you need, and read the school's answer.",
}
"""What a partner's token may be good for; one that asks for nothing gets all that the partner may have."""
LARGEST_PAGE, USUAL_PAGE = 100, 50
"""Shares in one page of their list, at most and when nothing else is asked for."""
MOST_AT_ONCE = 50
"""Shares that are opened by one request: a sealed file with its picture has about 200 kB."""


class CredentialState(BaseModel):
    """How one shared credential stands: enough to see whether to open the share again. Names nobody.

    In a share without a name ``changed_at`` is the first day of its month.
    """

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


class RevealAnswer(BaseModel):
    """Your wish to know whose a share without a name is, and how it stands."""

    state: Literal["asked", "revealed", "declined"]
    reason: RevealReason
    at: datetime

    @classmethod
    def of(cls, wish: RevealView) -> RevealAnswer:
        """A wish as the services keep it."""
        return cls(state=wish.answer or "asked", reason=wish.reason, at=wish.at)


class OpenedHead(BaseModel):
    """The permission behind an opened share. ``url`` is its page, for people."""

    id: str
    purpose: str
    until: date
    application_email: str | None = Field(default=None, description="The address used in the application")
    url: str
    reveal: RevealAnswer | None = Field(default=None, description="What was asked of a share without a name")


class OpenedCredential(BaseModel):
    """One credential under the share.

    When the learner shared without her name ``sealed`` is null, and times are the first day of their month.
    """

    urn: str
    title: dict[str, str]
    issuer: dict[str, str]
    status: str
    changed_at: datetime
    issued_at: datetime
    sealed: str | None = Field(default=None, description="The sealed file as text; verify exactly these characters")
    competence: Competence | None = Field(default=None, description="What it proves, where no sealed file says it")

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
            competence=None if file else competence_in(view.achievement, view.owner),
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
            reveal=RevealAnswer.of(view.reveal) if view.reveal else None,
        )
        name = None if view.anonymous else opened.learner_name
        credentials = [OpenedCredential.of(one) for one in opened.credentials]
        if view.anonymous:
            credentials = [one.model_copy(update={"sealed": None}) for one in credentials]
        return cls(share=head, learner_name=name, credentials=credentials)


class OpenRequest(BaseModel):
    """Which shares to open at once."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE)


class OpenedShares(BaseModel):
    """Shares that were opened at once, in the order that they were asked for; those that are not open are left out."""

    shares: list[OpenedShare]


class WebhookRequest(BaseModel):
    """Where you want to be told, and of what."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=500, description="A public https address; redirects are not followed")
    events: list[Literal[WEBHOOK_EVENTS]] = Field(min_length=1, max_length=len(WEBHOOK_EVENTS))  # type: ignore[valid-type]  # names of the core

    def order(self) -> WebhookOrder:
        """What the services take."""
        return WebhookOrder(url=self.url, events=tuple(self.events))


class WebhookAnswer(BaseModel):
    """One of your webhooks. ``state`` is stopped when nobody has answered there for a day, or with 410."""

    id: str
    url: str
    events: list[str]
    created_at: datetime
    state: Literal["active", "stopped"]

    @classmethod
    def of(cls, webhook: Webhook) -> WebhookAnswer:
        """A webhook of the services."""
        return cls.model_validate(webhook.model_dump())


class WebhookWithSecret(WebhookAnswer):
    """A webhook with the secret that verifies what is told there: shown now and never again."""

    secret: str

    @classmethod
    def of_new(cls, new: NewWebhook) -> WebhookWithSecret:
        """A webhook that was just made, or has a new secret."""
        return cls.model_validate({**new.webhook.model_dump(), "secret": new.secret})


class WebhookList(BaseModel):
    """All of your webhooks."""

    webhooks: list[WebhookAnswer]


class RevealRequest(BaseModel):
    """Why you want to know whose a share without a name is; its learner sees it, and decides."""

    model_config = ConfigDict(extra="forbid")

    reason: RevealReason


class TraceRequest(BaseModel):
    """What you did in one of your systems with what a share showed; its learner sees it."""

    model_config = ConfigDict(extra="forbid")

    system: str = Field(min_length=1, max_length=100, description="Name of the system, as people know it")
    state: Literal["written", "updated", "removed", "not_removed"]
    at: AwareDatetime = Field(description="When, by your clock")

    def trace(self) -> Trace:
        """What the services take."""
        return Trace(system=self.system, state=self.state, at=self.at)


class ToldData(BaseModel):
    """What an event is about: ids and states alone."""

    share: str
    credential: str | None = Field(default=None, description="urn of the credential whose status changed")
    status: str | None = None


class WebhookEvent(BaseModel):
    """What your webhook is told. The same ``id`` again is the same event told again."""

    id: str
    type: Literal[WEBHOOK_EVENTS]  # type: ignore[valid-type]  # names of the core
    timestamp: datetime
    data: ToldData


class TokenRequest(BaseModel):
    """A request for a token (RFC 6749 section 4.4), by a secret or by a signed assertion (RFC 7523)."""

    grant_type: Literal["client_credentials"]
    scope: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    client_assertion_type: Literal["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"] | None = None
    client_assertion: str | None = None


class TokenProblem(BaseModel):
    """A refusal of the token endpoint (RFC 6749 section 5.2)."""

    error: str
    error_description: str | None = None


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
