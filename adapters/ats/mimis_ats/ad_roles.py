"""A role profile out of a Platsbanken advertisement: a draft that a person completes."""

from __future__ import annotations

from mimis_ats.jobtech.ad import AdItem
from mimis_ats.jobtech.mapping import AdNeeds
from mimis_core.services import Origin, RoleVersion, Services, SkillNeed


def begin_role(services: Services, ad: AdNeeds, by: str) -> RoleVersion:
    """Begin a role with what the advertisement asks for.

    Only what is exactly an ESCO skill becomes a need. All else stays in sight as something that a person looks at:
    it is asked for, and left out it would seem not to be. What is merely an advantage is called so.
    """
    needs = [
        SkillNeed(
            skill=one.uri,
            label=one.esco_label or {"sv": one.label},
            weight="essential" if one.need == "essential" else "desirable",
        )
        for one in ad.skills
    ]
    by_eye = [{"sv": _said(one.item)} for one in ad.unmapped]
    origin = Origin(kind="advertisement", reference=ad.url, silent=ad.says_nothing)
    title = ad.title or (ad.occupation.label if ad.occupation else "")
    return services.new_role({"sv": title}, by, needs, by_eye, origin)


def _said(item: AdItem) -> str:
    return item.label if item.need == "essential" else f"{item.label} (en fördel)"
