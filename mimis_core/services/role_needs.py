"""What an employer says that a job needs: a role profile and its needs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mimis_core.model import LangMap, Model

Weight = Literal["essential", "desirable"]
Sight = Literal["essential_met", "essential_partly", "desirable_met", "desirable_partly"]
"""What shares can be ordered by: how many needs of a weight are met, or partly met."""


class _Need(Model):
    """What all needs say. ``level`` is the lowest SeQF/EQF level that will do, None for any."""

    label: LangMap
    weight: Weight = "essential"
    level: Annotated[int, Field(ge=1, le=8)] | None = None


class SkillNeed(_Need):
    """An ESCO skill or group of skills, by its address."""

    kind: Literal["skill"] = "skill"
    skill: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=300)]


class OutcomeNeed(_Need):
    """A learning outcome, by its text: ``label`` in each language that it is known in."""

    kind: Literal["outcome"] = "outcome"


class AchievementNeed(_Need):
    """A catalogue entry by :func:`mimis_core.services.competences.achievement_name`; ``label`` is its title."""

    kind: Literal["achievement"] = "achievement"
    achievement: Annotated[str, Field(min_length=1, max_length=300)]


Need = Annotated[SkillNeed | OutcomeNeed | AchievementNeed, Field(discriminator="kind")]


class Origin(Model):
    """What a profile was begun from, and its address.

    ``silent``: the advertisement states no requirement that a program can read, which never means that there is none.
    """

    kind: Literal["scratch", "esco", "advertisement"] = "scratch"
    reference: str | None = None
    silent: bool = False


class Criteria(Model):
    """How shares are ordered for this role, as everybody may read it: what counts first, and why in words."""

    order: Annotated[tuple[Sight, ...], Field(min_length=1)]
    words: LangMap


class RoleProfile(Model):
    """One version of a role. ``by_eye`` are requirements that no need was made of: a person has to look at those.

    Without ``criteria`` shares are not ordered.
    """

    id: str
    version: Annotated[int, Field(ge=1)] = 1
    title: LangMap
    needs: tuple[Need, ...] = ()
    by_eye: tuple[LangMap, ...] = ()
    from_: Origin = Origin()
    criteria: Criteria | None = None

    @property
    def ref(self) -> str:
        """Id and version as one word."""
        return f"{self.id}@{self.version}"
