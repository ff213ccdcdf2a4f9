"""Orders as the services make them, and a seal for them: issuing without the database under it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any, Literal
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from mimis_europass.elm import ElmFormat
from mimis_europass.settings import ElmSettings
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.keys.trial import KEY_FILE, PASSWORD_FILE, make_trial_key, write_trial_key
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings, Pkcs12Settings

from bench.school import ENTRY, SCHOOL, completion
from mimis_core import Achievement, Award, AwardState, IssueOrder, Learner, Sealed, Signer
from mimis_core.pipeline import issue
from mimis_core.store.catalogue_files import load_catalogue

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Desk:
    """All that issuing needs: the catalogue entry, the format, the seal."""

    achievement: Achievement
    format: ElmFormat
    sealer: JadesSealer
    signer: Signer[Any]
    key: PrivateKey

    def order(self, number: int) -> IssueOrder:
        """The order for learner ``number``."""
        fact, token = completion(number), token_urlsafe(12)
        award = Award(
            id=f"award-{number}",
            learner_id=f"learner-{number}",
            achievement_id=self.achievement.id,
            achievement_version=self.achievement.version,
            state=AwardState.APPROVED,
            completed_at=fact.completed_at,
            evidence=(fact,),
            decided_by="Rektor Mätning",
            decided_at=fact.completed_at,
            by_rule=True,
        )
        learner = Learner(
            id=award.learner_id, **fact.learner.model_dump(include={"full_name", "given_name", "family_name"})
        )
        return IssueOrder(
            urn=f"urn:credential:{uuid4()}",
            award=award,
            achievement=self.achievement,
            learner=learner,
            issuer=SCHOOL,
            owner=SCHOOL,
            issued_at=datetime.now(UTC),
            status_url=f"https://mimis.example/status/{token}",
            public_url=f"https://mimis.example/c/{token}",
        )

    def issue(self, order: IssueOrder) -> Sealed:
        """Build and seal, as the services do for each award."""
        return issue(order, self.format, self.sealer, self.signer)


@contextmanager
def open_desk(
    folder: Path, picture: Literal["own", "shared"], algorithm: Literal["ES256", "RS256"] = "ES256"
) -> Iterator[Desk]:
    """A desk with the catalogue of a school folder and a trial seal of its own."""
    entry = load_catalogue(folder / "catalogue").get(ENTRY)
    if entry is None:
        raise RuntimeError(f"the catalogue has no {ENTRY}")
    with TemporaryDirectory(prefix="mimis-bench-") as place:
        write_trial_key(make_trial_key(SCHOOL, datetime.now(UTC), algorithm=algorithm), Path(place))
        file, secret = Path(place) / KEY_FILE, Path(place) / PASSWORD_FILE
        settings = Pkcs12Settings.model_validate({"file": str(file), "password": secret.read_text("utf-8").strip()})
        format_ = ElmFormat("elm", ElmSettings(picture=picture))
        sealer = JadesSealer("jades", JadesSettings())
        yield Desk(entry, format_, sealer, Pkcs12Signer("pkcs12", settings), private_key(file, secret))


def private_key(file: Path, password: Path) -> PrivateKey:
    """The key of a trial seal, to sign with nothing around it."""
    key = load_pkcs12(file.read_bytes(), password.read_bytes().strip()).key
    if not isinstance(key, PrivateKey):
        raise TypeError("the bench's seal has another kind of key")
    return key


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process to one core, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
