"""How a journey is gone: on which screen, in which language, without scripts or a pointer; and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mimis_core.model import SourceLearner
from tests.browser.chrome import Size


@dataclass(frozen=True)
class Run:
    """One way to go a journey. Those who go it have a family name of their own, so that runs share one school."""

    number: int
    size: Size
    language: str
    family: str
    scripts: bool = True
    keyboard: bool = False

    @property
    def screen(self) -> dict[str, Any]:
        """What a visitor of it is made with."""
        return {"size": self.size, "language": self.language, "scripts": self.scripts}

    def person(self, role: SourceLearner) -> SourceLearner:
        """Who plays this role of the demo's cast here; who has no address in the cast has none."""
        key = f"{self.number}{role.key.removeprefix('S-')}"  # platforms number their learners
        changes: dict[str, Any] = {"key": key, "full_name": f"{role.full_name} {self.family}"}
        if role.family_name is not None:
            changes["family_name"] = f"{role.family_name} {self.family}"
        if role.email is not None:
            changes["email"] = f"{self.family.lower()}.{role.email}"
        return role.model_copy(update=changes)


PHONE = Run(1, "phone", "sv", "Ek")
DESKTOP = Run(2, "desktop", "en", "Alm")
SCRIPTLESS = Run(3, "phone", "sv", "Lind", scripts=False)
KEYBOARD = Run(4, "desktop", "sv", "Hed", keyboard=True)
BOTH = {"phone-sv": PHONE, "desktop-en": DESKTOP}
ALL = {**BOTH, "phone-sv-without-scripts": SCRIPTLESS}
