"""A share in other shapes: each holds to its own schema and says nothing that the share does not show."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft7Validator
from lxml import etree
from mimis_ats.representations import REPRESENTATIONS
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from mimis_core import UserError
from mimis_core.services import OpenShare, Services, ShareOrder, open_services
from mimis_core.settings import load_settings
from tests.adapters.europass.test_cv import schema as cv_schema
from tests.school import Clock, HandPlugin, HandSource, change_entry, done, page, someone

BASE = "https://www.hropenstandards.org/"
ESCO = "http://data.europa.eu/esco/skill/261e740b-d32d-4356-94a8-3ea29128b70b"
BADGES = '\n[formats.badge]\nkind = "openbadge"\nsealer = { kind = "vc-jwt" }\n'
NAME = "Amina Öberg"
EMAIL = "amina@example.org"


@pytest.fixture
def school(school_folder: Path, clock: Clock) -> Iterator[Services]:
    """A school that makes badges too; its entry names an ESCO skill."""
    outcome = {
        "title": {"sv": "Bemöta äldre", "en": "Meet older people"},
        "criteria": {"sv": "Visar det på plats."},
        "type": "skill",
        "esco": [{"uri": ESCO, "label": {"en": "tend to elderly people"}}],
    }
    change_entry(school_folder, outcomes=[outcome])
    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write(BADGES)
    HandSource.start_anew()
    with open_services(load_settings(school_folder)) as services:
        services.plugins.manager.register(HandPlugin(), "hand")
        services.clock = clock
        yield services


def opened(school: Services, anonymous: bool = False) -> OpenShare:
    """A share of one credential, opened by its link."""
    HandSource.pages = [page(done("course:1", someone(full_name=NAME)))]
    school.sync()
    school.drain()
    (one,) = school.all_credentials()
    order = ShareOrder(
        credential_ids=(one.id,),
        purpose="Ansökan om arbete",
        until=date(2026, 12, 24),
        anonymous=anonymous,
        application_email=EMAIL,
    )
    share = school.create_share(one.learner_id, order)
    return school.open_share(share.url.rpartition("/")[2], "link")


def written(name: str, share: OpenShare, school: Services, language: str = "sv") -> Any:
    return json.loads(REPRESENTATIONS[name].write(share, language, school))


@cache
def ler_rs_judge(shared: Path) -> Draft4Validator:
    """The official schema with all that it refers to, as facts/README of the folder says."""
    folder = shared / "standards/hropen/www.hropenstandards.org"

    def retrieve(uri: str) -> Resource[Any]:
        content = json.loads((folder / uri.removeprefix(BASE)).read_text("utf-8-sig"))
        return Resource(content, specification=DRAFT4)

    root = {"$ref": f"{BASE}recruiting/json/LER-RSType.json"}
    registry: Registry[Any] = Registry(retrieve=retrieve)
    return Draft4Validator(root, registry=registry, format_checker=Draft4Validator.FORMAT_CHECKER)


def json_resume_judge(shared: Path) -> Draft7Validator:
    rules = json.loads((shared / "standards/jsonresume/schema.json").read_text("utf-8"))
    return Draft7Validator(rules, format_checker=Draft7Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("anonymous", [False, True], ids=["named", "anonymous"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_ler_rs_holds_to_its_schema(school: Services, shared: Path, anonymous: bool, language: str) -> None:
    resume = written("ler-rs", opened(school, anonymous), school, language)
    assert [error.message for error in ler_rs_judge(shared).iter_errors(resume)] == []


def test_ler_rs_judge_refuses_what_is_wrong(school: Services, shared: Path) -> None:
    resume = written("ler-rs", opened(school), school)
    assert not ler_rs_judge(shared).is_valid({**resume, "type": "LER-RS"})
    assert not ler_rs_judge(shared).is_valid({**resume, "skills": [{"level": 3}]})


def test_ler_rs_names_the_esco_skill_and_the_place_to_check_it(school: Services) -> None:
    share = opened(school)
    (skill,) = written("ler-rs", share, school, "en")["skills"]
    assert skill["name"] == "Meet older people"
    assert skill["definitionReference"]["reference"] == ESCO
    assert skill["verifications"] == [{"Verification": {"reference": share.share.url}}]


def test_sealed_file_stands_unchanged_in_ler_rs(school: Services) -> None:
    share = opened(school)
    (certification,) = written("ler-rs", share, school)["certifications"]
    enveloped = certification["verifications"][1]["otherW3CVerifiableCredential"]["id"]
    sealed = share.credentials[0].sealed
    assert sealed is not None
    assert base64.b64decode(enveloped.partition(";base64,")[2]) == sealed.content


@pytest.mark.parametrize("anonymous", [False, True], ids=["named", "anonymous"])
def test_json_resume_holds_to_its_schema(school: Services, shared: Path, anonymous: bool) -> None:
    resume = written("json-resume", opened(school, anonymous), school)
    assert [error.message for error in json_resume_judge(shared).iter_errors(resume)] == []
    assert resume["skills"] == [{"name": "Bemöta äldre", "keywords": ["tend to elderly people"]}]


def test_europass_cv_holds_to_its_schema(school: Services, shared: Path) -> None:
    root = etree.fromstring(REPRESENTATIONS["europass-cv"].write(opened(school), "sv", school))
    judge = cv_schema(shared)
    assert judge.validate(root), judge.error_log
    assert NAME.split()[0] in "".join(str(text) for text in root.itertext())


def test_open_badges_are_sealed_anew_and_valid(school: Services) -> None:
    listed = written("open-badges", opened(school), school)
    (token,) = listed["compactJwsString"]
    assert listed["credential"] == []
    assert school.read(token.encode()).learner_name == NAME


@pytest.mark.parametrize("name", ["mimis", "ler-rs", "json-resume"])
def test_share_without_name_stays_so_in_every_shape(school: Services, name: str) -> None:
    share = opened(school, anonymous=True)
    text = REPRESENTATIONS[name].write(share, "sv", school).decode()
    assert not [secret for secret in (NAME, EMAIL, "payload") if secret in text]
    assert "Bemöta äldre" in text


@pytest.mark.parametrize("name", ["europass-cv", "open-badges"])
def test_shape_that_names_its_person_is_refused_without_name(school: Services, name: str) -> None:
    share = opened(school, anonymous=True)
    with pytest.raises(UserError) as caught:
        REPRESENTATIONS[name].write(share, "sv", school)
    assert caught.value.code == "anonymous"


def test_what_was_revoked_is_no_skill_any_more(school: Services) -> None:
    share = opened(school)
    school.revoke_credential(share.credentials[0].view.id, "Fel person", "teacher")
    again = school.open_share(share.share.url.rpartition("/")[2], "link")
    resume = written("ler-rs", again, school)
    assert "skills" not in resume
    assert resume["certifications"][0]["status"] == "revoked"
    assert written("json-resume", again, school)["certificates"] == []
    assert written("open-badges", again, school) == {"credential": [], "compactJwsString": []}
    with pytest.raises(UserError):
        REPRESENTATIONS["europass-cv"].write(again, "sv", school)
