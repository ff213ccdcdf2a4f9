"""Where Arbetsförmedlingen's open data is."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import Field

from mimis_core import AdapterSettings

VARIABLES = {
    "jobsearch_url": "MIMIS_JOBSEARCH_URL",
    "taxonomy_url": "MIMIS_TAXONOMY_URL",
    "taxonomy_version": "MIMIS_TAXONOMY_VERSION",
}
"""Environment variables that take the place of a default. No key is needed, so there is nothing in mimis.toml."""


class JobtechSettings(AdapterSettings):
    """Addresses, which only trials change, and the version of the taxonomy."""

    jobsearch_url: str = Field(
        default="https://jobsearch.api.jobtechdev.se", description="Address of JobSearch, which has the advertisements"
    )
    taxonomy_url: str = Field(
        default="https://taxonomy.api.jobtechdev.se", description="Address of the taxonomy, which knows ESCO's skills"
    )
    taxonomy_version: int | None = Field(
        default=None, gt=0, description="Version of the taxonomy to ask; none asks the newest that is published"
    )


def jobtech_settings(environment: Mapping[str, str] = os.environ) -> JobtechSettings:
    """The settings as the environment has them."""
    given = {name: environment[variable] for name, variable in VARIABLES.items() if environment.get(variable)}
    return JobtechSettings.model_validate(given)
