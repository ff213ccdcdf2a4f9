"""Links to shares of other issuers that anybody may give: what is handed on, and what no visitor may make us do."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mimis_ats import issuer
from mimis_ats.reading import AT_ONCE, ShareReader
from werkzeug.serving import make_server

from mimis_core import DataError, NotFoundError, TemporaryError, UserError
from mimis_core.testing import Answer
from tests.adapters.ats.conftest import WebServer

REAL = "https://school.example"
TRIAL = "http://127.0.0.1:9"
HEAD = {"id": "1", "purpose": "Vikariat"}
SEALED = '{"payload": "e30", "signatures": []}'


def share(*sealed: str | None) -> Answer:
    """A share page's answer to a program."""
    credentials = [{"urn": "urn:1", "title": "Bevis", "issuer": "Skolan", "sealed": one} for one in sealed]
    return Answer.of({"share": HEAD, "learner_name": "Somebody else", "credentials": credentials})


def refused(link: str, base_url: str = REAL) -> str | None:
    with pytest.raises(UserError) as caught:
        ShareReader(base_url).read(link)
    return caught.value.code


def test_sealed_files_are_handed_on_and_nothing_of_what_the_page_says(web: WebServer) -> None:
    web.reply = share(SEALED, None)
    assert ShareReader(TRIAL).read(f"{web.url}/s/abc") == [SEALED.encode()]
    assert [one.path for one in web.requests] == ["/s/abc"]


def test_share_without_a_name_has_no_files(web: WebServer) -> None:
    web.reply = share(None)
    assert ShareReader(TRIAL).read(f"{web.url}/s/abc") == []


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:8080/s/abc", "http://school.example/s/abc", "https://inside.example/s/abc",
        "https://user@school.example/s/abc", "https://school.example/admin", "https://school.example:6379/s/abc",
        "https://school.example:99999/s/abc", "file:///etc/passwd/s/a", "https://[::1/s/a", "https:///s/a",
        "https://169.254.169.254/s/latest", "https://[::ffff:10.0.0.1]/s/a", "https://nowhere.example/s/a",
    ],
)  # fmt: skip
def test_nothing_is_asked_for_a_link_that_may_not_be_opened(
    names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    names |= {"school.example": ["93.184.215.14"], "inside.example": ["10.0.0.1"], "127.0.0.1": ["127.0.0.1"]}
    names |= {"169.254.169.254": ["169.254.169.254"], "::ffff:10.0.0.1": ["::ffff:10.0.0.1"]}
    monkeypatch.setattr("mimis_core.http.Client.ask", lambda *_, **__: pytest.fail("an address was asked"))
    assert refused(link) == "link"


def test_redirect_is_not_followed(web: WebServer) -> None:
    web.reply = Answer(302, b"", headers={"Location": f"{web.url}/elsewhere"})
    with pytest.raises(TemporaryError):
        ShareReader(TRIAL).read(f"{web.url}/s/abc")
    assert [one.path for one in web.requests] == ["/s/abc"]


def test_share_that_is_gone_is_told_apart(web: WebServer) -> None:
    web.reply = Answer(410, json.dumps({"code": "withdrawn"}).encode(), "application/problem+json")
    with pytest.raises(NotFoundError):
        ShareReader(TRIAL).read(f"{web.url}/s/abc")


def test_one_link_is_one_request_whatever_answers(web: WebServer) -> None:
    web.reply = Answer(503, b"")
    with pytest.raises(TemporaryError):
        ShareReader(TRIAL).read(f"{web.url}/s/abc")
    assert len(web.requests) == 1


def test_answer_without_end_is_cut(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuer, "LARGEST_SHARE", 1000)
    web.reply = Answer(200, b"x" * 100_000)
    with pytest.raises(DataError):
        ShareReader(TRIAL).read(f"{web.url}/s/abc")


def test_packed_answer_is_not_unpacked(web: WebServer) -> None:
    web.reply = Answer(200, gzip.compress(b"x" * 1_000_000), headers={"Content-Encoding": "gzip"})
    with pytest.raises(DataError, match="packed"):
        ShareReader(TRIAL).read(f"{web.url}/s/abc")
    assert web.requests[0].headers["accept-encoding"] == "identity"


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=2 * AT_ONCE)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_who_waits_for_a_server_that_says_nothing_is_answered(silent: str) -> None:
    with pytest.raises(TemporaryError):
        ShareReader(TRIAL, patience=0.05).read(f"{silent}/s/abc")


def test_servers_that_say_nothing_hold_up_only_each_other(silent: str, web: WebServer) -> None:
    reader = ShareReader(TRIAL, patience=0.05)
    for _ in range(AT_ONCE):
        with pytest.raises(TemporaryError):
            reader.read(f"{silent}/s/abc")
    with pytest.raises(TemporaryError):
        reader.read(f"{web.url}/s/abc")
    assert web.requests == []


def inside(folder: Path, asked: list[str]) -> Any:
    """A server of this network with a certificate that nobody outside knows."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "school.example")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("school.example")]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "inside.pem").write_bytes(key.private_bytes(*form) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "inside.pem")

    def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b"secret"]

    return make_server("127.0.0.1", 0, answer, ssl_context=context)


def test_name_that_leads_elsewhere_the_second_time_gets_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    server = inside(tmp_path, asked)
    answers = iter(["93.184.215.14"])  # the guard's look-up, and this machine from then on

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        place = (next(answers, "127.0.0.1"), server.server_port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place)]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    with pytest.raises(TemporaryError):
        ShareReader(REAL).read("https://school.example/s/abc")
    server.shutdown()
    server.server_close()
    thread.join()
    assert (asked, next(answers, None)) == ([], None)
