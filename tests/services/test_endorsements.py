"""Endorsements: an employer signs, the school takes in, and the credential says so, as long as it holds."""

from __future__ import annotations

import json
import shutil
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mimis_core import DataError, NotFoundError, Organisation, UserError
from mimis_core.cli.init import write_folder
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.school import NOW, Clock, HandSource, done, opened, page

ENTRY, OTHER = "digitala-arbetsmiljoer", "verktygsvana"
WORDS = "Vi anställer gärna den som kan det här."
BADGES = '\n[formats.badge]\nkind = "openbadge"\nsealer = { kind = "vc-jwt" }\n'


@pytest.fixture(scope="module")
def employer_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an employer with a seal of its own."""
    company = Organisation(
        id="verkstad", legal_name={"sv": "Verkstad AB"}, registration="556036-0793", eidas="NTRSE-5560360793"
    )
    folder = tmp_path_factory.mktemp("employer") / "template"
    write_folder(folder, "school", company, "http://127.0.0.1:9", "sqlite:///mimis.db", "none-enrolled")
    return folder


@pytest.fixture
def employer(employer_template: Path, tmp_path: Path) -> Iterator[Services]:
    """It opened, in a copy for one test."""
    folder = Path(shutil.copytree(employer_template, tmp_path / "employer"))
    with open_services(load_settings(folder)) as services:
        yield services  # by the real clock, as its certificate is


@pytest.fixture
def school(school_folder: Path, employer: Services, clock: Clock) -> Iterator[Services]:
    """A school that makes badges too, and trusts the employer's seal."""
    config = school_folder / "mimis.toml"
    text = config.read_text("utf-8")
    (anchor,) = employer.settings.trust.anchors
    (school_folder / "employer.pem").write_bytes((employer.settings.folder / anchor).read_bytes())
    config.write_text(text.replace("anchors = [", 'anchors = ["employer.pem", ') + BADGES, "utf-8")
    HandSource.start_anew()
    with opened(load_settings(school_folder), clock) as services:
        yield services


def signed(school: Services, employer: Services, entry: str = ENTRY, **changes: Any) -> bytes:
    """The employer's endorsement of an entry of the school."""
    order = school.endorsement_request(entry).model_copy(update={"words": WORDS, **changes})
    return employer.endorse(order).content


def issued(school: Services) -> tuple[str, str, dict[str, Any]]:
    """A learner's new credential: whose, which, and the document inside."""
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    (one,) = school.all_credentials()
    return one.learner_id, one.id, json.loads(json.loads(school.sealed(one.learner_id, one.id).content)["payload"])


def refused(school: Services, content: bytes, entry: str = ENTRY, **more: Any) -> str | None:
    with pytest.raises((UserError, DataError)) as caught:
        school.add_endorsement(entry, content, "Rektor", **more)
    return caught.value.code


def test_endorsement_stands_in_what_is_issued(school: Services, employer: Services, shared: Path) -> None:
    content = signed(school, employer)
    made = school.add_endorsement(ENTRY, content, "Rektor")
    assert (made.name, made.registration, made.words) == ("Verkstad AB", "556036-0793", WORDS)
    learner, credential, document = issued(school)
    pages = document["credentialSubject"]["hasClaim"]["specifiedBy"]["supplementaryDocument"]
    pages = pages if isinstance(pages, list) else [pages]
    assert f"Rekommenderas av Verkstad AB: {WORDS}" in [one["title"]["sv"] for one in pages]
    assert f"{school.settings.base_url}/endorsements/{made.id}" in [one["contentURL"] for one in pages]
    badge = school.rendition(learner, credential, "badge").content.split(b".")[1]
    claims = json.loads(urlsafe_b64decode(badge + b"=="))
    assert claims["credentialSubject"]["achievement"]["endorsementJwt"] == [content.decode()]
    rules = shared / "standards/openbadges/schemas/ob_v3p0_achievementcredential_schema.json"
    jsonschema.Draft201909Validator(json.loads(rules.read_text("utf-8"))).validate(claims)


def test_endorsement_keeps_the_official_schema(school: Services, employer: Services, shared: Path) -> None:
    rules = json.loads(
        (shared / "standards/openbadges/schemas/ob_v3p0_achievementcredential_schema.json").read_text("utf-8")
    )
    document = json.loads(urlsafe_b64decode(signed(school, employer).split(b".")[1] + b"=="))
    whole = {"$defs": rules["$defs"], "$ref": "#/$defs/EndorsementCredential"}
    jsonschema.Draft201909Validator(whole, format_checker=jsonschema.FormatChecker()).validate(document)


