"""Settings of a folder of lists."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from mimis_core import AdapterSettings
from mimis_files.answers import FILENAME


class FilesSettings(AdapterSettings):
    """One table of ``[sources]`` with ``kind = "files"``."""

    path: Path = Field(
        description="A folder whose *.csv, *.tsv and *.xlsx files are all read, or one file; absolute, or from the "
        "folder of mimis.toml"
    )
    encoding: Literal["auto", "utf-8", "windows-1252"] = Field(
        default="auto", description="How CSV files are encoded; auto tells UTF-8, UTF-16 and Windows-1252 apart"
    )
    protected: tuple[str, ...] = Field(
        default=(),
        description="Learner ids, or mail addresses of learners without id, of people with protected identity; "
        "mimis then never handles them automatically",
    )
    mapping: Path = Field(
        default=Path(FILENAME),
        description="What the school has said of its headings and courses (mimis files map); from the folder of the "
        "lists",
    )

    @property
    def mapping_file(self) -> Path:
        """Where the answers are: relative to the folder of the lists, also when one file is named."""
        return (self.path if self.path.is_dir() else self.path.parent) / self.mapping
