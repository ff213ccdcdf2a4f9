"""Settings of a folder of lists."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from mimis_core import AdapterSettings


class FilesSettings(AdapterSettings):
    """One table of ``[sources]`` with ``kind = "files"``."""

    path: Path = Field(
        description="A folder whose *.csv files are all read, or one file; absolute, or from the folder of mimis.toml"
    )
    encoding: Literal["auto", "utf-8", "windows-1252"] = Field(
        default="auto", description="How the files are encoded; auto tells UTF-8, UTF-16 and Windows-1252 apart"
    )
    protected: tuple[str, ...] = Field(
        default=(),
        description="Learner ids, or mail addresses of learners without id, of people with protected identity; "
        "mimis then never handles them automatically",
    )
