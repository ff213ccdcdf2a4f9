"""Settings of the ELM format: the table ``[format]`` of ``mimis.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mimis_core import AdapterSettings
from mimis_europass.document.vocabulary import LANGUAGES


def _known(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"{code!r} is no language that mimis knows; use one of: {', '.join(sorted(LANGUAGES))}")
    return code


Language = Annotated[str, AfterValidator(_known)]
"""A language of the table in ``concepts.json``, by ISO 639-1 code."""


class ElmSettings(AdapterSettings):
    """How documents are written and drawn."""

    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = Field(
        default=("sv", "en"), description="Languages of the document and its pictures, the main one first"
    )
    logo: Path | None = Field(default=None, description="PNG, JPEG or SVG file with the school's logo, for the picture")
    picture: Literal["own", "shared"] = Field(
        default="own", description="own: a picture for each learner, with the name; shared: one for all who earn it"
    )
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = Field(
        default="#12505b", description="The school's colour on the picture, #rrggbb, dark enough for white text"
    )
    texts: dict[str, str] = Field(
        default_factory=dict, description="The school's own line at the foot of the picture, for each language"
    )
    fonts: Path | None = Field(
        default=None, description="Folder with more font files, for names in scripts that the built-in fonts lack"
    )
