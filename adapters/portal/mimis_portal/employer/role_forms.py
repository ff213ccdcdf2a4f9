"""What a recruiter writes into a role profile, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from mimis_core.services import Criteria, Esco, Need, OutcomeNeed, RoleProfile, Sight, SkillNeed
from mimis_core.web import gettext

LONGEST = 300
LANGUAGES = ("sv", "en")
ORDERS: dict[str, tuple[Sight, ...]] = {
    "essential": ("essential_met", "essential_partly"),
    "all": ("essential_met", "essential_partly", "desirable_met", "desirable_partly"),
}
"""What the form offers as criteria; a profile can state others, which the form keeps as they are."""
NONE, KEPT = "", "kept"


def fields_of(profile: RoleProfile) -> MultiDict[str, str]:
    """What stands in the form of a profile."""
    fields: MultiDict[str, str] = MultiDict(_pair("title", profile.title))
    for place, need in enumerate(profile.needs):
        fields[f"needs.{place}.weight"] = need.weight
        fields[f"needs.{place}.level"] = str(need.level or "")
    if profile.criteria is not None:
        known = (name for name, order in ORDERS.items() if order == profile.criteria.order)
        fields["order"] = next(known, KEPT)
        fields.update(_pair("words", profile.criteria.words))
    return fields


def profile_of(form: Mapping[str, str], profile: RoleProfile) -> tuple[RoleProfile, dict[str, str]]:
    """The profile as the form has it, and what is wrong with the form, by field: what is wrong is left as it was."""
    errors: dict[str, str] = {}
    title = text_of(form, "title")
    if not title:
        errors["title"] = gettext("Write what the job is called.")
    needs = tuple(_need(form, place, need) for place, need in enumerate(profile.needs))
    criteria = _criteria(form, profile.criteria, errors)
    changed = {"title": title or profile.title, "needs": needs, "criteria": criteria}
    return profile.model_copy(update=changed), errors


def with_step(profile: RoleProfile, step: str, form: Mapping[str, str], esco: Esco) -> RoleProfile:
    """The profile after what a button asks for; one that asks for nothing sensible changes nothing."""
    what, _, which = step.partition(":")
    if what == "skill" and (skill := _skill(which, esco)):
        return _with_need(profile, skill)
    if what == "text" and (text := text_of(form, "text")):
        return _with_need(profile, OutcomeNeed(label=text))
    if what == "eye" and (text := text_of(form, "eye")):
        return profile.model_copy(update={"by_eye": (*profile.by_eye, text)})
    if what in ("needs", "by_eye"):
        kept = [one for place, one in enumerate(getattr(profile, what)) if str(place) != which]
        return profile.model_copy(update={what: tuple(kept)})
    return profile


def text_of(form: Mapping[str, str], name: str) -> dict[str, str]:
    """A text in the languages that it was written in."""
    texts = {code: " ".join(form.get(f"{name}.{code}", "").split())[:LONGEST] for code in LANGUAGES}
    return {code: text for code, text in texts.items() if text}


def _pair(name: str, text: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}.{code}": text.get(code, "") for code in LANGUAGES}


def _with_need(profile: RoleProfile, need: Need) -> RoleProfile:
    asked = {(one.kind, str(getattr(one, "skill", one.label))) for one in profile.needs}
    known = (need.kind, str(getattr(need, "skill", need.label))) in asked
    return profile if known else profile.model_copy(update={"needs": (*profile.needs, need)})


def _skill(uri: str, esco: Esco) -> SkillNeed | None:
    found = esco.concept(uri)
    return SkillNeed(skill=uri, label=found.labels) if found and found.kind in ("skill", "group") else None


def _need(form: Mapping[str, str], place: int, need: Need) -> Need:
    level, weight = form.get(f"needs.{place}.level", ""), form.get(f"needs.{place}.weight", "")
    changes: dict[str, Any] = {"level": int(level) if level in {*"12345678"} else None}
    if weight in ("essential", "desirable"):
        changes["weight"] = weight
    return need.model_copy(update=changes)


def _criteria(form: Mapping[str, str], known: Criteria | None, errors: dict[str, str]) -> Criteria | None:
    chosen, words = form.get("order", NONE), text_of(form, "words")
    order = ORDERS.get(chosen) or (known.order if known and chosen == KEPT else None)
    if order is None:
        return None
    if not words:
        errors["words"] = gettext("Say in words how you choose: those who share with you read it.")
        return known
    return Criteria(order=order, words=words)
