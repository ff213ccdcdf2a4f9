"""The JSON of proposals in the partner API: what an employer sends, and what it reads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mimis_core.services import Proposal, ProposalOrder

Languages = Literal["sv", "en"]
Title = dict[Languages, Annotated[str, Field(min_length=1, max_length=200)]]
Why = dict[Languages, Annotated[str, Field(min_length=1, max_length=2000)]]
Words = dict[Languages, Annotated[str, Field(min_length=1, max_length=500)]]
Skill = Annotated[str, Field(pattern=r"^http://data\.europa\.eu/esco/skill/[A-Za-z0-9_-]{1,80}$")]


class ProposedOutcomeBody(BaseModel):
    """What somebody should be able to do, in Swedish or English; ``esco`` are addresses of ESCO skills."""

    model_config = ConfigDict(extra="forbid")

    title: Words = Field(min_length=1)
    esco: list[Skill] = Field(default=[], max_length=10)


class ProposalRequest(BaseModel):
    """Learning outcomes that you need, a name for them, and why. Plain text that names no person."""

    model_config = ConfigDict(extra="forbid")

    title: Title = Field(min_length=1)
    why: Why = Field(min_length=1)
    outcomes: list[ProposedOutcomeBody] = Field(min_length=1, max_length=20)

    def order(self) -> ProposalOrder:
        """What the services take."""
        return ProposalOrder.model_validate(self.model_dump())


class ProposalAnswer(BaseModel):
    """One of your proposals. ``answer`` is why the school dismissed it; ``entry`` what it has begun to write."""

    id: str
    title: dict[str, str]
    at: datetime
    state: Literal["open", "dismissed", "draft"]
    answer: str | None = None
    answered_at: datetime | None = None
    entry: str | None = None

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalAnswer:
        """A proposal of the services."""
        shared = proposal.model_dump(include={"id", "at", "state", "answer", "answered_at"})
        return cls(title=proposal.order.title, entry=proposal.achievement_id, **shared)
