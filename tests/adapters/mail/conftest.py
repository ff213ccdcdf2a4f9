"""Fixtures of the mail tests: the sandbox, a courier on it, and servers that misbehave."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mimis_mail.courier import MailCourier
from mimis_mail.sandbox import MailSandbox
from mimis_mail.settings import MailSettings

from mimis_core import Parcel, Sealed

Connect = Callable[..., MailCourier]


@pytest.fixture
def server() -> Iterator[MailSandbox]:
    with MailSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def connect(server: MailSandbox) -> Connect:
    """Makes a courier on the sandbox, with other settings where given."""

    def make(**changed: Any) -> MailCourier:
        table = {**server.settings(), **changed}
        return MailCourier("mejl", MailSettings(**{name: value for name, value in table.items() if name != "kind"}))

    return make


@pytest.fixture
def courier(connect: Connect) -> MailCourier:
    return connect()


@pytest.fixture
def parcel() -> Parcel:
    return Parcel(
        key="delivery-17",
        to="asa@exempel.se",
        subject="Du har fått en mikromerit från Exempelskolan",
        text="Hej Åsa!\n\nDu har visat att du kan ”Självständig i köket”.\n.\nTitta på beviset: https://skolan.example/c/1\n",
    )


@pytest.fixture
def sealed() -> Sealed:
    return Sealed(
        urn="urn:credential:1",
        format="elm",
        media_type="application/ld+json",
        filename="mikromerit-kök.jsonld",
        content='{"payload":"å\r\n.\r\nö"}'.encode(),
    )


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``server.pem``, key and certificate of a mail server at 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Provserver")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "server.pem"


@pytest.fixture
def encrypted(authority: Path) -> Iterator[MailSandbox]:
    """A sandbox that can encrypt."""
    sandbox = MailSandbox()
    sandbox.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    sandbox.tls.load_cert_chain(authority)
    with sandbox:
        yield sandbox


class Script:
    """A server that reads a line before each of its answers but the first, and then closes the connection.

    With ``hold`` it falls silent instead, until the other side closes.
    """

    def __init__(self, *answers: str, hold: bool = False) -> None:
        self._hold = hold
        self._answers = [answer.encode() + b"\r\n" for answer in answers]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.heard: list[bytes] = []

    @property
    def table(self) -> dict[str, Any]:
        return {"port": self._listener.getsockname()[1], "timeout": 1}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as lines:
            for number, answer in enumerate(self._answers):
                if number:
                    self._hear(lines, until_dot=self._answers[number - 1].startswith(b"354"))
                connection.sendall(answer)
            if self._answers and self._answers[-1].startswith(b"354"):
                self._hear(lines, until_dot=True)
            while self._hold and lines.readline():
                pass

    def _hear(self, lines: BinaryIO, until_dot: bool) -> None:
        self.heard.append(lines.readline())
        while until_dot and self.heard[-1] not in (b".\r\n", b""):
            self.heard.append(lines.readline())
