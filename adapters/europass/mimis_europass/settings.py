"""Settings of the ELM format: the table ``[format]`` of ``mimis.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from mimis_core import AdapterSettings


class ElmSettings(AdapterSettings):
    """How documents are written and drawn."""

    languages: Annotated[tuple[Literal["sv", "en"], ...], Field(min_length=1)] = Field(
        default=("sv", "en"), description="Languages of the document and its pictures, the main one first"
    )
    logo: Path | None = Field(default=None, description="PNG, JPEG or SVG file with the school's logo, for the picture")
    fonts: Path | None = Field(
        default=None, description="Folder with more font files, for names in scripts that the built-in fonts lack"
    )
