"""What DSS is given to judge: our own seals, and the EU's sealed samples, each folder with its trust anchors."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from mimis_europass.elm import ElmFormat
from mimis_europass.settings import ElmSettings
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.keys.trial import TrialKey, make_trial_key
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings, Pkcs12Settings

from mimis_core import Award, AwardState, Document, IssueOrder, Learner, Organisation
from mimis_core.store.catalogue_files import load_catalogue, write_starter_catalogue
from mimis_core.testing import Request
from tests.dss.verdicts import LEVELS

ALGORITHMS: tuple[Literal["RS256", "ES256"], ...] = ("RS256", "ES256")
OFFICIAL_AT = "2023-11-01T00:00:00Z"
NOW = datetime.now(UTC).replace(microsecond=0)
SCHOOL = Organisation(
    id="min-skola",
    legal_name={"sv": "Ekbackens folkhögskola", "en": "Ekbacken Folk High School"},
    registration="802002-6509",
    eidas="NTRSE-8020026509",
)


DEMO_FILES = 2
LISTS = ("/root.crl", "/issuing.crl", "/tsa-root.crl")


def make_ours(work: Path, time: Literal["iat", "sigT"], now: datetime | None = None) -> list[Path]:
    """A credential sealed at each level with each kind of key, by a stand-in of a trust service provider.

    LT and LTA carry what was found out about revocation and are judged by that alone. B and T carry nothing, and DSS
    passes no seal whose revocation is unknown: they get a folder of their own with the provider's lists. With ``now``
    they are sealed at that moment, and judged an hour later.
    """
    name = time if now is None else f"{time}-{now.year}"
    bare, listed = work / name, work / f"{name}-lists"
    document = make_document()
    clock = (lambda: now) if now else utc_now
    with PkiSandbox(now=clock) as provider, tempfile.TemporaryDirectory() as keys:
        for folder in (bare, listed):
            folder.mkdir()
            (folder / "seals.pem").write_text(provider.anchor_pem)
            (folder / "timestamps.pem").write_text(provider.tsa_anchor_pem)
            if now:
                (folder / "at.txt").write_text((now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        for algorithm in ALGORITHMS:
            signer = open_key(provider.issue_seal(SCHOOL, algorithm), Path(keys), clock)
            for level in LEVELS:
                sealed = open_sealer(provider, time, level, clock).seal(document, signer)
                folder = listed if level in ("B", "T") else bare
                (folder / f"{algorithm}-{level}.jsonld").write_bytes(sealed.content)
        for path in LISTS:
            (listed / path[1:]).write_bytes(provider.handle(Request("GET", path, {}, {}, b"")).body)
    return [bare, listed]


def open_sealer(provider: PkiSandbox, time: str, level: str, clock: Callable[[], datetime]) -> JadesSealer:
    """A sealer that asks the stand-in; at LTA with a timestamp over the content too, as the EU's samples have."""
    stamped = {"tsa": {"url": provider.tsa_url}, "content_timestamp": level == "LTA"}
    settings = JadesSettings.model_validate({"time": time, "level": level, **stamped})
    return JadesSealer("sealer", settings, now=clock)


def make_trial(folder: Path) -> Path:
    """A credential sealed with a trial key, one for each kind of key, at level B."""
    folder.mkdir()
    document = make_document()
    for algorithm in ALGORITHMS:
        key = make_trial_key(SCHOOL, NOW, algorithm)
        (folder / f"{algorithm}.pem").write_text(key.anchor_pem)
        sealer = JadesSealer("sealer", JadesSettings(time="iat"))
        sealed = sealer.seal(document, open_key(key, folder, utc_now))
        (folder / f"{algorithm}-B.jsonld").write_bytes(sealed.content)
    return folder


def make_demo(work: Path) -> list[Path]:
    """What ``mimis demo --once`` exported, raised to each level by ``extend`` with the stand-in's timestamps.

    ``demo-sigT`` holds the very files: their seals are the demo's own, with the defaults. In ``demo-iat`` the demo's
    own key has sealed the same documents with ``iat``, for DSS to name a level. Folders as in :func:`make_ours`.
    """
    exported = work / "demo-export"
    command = [sys.executable, "-c", "from mimis_core.cli import main; main()", "demo", "--once", "--out"]
    subprocess.run([*command, str(exported)], stdout=subprocess.DEVNULL, check=True)
    secrets = exported / "school" / "secrets"
    anchor = (secrets / "trial-anchor.pem").read_text()
    files = sorted((exported / "credentials").glob("*.jsonld"))[:DEMO_FILES]
    originals = {"demo-sigT": [path.read_bytes() for path in files]}
    originals["demo-iat"] = [seal_again(content, secrets) for content in originals["demo-sigT"]]
    return [folder for name, found in originals.items() for folder in raise_all(work, name, found, anchor)]


