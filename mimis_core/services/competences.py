"""What a credential proves, and nothing about whom, where or when: all that matching is ever given.

A name, age, sex, origin, date or the school that issued cannot change what matching says, for none of them is in a
:class:`Competence`. Whose a catalogue entry is stands in its name, and counts only for a role that asks for that entry.
Credentials of one version of an achievement prove the same, so there are few distinct competences, however many hold
them.
"""

from __future__ import annotations

import json
from hashlib import sha256

from mimis_core.model import Achievement, CredentialFacts, LangMap, LevelState, Model, Organisation, Outcome


class Competence(Model):
    """What is proved. ``level`` is an SeQF/EQF level that an authority stands behind.

    ``achievement`` names the catalogue entry, where the credential says it: as :func:`achievement_name` writes it.
    """

    title: LangMap
    outcomes: tuple[Outcome, ...]
    level: int | None = None
    achievement: str | None = None


def achievement_name(owner: Organisation, achievement_id: str) -> str:
    """What an entry is known by everywhere: its owner's eIDAS identifier and its id, whoever issues it."""
    return f"{owner.eidas}/{achievement_id}"


def competence_of(facts: CredentialFacts) -> Competence:
    """What a sealed credential proves."""
    return Competence(title=facts.title, outcomes=facts.outcomes, level=facts.level, achievement=facts.achievement)


def competence_in(entry: Achievement, owner: Organisation) -> Competence:
    """What a credential of a catalogue entry proves. A level that nobody decided is none, as in the sealed document."""
    decided = entry.level is not None and entry.level.state is not LevelState.SELF_ASSESSED
    level = entry.level.value if entry.level and decided else None
    name = achievement_name(owner, entry.id)
    return Competence(title=entry.title, outcomes=entry.outcomes, level=level, achievement=name)


def content_of(competence: Competence) -> str:
    """A competence as one text: equal ones give the same text, in whatever order their languages came."""
    return json.dumps(competence.model_dump(mode="json", exclude_none=True), sort_keys=True, ensure_ascii=False)


def key_of(competence: Competence) -> str:
    """What a competence is known by: a hash of all that it says."""
    return sha256(content_of(competence).encode()).hexdigest()
