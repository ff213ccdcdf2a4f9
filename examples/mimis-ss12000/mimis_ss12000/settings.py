"""Settings of one school register."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from mimis_core import AdapterSettings

ADULT = ("KOMVUX", "SARVUX", "SFI", "FHS", "STF", "YH")
"""School forms for adults. A municipality's register also holds children, who are none of our business by default."""


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("write the address in full, such as https://api.example.se/ss12000/v2.0")
    return value.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class SS12000Settings(AdapterSettings):
    """One table ``[sources.NAME]`` with ``kind = "ss12000"``."""

    url: Address = Field(description="Address of the API with its version, such as https://api.example.se/v2.0")
    token: SecretStr | None = Field(default=None, description="Bearer token that the register's owner hands out")
    login_url: Address | None = Field(default=None, description="Token endpoint, where tokens are asked for instead")
    client_id: str | None = Field(default=None, description="Client id for the token endpoint")
    client_secret: SecretStr | None = Field(default=None, description="Client secret for the token endpoint")
    client_login: Literal["basic", "post"] = Field(
        default="basic", description="Whether id and secret go into the Authorization header or the form"
    )
    scope: str | None = Field(default=None, description="Scope to ask for, where the token endpoint wants one")
    organisations: tuple[Word, ...] = Field(
        default=(), description="Ids of the school units whose grades are pulled; empty means all that we may see"
    )
    school_types: tuple[Word, ...] = Field(
        default=ADULT, description="School forms that are pulled, such as KOMVUX; empty means all, children included"
    )
    codes: tuple[Word, ...] = Field(default=(), description="Course or subject codes that are pulled; empty means all")
    passing: tuple[Word, ...] = Field(
        default=(), description="Further grades that count as passed, beside A-E, G, VG, MVG and Godkänt"
    )
    adapted: bool = Field(
        default=False, description="Count grades on an adapted study plan too, instead of setting them aside"
    )
    page_size: int = Field(default=200, ge=1, le=1000, description="Records asked for in one call")
    lookup_size: int = Field(default=100, ge=1, le=1000, description="Persons or syllabuses looked up in one call")
    workers: int = Field(default=4, ge=1, le=16, description="Learners asked about at the same time")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        given = [self.login_url, self.client_id, self.client_secret]
        if self.token is not None and any(given):
            raise ValueError("give either token, or login_url with client_id and client_secret, not both")
        if self.token is None and not all(given):
            raise ValueError("give token, or all of login_url, client_id and client_secret")
        return self
