"""What comes in: share JSON, links, organisation numbers, and proofs of domains."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_ats.domain_proof import normalise_domain, prove_domain
from mimis_ats.intake import issuer_of_link, read_share, read_share_file
from mimis_ats.issuer import open_link
from mimis_ats.organisation_number import check_digit, normalise

from mimis_core import DataError, MimisError, NotFoundError, PermanentError, TemporaryError, UserError
from mimis_core.testing import Answer

ISSUER = "https://school.example"
PROBLEM, UNKNOWN = "application/problem+json", b'{"code": "unknown"}'
BODY: dict[str, Any] = {
    "share": {"id": "s1", "purpose": "P", "until": "2026-12-24", "application_email": "a@example.org"},
    "learner_name": "Amina",
    "credentials": [{"urn": "urn:credential:1", "title": {"sv": "T"}, "issuer": {"sv": "I"}, "sealed": None}],
}


def with_sealed(sealed: Any) -> dict[str, Any]:
    """A share whose credential is handed over like this."""
    return {**BODY, "credentials": [{**BODY["credentials"][0], "sealed": sealed}]}


@pytest.mark.parametrize(
    "sealed",
    [
        {"filename": "b.json", "media_type": "application/json", "content": base64.b64encode(b'{"a": 1}').decode()},
        base64.b64encode(b'{"a": 1}').decode(),
        '{"a": 1}',
        {"a": 1},
    ],
)
def test_sealed_file_in_any_wrapping(sealed: Any) -> None:
    content = read_share(with_sealed(sealed), ISSUER).credentials[0].content
    assert content is not None
    assert json.loads(content) == {"a": 1}


def test_plain_texts_are_swedish() -> None:
    one = {"urn": "u", "title": "Svetsning", "issuer": "Skolan", "sealed": None, "status": {"any": "shape"}}
    share = read_share({**BODY, "credentials": [one]}, ISSUER)
    assert share.credentials[0].title == {"sv": "Svetsning"}


@pytest.mark.parametrize(
    ("url", "link"),
    [(f"{ISSUER}/s/t", f"{ISSUER}/s/t"), ("https://evil.example/s/t", None), (f"{ISSUER}.evil.example/s/t", None)],
)
def test_link_stands_with_issuer(url: str, link: str | None) -> None:
    body = {**BODY, "share": {**BODY["share"], "url": url}}
    assert read_share(body, ISSUER).link == link


@pytest.mark.parametrize("body", [None, [], {}, {"share": {}, "credentials": []}, {**BODY, "credentials": [{}]}])
def test_odd_share_is_data_error(body: Any) -> None:
    with pytest.raises(DataError):
        read_share(body, ISSUER)


@pytest.mark.parametrize(("content", "found"), [(json.dumps(BODY), True), ('{"payload": ""}', False), ("x", False)])
def test_saved_share_is_recognised(content: str, found: bool) -> None:
    share = read_share_file(content.encode())
    assert (share is not None) == found
    assert share is None or (share.issuer, share.link) == ("file", None)


@pytest.mark.parametrize(
    "link",
    [
        "https://school.example",
        "https://school.example/s/",
        "http://school.example/s/t",
        "ftp://school.example/s/t",
        "https://user:secret@school.example/s/t",
        "https://school.example/?u=/s/t",
    ],
)
def test_odd_link_is_refused(link: str) -> None:
    with pytest.raises(UserError):
        issuer_of_link(link)


def test_link_is_asked_for_json(web: Any) -> None:
    web.reply = Answer.of(BODY)
    share = open_link(f"{web.url}/s/token")
    assert (share.issuer, share.link) == (web.url, f"{web.url}/s/token")
    assert web.requests[0].headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Answer.of({}, 410), NotFoundError),
        (Answer(404, UNKNOWN, PROBLEM), NotFoundError),
        (Answer(404, b"{}", PROBLEM), TemporaryError),
        (Answer(404, b"[", PROBLEM), TemporaryError),
        (Answer(404, b"<html>", "text/html"), TemporaryError),
        (Answer(302, headers={"Location": "https://evil.example/"}), TemporaryError),
        (Answer(200, b"<html>", "text/html"), TemporaryError),
        (Answer.of({"share": 1}), DataError),
    ],
)
def test_odd_share_page_is_told(web: Any, reply: Answer, error: type[MimisError]) -> None:
    web.reply = reply
    with pytest.raises(error):
        open_link(f"{web.url}/s/token")


# Organisation numbers ------------------------------------------------------------------------------------------------

NUMBERS = ["212000-0142", "202100-6883", "802464-0149", "556036-0793", "802002-6509", "212000-9903", "559000-0005"]


@pytest.mark.parametrize("number", NUMBERS)
def test_real_number_has_many_forms(number: str) -> None:
    digits = number.replace("-", "")
    assert {normalise(text) for text in (number, digits, f"16{digits}", f" 16{number} ")} == {number}


@given(st.from_regex(r"[1-9][0-9][2-9][0-9]{6}", fullmatch=True), st.integers(1, 9))
def test_only_right_check_digit_passes(nine: str, step: int) -> None:
    right = check_digit(nine)
    wrong = str((int(right) + step) % 10)
    assert normalise(nine + right) == f"{nine[:6]}-{nine[6:]}{right}"
    with pytest.raises(UserError):
        normalise(nine + wrong)


@given(st.from_regex(r"[0-9]{2}[01][0-9]{6}", fullmatch=True))
def test_personal_number_is_never_taken(nine: str) -> None:
    with pytest.raises(UserError) as caught:
        normalise(nine + check_digit(nine))
    assert caught.value.code == "personal"
    assert nine not in str(caught.value)


@given(st.text(max_size=14))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        normalise(f"x{text}")
    assert caught.value.mend


# Proof of domain -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "domain"), [("Saab.com", "saab.com"), ("åäö.se", "xn--4cab6c.se"), ("jobb.a-b.se.", "jobb.a-b.se")]
)
def test_domain_has_one_form(text: str, domain: str) -> None:
    assert normalise_domain(text) == domain


@pytest.mark.parametrize("text", ["saab", "127.0.0.1", "https://saab.com", "a b.se", "", "-a.se", "saab.com:443"])
def test_odd_domain_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        normalise_domain(text)


@pytest.mark.parametrize("text", ["556036-0793", "5560360793", "165560360793"])
def test_right_proof_is_accepted(web: Any, text: str) -> None:
    web.reply = Answer.of({"registration": text})
    prove_domain("556036-0793", "saab.com", f"{web.url}/proof.json")


@pytest.mark.parametrize(
    "reply",
    [
        Answer.of({"registration": "212000-0142"}),
        Answer.of({"registration": "rubbish"}),
        Answer.of({}),
        Answer.of([]),
        Answer(404),
        Answer(302, headers={"Location": "/elsewhere"}),
    ],
)
def test_wrong_proof_is_refused(web: Any, reply: Answer) -> None:
    web.reply = reply
    with pytest.raises(PermanentError) as caught:
        prove_domain("556036-0793", "saab.com", f"{web.url}/proof.json")
    assert caught.value.mend
    assert len(web.requests) == 1


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/p", "http://saab.com/p", "http://127.0.0.1.saab.com/p", "http://127.0.0.1@saab.com/p"]
)
def test_proof_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(UserError):
        prove_domain("556036-0793", "saab.com", url)