def test_same_file_is_taken_in_once(school: Services, employer: Services) -> None:
    content = signed(school, employer)
    assert school.add_endorsement(ENTRY, content, "Rektor").id == school.add_endorsement(ENTRY, content, "Rektor").id
    assert len(school.endorsements_of(ENTRY)) == 1


def test_withdrawn_endorsement_is_sealed_no_more(school: Services, employer: Services) -> None:
    made = school.add_endorsement(ENTRY, signed(school, employer), "Rektor")
    assert school.endorsement_file(made.id).media_type == "application/jwt"
    school.withdraw_endorsement(made.id, "Företaget finns inte mer.", "Rektor")
    assert "Rekommenderas" not in json.dumps(issued(school)[2], ensure_ascii=False)
    with pytest.raises(NotFoundError):
        school.endorsement_file(made.id)


def test_ended_endorsement_is_sealed_no_more(school: Services, employer: Services, clock: Clock) -> None:
    school.add_endorsement(ENTRY, signed(school, employer, until=NOW + timedelta(days=3650)), "Rektor")
    clock.forward(days=3651)
    assert "Rekommenderas" not in json.dumps(issued(school)[2], ensure_ascii=False)


def test_endorsement_of_another_entry_is_refused(school: Services, employer: Services) -> None:
    assert refused(school, signed(school, employer, OTHER)) == "other"


def test_ended_endorsement_is_refused(school: Services, employer: Services) -> None:
    assert refused(school, signed(school, employer, until=NOW - timedelta(days=4000))) == "invalid"


@pytest.mark.parametrize("words", ["Skriv till hr@verkstad.example", "x" * 1001], ids=["address", "long"])
def test_words_that_no_credential_may_hold_are_refused(
    school: Services, employer: Services, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr("mimis_core.services.endorsements.LONGEST_WORDS", 2000)
    content = signed(school, employer, words=words)
    monkeypatch.undo()
    assert refused(school, content) == "words"


def test_employer_needs_words(school: Services, employer: Services) -> None:
    with pytest.raises(UserError):
        signed(school, employer, words=" ")


@pytest.mark.parametrize(
    "changed",
    [{"credentialSubject": {"id": "urn:uuid:0", "endorsementComment": "Annat."}}, {"name": "Annat"}],
    ids=["subject", "name"],
)
def test_changed_endorsement_is_refused(school: Services, employer: Services, changed: dict[str, Any]) -> None:
    header, payload, seal = signed(school, employer).split(b".")
    document = json.loads(urlsafe_b64decode(payload + b"==")) | changed
    forged = urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")
    assert refused(school, b".".join((header, forged, seal)), confirmed=True) == "invalid"


def test_unsigned_endorsement_is_refused(school: Services, employer: Services) -> None:
    header, payload, _ = signed(school, employer).split(b".")
    none = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=")
    for head in (none, header):
        assert refused(school, b".".join((head, payload, b"AA")), confirmed=True) == "invalid"


def test_who_signs_for_another_organisation_is_refused(school: Services, employer: Services) -> None:
    order = school.endorsement_request(ENTRY).model_copy(update={"words": WORDS})
    other = employer.settings.organisation.model_copy(update={"eidas": "NTRSE-1111111111"})
    employer.settings = employer.settings.model_copy(update={"organisation": other})
    with pytest.raises(UserError):
        employer.endorse(order)


def test_stranger_counts_only_when_a_person_vouches(school_folder: Path, employer: Services, clock: Clock) -> None:
    with open_services(load_settings(school_folder)) as school:
        school.clock = clock
        content = signed(school, employer)
        assert refused(school, content) == "unknown"
        made = school.add_endorsement(ENTRY, content, "Rektor", confirmed=True)
        assert made.confirmed


@pytest.mark.parametrize("content", [b"", b"en bild", b"eyJhbGciOiJub25lIn0.e30.AA"], ids=["empty", "picture", "token"])
def test_what_is_no_endorsement_is_told(school: Services, content: bytes) -> None:
    assert refused(school, content) == "not_endorsement"


def test_unknown_entry_is_told(school: Services) -> None:
    with pytest.raises(NotFoundError):
        school.endorsement_request("finns-inte")
