"""What ``mimis.toml`` says about the seal: the tables ``[signer]`` and ``[sealer]``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from mimis_core import AdapterSettings


class Pkcs12Settings(AdapterSettings):
    """Where the seal's key file is and what opens it."""

    file: str = Field(description="The key file (.p12 or .pfx) with the seal's private key and certificates")
    password: SecretStr = Field(description="Password of the key file, as a reference to a file or the environment")


class JadesSettings(AdapterSettings):
    """Choices in the seal's header; the defaults are those of the EU's own sealed samples."""

    time: Literal["sigT", "iat"] = Field(
        default="sigT", description="Header that says when the seal was made: sigT as Europass writes it, or iat"
    )
    certificates: Literal["signer", "chain"] = Field(
        default="chain",
        description="Certificates in the seal: the signer's alone, or also those between it and the trust anchor",
    )
