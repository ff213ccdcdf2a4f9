"""Sealed credentials of real people, taken in by an employer; the school of the test is both."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from mimis_core import Check, Organisation, Verdict
from mimis_core.services import ImportedCredential, ImportedShare, Services
from mimis_core.store.tables import LearnerRow
from tests.school import NOW, HandSource, done, page, someone

VALID = Verdict(verdict="valid", checks=(Check(type="seal", status="ok", reason="good"),))
INVALID = Verdict(verdict="invalid", checks=(Check(type="revocation", status="error", reason="revoked"),))


def seal(
    services: Services,
    key: str = "1",
    name: str = "Åsa Öberg",
    born: date | None = None,
    issuer: Organisation | None = None,
    finished: datetime = NOW - timedelta(days=3),
) -> bytes:
    """The file that a school seals for somebody who has finished the course, with her birth date if there is one."""
    known = services.settings
    services.settings = known.model_copy(
        update={"show_birth_date": born is not None, "organisation": issuer or known.organisation}
    )
    given, _, family = name.partition(" ")
    learner = someone(key, full_name=name, given_name=given, family_name=family, email=f"{key}@demo.example")
    HandSource.pages = [page(done("course:1", learner, completed_at=finished))]
    services.sync()
    if born is not None:
        with services.database.transaction() as session:
            for row in services._rows(session, LearnerRow):
                row.birth_date = row.birth_date or born.isoformat()
    services.drain()
    services.settings = known
    made = next(one for one in services.all_credentials() if one.learner_name == name)
    return services.sealed(made.learner_id, made.id).content


def take_in(services: Services, key: str, *files: bytes, **changes: Any) -> str:
    """Keep a share of these files, each checked and valid unless told otherwise; gives its id."""
    verdict = changes.pop("verdict", VALID)
    credentials = []
    for number, content in enumerate(files):
        facts = {"urn": f"urn:{key}:{number}", "title": {"sv": "x"}, "issuer_name": {"sv": "y"}}
        credentials.append(ImportedCredential(**facts, verdict=verdict, content=content))
    known = {"key": key, "issuer": "x", "state": "verified", "credentials": tuple(credentials), **changes}
    services.save_import(ImportedShare.model_validate(known))
    return services.import_of(key).id
