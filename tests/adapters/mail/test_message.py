"""Parcels as messages: what they hold, and what no text can do to them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_mail.message import envelope_address, is_address, make_message, message_id

from mimis_core import Parcel, PermanentError, Sealed

SENDER = "Köksskolan, Örebro <bevis@skolan.example>"
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"]
BODY_HEADERS = ["Content-Type", "Content-Transfer-Encoding", "Content-Language"]


def sent(parcel: Parcel, reply_to: str | None = None) -> EmailMessage:
    """The message after its way over the wire."""
    content = make_message(parcel, SENDER, reply_to).as_bytes(policy=SMTP.clone(cte_type="7bit"))
    assert content.isascii()
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_message_holds_plain_text(parcel: Parcel) -> None:
    message = sent(parcel)
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == parcel.text
    assert message["Subject"] == parcel.subject
    assert message["Content-Language"] == "sv"


def test_names_keep_their_letters(parcel: Parcel) -> None:
    message = sent(parcel, "Åsa på skolan <asa@skolan.example>")
    assert message["From"].addresses[0].display_name == "Köksskolan, Örebro"
    assert message["Reply-To"].addresses[0].addr_spec == "asa@skolan.example"
    assert message["To"] == parcel.to


def test_sealed_file_is_attached_exactly(parcel: Parcel, sealed: Sealed) -> None:
    message = sent(parcel.model_copy(update={"sealed": sealed}))
    text, attached = message.iter_parts()
    assert (text.get_content_type(), attached.get_content_type()) == ("text/plain", "application/ld+json")
    assert attached.get_filename() == "mikromerit-kök.jsonld"
    assert attached.get_content() == sealed.content


@pytest.mark.parametrize(
    "kind", ["", "text/html", "multipart/mixed", "a/b\r\nBcc: x@y.se", "application/jose+json; v=1"]
)
def test_odd_media_type_is_harmless(parcel: Parcel, sealed: Sealed, kind: str) -> None:
    odd = sealed.model_copy(update={"media_type": kind, "filename": '../"x"\r\nBcc: y.jsonld'})
    message = sent(parcel.model_copy(update={"sealed": odd}))
    *_, attached = message.iter_parts()
    assert attached.get_content_type() in ("application/octet-stream", "application/jose+json")
    assert attached.get_filename() == ".._" + "_x_ Bcc: y.jsonld"
    assert "Bcc" not in message


def test_same_key_gives_same_id(parcel: Parcel) -> None:
    first, second = sent(parcel)["Message-ID"], sent(parcel.model_copy(update={"subject": "Annat"}))["Message-ID"]
    assert first == second == message_id(parcel.key, "bevis@skolan.example")
    assert first != sent(parcel.model_copy(update={"key": "delivery-18"}))["Message-ID"]
    assert parcel.key not in first


@given(text=st.text(alphabet="ab åÅ.=\n", max_size=400))
def test_any_body_arrives_unchanged(text: str) -> None:
    message = sent(Parcel(key="k", to="a@b.se", text=text))
    assert message.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


@given(texts=st.tuples(*[st.text(max_size=60) | st.text(alphabet="a:\r\n <>@\x85\u2028", max_size=30)] * 3))
def test_no_text_adds_a_header(texts: tuple[str, str, str]) -> None:
    key, subject, language = texts
    message = sent(Parcel(key=key, to="a@b.se", subject=subject, language=language))
    assert sorted(message.keys()) == sorted(HEADERS + BODY_HEADERS)
    assert [address.addr_spec for address in message["To"].addresses] == ["a@b.se"]


@given(to=st.text(max_size=40) | st.text(alphabet="ab@.,<>\r\n: ;", max_size=20))
def test_any_address_is_one_or_refused(to: str) -> None:
    try:
        message = make_message(Parcel(key="k", to=to), SENDER)
    except PermanentError:
        return
    assert len(message["To"].addresses) == 1
    assert sorted(message.keys()) == sorted(HEADERS + BODY_HEADERS)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "asa",
        "@b.se",
        "a@",
        "a@.se",
        "a@b.se,c@d.se",
        "Åsa <a@b.se>",
        "a b@c.se",
        "a@b.se\r\nRCPT TO:<x@y.se>",
        "a@b@c.se",
        "a\u200b@b.se",
    ],
)
def test_what_is_no_address_is_refused(to: str) -> None:
    assert not is_address(to)
    with pytest.raises(PermanentError) as caught:
        envelope_address(to)
    assert not to or to not in str(caught.value)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (" a@b.se ", "a@b.se"),
        ("a@räksmörgås.se", "a@xn--rksmrgs-5wao1o.se"),
        ("åsa@exempel.se", "åsa@exempel.se"),
        ("o'neill+kurs@exempel.se", "o'neill+kurs@exempel.se"),
    ],
)
def test_address_is_made_ready_for_smtp(to: str, expected: str) -> None:
    assert envelope_address(to) == expected
