"""A share in the shapes that recruitment systems and people's own tools read, by a name for each.

All say the same as the share itself, nothing more: what it does not show, such as the name in a share without one,
stands in none of them. Only what is in force counts as something that the person can do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mimis_ats.representations.europass_cv import europass_cv
from mimis_ats.representations.json_resume import json_resume
from mimis_ats.representations.ler_rs import ler_rs
from mimis_ats.representations.open_badges import open_badges
from mimis_ats.schemas import OpenedShare
from mimis_core.services import OpenShare, Services

OWN = "mimis"
"""What is given when no other is asked for."""


@dataclass(frozen=True)
class Representation:
    """One shape: its media type, and what writes it.

    ``write`` gets the opened share, a language (``sv`` or ``en``) and the services. It raises UserError with the code
    ``anonymous`` where the shape cannot be had without the person's name, and ``format`` where the school offers none.
    """

    media_type: str
    write: Callable[[OpenShare, str, Services], bytes]
    title: str


def _own(opened: OpenShare, language: str, services: Services) -> bytes:
    return OpenedShare.of(opened).model_dump_json().encode()


LANGUAGES = ("sv", "en")
"""What they are written in; the first when no other is asked for."""
REPRESENTATIONS = {
    OWN: Representation("application/json", _own, "mimis' own, with the sealed files"),
    "ler-rs": Representation("application/json", ler_rs, "HR Open LER-RS 4.4 (Trusted Career Profile)"),
    "open-badges": Representation("application/json", open_badges, "Open Badges 3.0, as its API lists them"),
    "json-resume": Representation("application/json", json_resume, "JSON Resume 1"),
    "europass-cv": Representation("application/xml", europass_cv, "Europass CV (SkillsPassport 3.4.1)"),
}
"""By the name that a partner asks for."""
