"""Writes a folder of sealed files at every level, for judges outside mimis.

``python -m tests.adapters.seals.levels_folder DIR`` does it from the repository. Answers about revocation and
timestamps are inside the files; ``root.pem`` and ``tsa-root.pem`` are what to trust.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.keys.trial import TrialKey
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings, Pkcs12Settings

from mimis_core import Document, Organisation

LEVELS = ("B", "T", "LT", "LTA")
SCHOOL = Organisation(
    id="ekbacken",
    legal_name={"en": "Ekbacken Folk High School", "sv": "Ekbackens folkhögskola"},
    registration="802002-6509",
    eidas="NTRSE-8020026509",
)
URN = "urn:credential:4a4ef1f2-9a57-4f0e-8d0b-0d7f8f6a5a10"
CONTENT: dict[str, Any] = {
    "id": URN,
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "issued": "2026-11-24T12:00:00Z",
    "validFrom": "2026-11-24T12:00:00Z",
    "issuer": {"id": "urn:epass:org:1", "eIDASIdentifier": {"id": "urn:1", "notation": "NTRSE-8020026509"}},
    "credentialSubject": {"id": "urn:epass:person:1", "fullName": {"sv": 'Åsa "Öst" \\ Ek'}, "hasClaim": {}},
    "@context": ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"],
}


def small_document() -> Document:
    """A credential with little more than its issuer."""
    text = json.dumps(CONTENT, ensure_ascii=False, separators=(",", ":"))
    return Document(urn=URN, format="elm", media_type="application/ld+json", content=text.encode())


def open_key(key: TrialKey, folder: Path) -> Pkcs12Signer:
    """A signer over a key file in the folder."""
    file = folder / f"{hashlib.sha256(key.pkcs12).hexdigest()[:12]}.p12"
    file.write_bytes(key.pkcs12)
    settings = Pkcs12Settings.model_validate({"file": str(file), "password": key.password})
    return Pkcs12Signer("signer", settings)


def open_sealer(pki: PkiSandbox, **settings: Any) -> JadesSealer:
    """A sealer that asks the sandbox for timestamps."""
    return JadesSealer("sealer", JadesSettings.model_validate({"tsa": {"url": pki.tsa_url}, **settings}))


def write_levels(folder: Path, document: Document | None = None) -> None:
    """Write ``ES256/B.jsonld`` to ``RS256/LTA.jsonld`` and the anchors; LTA files have a content timestamp too."""
    with PkiSandbox() as pki, tempfile.TemporaryDirectory() as keys:
        for algorithm in ("ES256", "RS256"):
            (folder / algorithm).mkdir(parents=True, exist_ok=True)
            signer = open_key(pki.issue_seal(SCHOOL, algorithm), Path(keys))
            for level in LEVELS:
                with open_sealer(pki, level=level, content_timestamp=level == "LTA") as sealer:
                    sealed = sealer.seal(document or small_document(), signer)
                (folder / algorithm / f"{level}.jsonld").write_bytes(sealed.content)
        (folder / "root.pem").write_text(pki.anchor_pem)
        (folder / "tsa-root.pem").write_text(pki.tsa_anchor_pem)


if __name__ == "__main__":
    write_levels(Path(sys.argv[1]))