def raise_all(work: Path, name: str, originals: list[bytes], anchor: str) -> list[Path]:
    """Two folders with every original at every level; those that carry no proof have the provider's list beside."""
    bare, listed = work / name, work / f"{name}-lists"
    with PkiSandbox() as provider, open_sealer(provider, "iat", "LTA", utc_now) as sealer:
        for folder in (bare, listed):
            folder.mkdir()
            (folder / "seals.pem").write_text(anchor)
            (folder / "timestamps.pem").write_text(provider.tsa_anchor_pem)
        for number, content in enumerate(originals, 1):
            for level in LEVELS:
                raised = content if level == "B" else sealer.extend(content, level, [anchor])
                folder = listed if level in ("B", "T") else bare
                (folder / f"file{number}-{level}.jsonld").write_bytes(raised)
        lists = provider.handle(Request("GET", "/tsa-root.crl", {}, {}, b"")).body
        (listed / "tsa-root.crl").write_bytes(lists)
    return [bare, listed]


def seal_again(content: bytes, secrets: Path) -> bytes:
    """The document in an exported file, sealed with ``iat`` by the demo's own key."""
    payload = json.loads(content)["payload"].encode()
    urn = json.loads(payload)["id"]
    document = Document(urn=urn, format="elm", media_type="application/ld+json", content=payload)
    password = (secrets / "trial-seal.password").read_text().strip()
    settings = Pkcs12Settings.model_validate({"file": str(secrets / "trial-seal.p12"), "password": password})
    sealer = JadesSealer("sealer", JadesSettings(time="iat"))
    return sealer.seal(document, Pkcs12Signer("signer", settings)).content


def open_key(key: TrialKey, folder: Path, clock: Callable[[], datetime]) -> Pkcs12Signer:
    """A signer on a key file in the folder."""
    file = folder / f"{key.password}.p12"
    file.write_bytes(key.pkcs12)
    settings = Pkcs12Settings.model_validate({"file": str(file), "password": key.password})
    return Pkcs12Signer("signer", settings, now=clock)


def make_document() -> Document:
    """An entry of the catalogue that mimis ships, as it is issued."""
    with tempfile.TemporaryDirectory() as name:
        write_starter_catalogue(Path(name), SCHOOL.id)
        entry = load_catalogue(Path(name)).latest()[0]
    award = Award(
        id="a1", learner_id="l1", achievement_id=entry.id, achievement_version=1, state=AwardState.APPROVED,
        completed_at=NOW, decided_at=NOW, decided_by="Karin Lärare",
    )  # fmt: skip
    order = IssueOrder(
        urn="urn:credential:00000000-0000-4000-8000-000000000001", award=award, achievement=entry, issuer=SCHOOL,
        learner=Learner(id="l-4711", full_name="Åsa Öberg"), owner=SCHOOL, issued_at=NOW,
        status_url="https://mimis.example/status/1", public_url="https://mimis.example/c/1",
    )  # fmt: skip
    return ElmFormat("elm", ElmSettings()).build(order)


def make_official(folder: Path, samples: Path) -> Path:
    """The EU's sealed samples; anchors are the highest authorities that they carry, so that trust alone is given.

    They are judged at :data:`OFFICIAL_AT`: their time-stamping authority's certificate ended soon after, and with it
    what an archive timestamp of it can prove.
    """
    folder.mkdir()
    (folder / "at.txt").write_text(OFFICIAL_AT)
    anchors: set[bytes] = set()
    for path in sorted(samples.glob("*-signed.jsonld")):
        shutil.copy(path, folder / path.name)
        anchors |= set(highest(list(carried(path.read_bytes()))))
    for index, der in enumerate(sorted(anchors)):
        pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        (folder / f"anchor-{index}.pem").write_bytes(pem)
    return folder


def carried(content: bytes) -> Iterator[bytes]:
    """All certificates in a seal and in its timestamps."""
    signature = json.loads(content)["signatures"][0]
    header = json.loads(_decode(signature["protected"]))
    parts = [header, *(json.loads(_decode(one)) for one in signature["header"]["etsiU"])]
    yield from (b64decode(one) for one in header["x5c"])
    for part in parts:
        yield from (b64decode(one["x509Cert"]["val"]) for one in part.get("xVals", ()))
        for name in ("adoTst", "sigTst", "arcTst"):
            for token in part.get(name, {}).get("tstTokens", ()):
                signed = cms.ContentInfo.load(b64decode(token["val"]))["content"]
                yield from (one.dump() for one in signed["certificates"])


def highest(ders: list[bytes]) -> Iterator[bytes]:
    """Those above which none of the others stands."""
    certificates = [x509.load_der_x509_certificate(der) for der in ders]
    for certificate, der in zip(certificates, ders, strict=True):
        others = [one for one in certificates if one.subject != certificate.subject]
        if not any(one.subject == certificate.issuer for one in others) and is_authority(certificate):
            yield der


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may issue others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
