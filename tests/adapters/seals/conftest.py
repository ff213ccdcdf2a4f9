"""Keys, documents and a status service to seal and verify with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mimis_seals.form.jws import encode
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.keys.trial import TrialKey, make_trial_key
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings, Pkcs12Settings
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import Document, Organisation, Sealed, Trust, Verdict
from mimis_core.testing import Answer, Request, Sandbox

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URN = "urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75"
STATUS_PATH = "/status/4711"


class KeyMaker:
    """Opens trial keys as signers, with the clock of these tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, organisation: Organisation, algorithm: Any = "ES256", at: datetime = NOW) -> TrialKey:
        return make_trial_key(organisation, at, algorithm)

    def open(self, key: TrialKey, now: datetime = NOW) -> Pkcs12Signer:
        file = self.folder / f"{hashlib.sha256(key.pkcs12).hexdigest()[:12]}.p12"  # errors name the file
        file.write_bytes(key.pkcs12)
        settings = Pkcs12Settings.model_validate({"file": str(file), "password": key.password})
        return Pkcs12Signer("signer", settings, now=lambda: now)


class Forge:
    """Seals with a real key what mimis would not: any header, any payload, any serialisation."""

    def __init__(self, signer: Pkcs12Signer, sealed: Sealed) -> None:
        self.signer = signer
        self.text: str = json.loads(sealed.content)["payload"]
        self.honest = read_protected(sealed.content)

    def sign(self, payload: str, header: str) -> dict[str, str]:
        protected = encode(header.encode())
        signature = self.signer.sign(f"{protected}.{payload}".encode(), self.signer.algorithms[0])
        return {"protected": protected, "signature": encode(signature)}

    def header(self, changes: dict[str, Any]) -> str:
        merged = {**self.honest, **changes}
        return json.dumps({name: value for name, value in merged.items() if value is not None})

    def general(self, changes: dict[str, Any] | None = None, payload: str | None = None) -> bytes:
        text = self.text if payload is None else payload
        return json.dumps({"payload": text, "signatures": [self.sign(text, self.header(changes or {}))]}).encode()

    def changed(self, **members: Any) -> bytes:
        """A credential with other members, properly sealed; None removes one."""
        document = {**json.loads(self.text), **members}
        return self.general(payload=json.dumps({name: value for name, value in document.items() if value is not None}))


class StatusServer(Sandbox):
    """An issuer's status service; the tests change its claims, header and signer."""

    name = "status"

    def __init__(self, signer: Pkcs12Signer) -> None:
        super().__init__()
        self.signer = signer
        now = int(NOW.timestamp())
        self.claims: dict[str, Any] = {"sub": URN, "status": "active", "iat": now, "exp": now + 86400}
        self.typ = "mimis-status+jwt"
        self.canned: Answer | None = None

    def handle(self, request: Request) -> Answer:
        if self.canned is not None:
            return self.canned
        return Answer(200, self.signed(), "application/jose") if request.path == STATUS_PATH else Answer(404)

    def signed(self) -> bytes:
        from base64 import b64encode

        algorithm = self.signer.algorithms[0]
        chain = [b64encode(one).decode() for one in self.signer.chain()]
        parts = ({"alg": algorithm, "typ": self.typ, "x5c": chain}, self.claims)
        text = ".".join(encode(json.dumps(part).encode()) for part in parts)
        return f"{text}.{encode(self.signer.sign(text.encode(), algorithm))}".encode()


def read_protected(content: bytes) -> dict[str, Any]:
    """The protected header of a sealed file, leniently."""
    from base64 import urlsafe_b64decode

    protected = json.loads(content)["signatures"][0]["protected"]
    header: dict[str, Any] = json.loads(urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))
    return header


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    return Organisation(
        id="ekbacken",
        legal_name={"en": "Ekbacken Folk High School", "sv": "Ekbackens folkhögskola"},
        registration="802002-6509",
        eidas="NTRSE-8020026509",
    )


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyMaker:
    return KeyMaker(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def trial_key(keys: KeyMaker, organisation: Organisation) -> TrialKey:
    return keys.make(organisation)


@pytest.fixture(scope="session")
def rsa_key(keys: KeyMaker, organisation: Organisation) -> TrialKey:
    return keys.make(organisation, "RS256")


@pytest.fixture(scope="session")
def signer(keys: KeyMaker, trial_key: TrialKey) -> Pkcs12Signer:
    return keys.open(trial_key)


@pytest.fixture(scope="session")
def rsa_signer(keys: KeyMaker, rsa_key: TrialKey) -> Pkcs12Signer:
    return keys.open(rsa_key)


@pytest.fixture(scope="session")
def status_server(signer: Pkcs12Signer) -> Iterator[StatusServer]:
    with StatusServer(signer) as server:
        yield server


@pytest.fixture
def status(status_server: StatusServer, signer: Pkcs12Signer) -> StatusServer:
    """The running status service, honest again."""
    running = status_server.__dict__
    fresh = StatusServer(signer).__dict__
    running.update({name: fresh[name] for name in ("signer", "claims", "typ", "canned", "requests", "_faults")})
    return status_server


@pytest.fixture(scope="session")
def document(status_server: StatusServer) -> Document:
    address = f"{status_server.url}{STATUS_PATH}"
    content = {
        "id": URN,
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "issued": "2026-11-24T12:00:00Z",
        "validFrom": "2026-11-24T12:00:00Z",
        "issuer": {"id": "urn:epass:org:1", "eIDASIdentifier": {"id": "urn:1", "notation": "NTRSE-8020026509"}},
        "credentialSubject": {"id": "urn:epass:person:1", "fullName": {"sv": 'Åsa "Öst" \\ Ek'}, "hasClaim": {}},
        "identifier": {"id": "urn:2", "notation": address, "schemeName": "mimis-status"},
        "@context": ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Document(urn=URN, format="elm", media_type="application/ld+json", content=text.encode())


@pytest.fixture(scope="session")
def seal() -> Callable[..., Sealed]:
    def seal(document: Document, signer: Pkcs12Signer, now: datetime = NOW, **settings: Any) -> Sealed:
        return JadesSealer("sealer", JadesSettings(**settings), now=lambda: now).seal(document, signer)

    return seal


@pytest.fixture(scope="session")
def sealed(seal: Callable[..., Sealed], document: Document, signer: Pkcs12Signer) -> Sealed:
    return seal(document, signer)


@pytest.fixture(scope="session")
def forge(signer: Pkcs12Signer, sealed: Sealed) -> Forge:
    return Forge(signer, sealed)


@pytest.fixture(scope="session")
def trust(trial_key: TrialKey) -> Trust:
    return Trust(anchors=(trial_key.anchor_pem,), now=NOW + timedelta(minutes=1))


@pytest.fixture(scope="session")
def verify(trust: Trust) -> Callable[..., Verdict]:
    """Verify offline by the trial anchor, or as told."""

    def verify(content: bytes, **changes: Any) -> Verdict:
        return JadesVerifier().verify(content, trust.model_copy(update={"offline": True, **changes}))

    return verify


@pytest.fixture(scope="session")
def failing() -> Callable[[Verdict], list[str]]:
    """The checks of a verdict that are errors."""
    return lambda verdict: [check.type for check in verdict.checks if check.status == "error"]
