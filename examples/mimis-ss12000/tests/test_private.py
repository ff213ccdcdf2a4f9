"""A personal number, a birth date or an address is in every person of the sandbox, and nowhere in what comes out."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from mimis_ss12000.records import GradeRecord, PersonRecord, read_record
from mimis_ss12000.sandbox import SS12000Sandbox
from mimis_ss12000.sandbox_data import PERSONAL_NUMBER
from mimis_ss12000.source import SS12000Source

from mimis_core import MimisError
from mimis_core.testing.conformance import pull_all

from .conftest import CODE, DAY, LOADED, add_person, connect

NOT_OURS = (PERSONAL_NUMBER, "1900-01-01", "Provgatan", "TF01")


def found_in(text: str) -> list[str]:
    return [one for one in NOT_OURS if one in text]


def test_sandbox_holds_what_must_not_come_out(server: SS12000Sandbox) -> None:
    assert PERSONAL_NUMBER in str(server.tables["persons"])
    assert PERSONAL_NUMBER in str(server.tables["grades"])


def test_no_page_holds_it(source: SS12000Source, server: SS12000Sandbox) -> None:
    odd = add_person(server, "prov", emails=[{"value": f"{PERSONAL_NUMBER}@example.org", "type": "Privat"}])
    server.add_grade(odd, CODE, f"Se {PERSONAL_NUMBER}", DAY)
    server.add_grade(odd, CODE, "A", DAY, adaptedStudyPlan=f"Anpassad för {PERSONAL_NUMBER}")
    first = pull_all(source)
    server.change("persons", LOADED[0].learner.key, personStatus="Avliden")
    assert found_in(str([first, pull_all(source, first[-1].cursor)])) == []


@pytest.mark.parametrize("number", [PERSONAL_NUMBER, "20130101TF01", "19000101-9801"])
@pytest.mark.parametrize("field", ["id", "student", "syllabus"])
def test_number_as_id_is_refused_unnamed(
    source: SS12000Source, server: SS12000Sandbox, field: str, number: str
) -> None:
    odd = server.add_grade(add_person(server, "prov"), CODE, "A", DAY)
    server.tables["grades"][odd][field] = number if field == "id" else {"id": number}
    pages = pull_all(source)
    assert [one.reason for page in pages for one in page.set_aside] == ["malformed"]
    assert number not in str(pages)


@pytest.mark.parametrize("fault", ["500", "truncated", "types"])
@pytest.mark.parametrize("path", ["persons/lookup", "/grades"])
def test_no_error_and_no_log_line_holds_it(
    source: SS12000Source, server: SS12000Sandbox, caplog: pytest.LogCaptureFixture, fault: str, path: str
) -> None:
    server.fail(fault, times=99, path=path)
    texts = []
    with caplog.at_level(logging.DEBUG):
        try:
            texts.append(str(pull_all(source)))
        except MimisError as error:
            texts += [str(error), repr(error), str(error.__cause__), str(error.__context__)]
    names = [name for one in LOADED for name in (one.learner.full_name, str(one.learner.email)) if name in caplog.text]
    assert (names, found_in(caplog.text + "".join(texts))) == ([], [])


def test_no_check_holds_it(source: SS12000Source, server: SS12000Sandbox) -> None:
    server.fail("types", times=99, path="lookup")
    assert found_in(str(list(source.check()))) == []


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (PersonRecord, {"id": "p", "civicNo": {"value": PERSONAL_NUMBER}, "norEduPersonNIN": PERSONAL_NUMBER}),
        (PersonRecord, {"id": "p", "birthDate": "1900-01-01", "addresses": [{"streetAddress": "Provgatan 1"}]}),
        (PersonRecord, {"id": "p", "responsibles": [{"person": {"id": PERSONAL_NUMBER}}]}),
        (
            GradeRecord,
            {
                "id": "g",
                "student": {"id": "p", "displayName": PERSONAL_NUMBER},
                "syllabus": {"id": "s"},
                "registeredDate": "2026-06-10",
                "finalGrade": True,
                "remark": PERSONAL_NUMBER,
                "adaptedStudyPlan": PERSONAL_NUMBER,
            },
        ),
    ],
)
def test_record_never_holds_it(kind: type[PersonRecord | GradeRecord], data: dict[str, Any]) -> None:
    record = read_record(kind, data)
    assert found_in(f"{record!r} {record.model_dump()}") == []


def test_secrets_are_in_no_text(server: SS12000Sandbox) -> None:
    with connect(server, client_secret="not the secret") as source:
        assert "not the secret" not in repr(source.settings)
        with pytest.raises(MimisError) as caught:
            pull_all(source)
        assert "not the secret" not in str(caught.value)
