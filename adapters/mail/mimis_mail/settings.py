"""Settings of the mail courier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from mimis_core import AdapterSettings
from mimis_mail.message import is_address, split_mailbox

_LOCAL = ("127.0.0.1", "localhost", "::1")


class MailSettings(AdapterSettings):
    """The mail server that messages are handed to, and who they come from."""

    host: str = Field(description="Name of the mail server that takes mail for sending")
    port: Annotated[int, Field(gt=0, lt=65536)] = Field(
        default=587, description="Port: 587 with starttls, 465 with ssl, 25 inside a network"
    )
    sender: str = Field(description='Who messages come from, such as "Exempelskolan <bevis@skolan.example>"')
    reply_to: str | None = Field(default=None, description="Address that a learner's answer reaches; a person reads it")
    username: str | None = Field(default=None, description="Name to sign in to the mail server with, if it asks")
    password: SecretStr | None = Field(default=None, description="Password of that name")
    starttls: bool = Field(default=True, description="Encrypt after connecting; a server that cannot is refused")
    ssl: bool = Field(default=False, description="Encrypt from the first byte (port 465) instead of starttls")
    ca_file: Path | None = Field(
        default=None, description="PEM file of the authority behind the server's certificate, if not a public one"
    )
    timeout: Annotated[float, Field(gt=0, le=300)] = Field(
        default=30.0, description="Seconds to wait for the server at each step but the last"
    )
    end_timeout: Annotated[float, Field(gt=0, le=540)] = Field(
        default=120.0,
        description="Seconds to wait for the answer to a whole message; a short wait makes doubts out of slow servers",
    )

    @field_validator("sender", "reply_to")
    @classmethod
    def _is_mail_address(cls, value: str | None) -> str | None:
        if value is not None and (not value.isprintable() or not is_address(split_mailbox(value)[1])):
            raise ValueError("must be an address such as bevis@skolan.example, with or without a name before it")
        return value

    @model_validator(mode="after")
    def _signs_in_safely(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together")
        if self.username and not self.is_encrypted and self.host not in _LOCAL:
            raise ValueError("a password is never sent unencrypted: turn on starttls or ssl")
        return self

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection is encrypted."""
        return self.ssl or self.starttls

    @property
    def is_local(self) -> bool:
        """True for a server on this computer."""
        return self.host in _LOCAL

    @property
    def sender_address(self) -> str:
        """The bare address of the sender: where bounces go."""
        return split_mailbox(self.sender)[1]
