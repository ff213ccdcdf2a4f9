"""A parcel as a mail message: plain text first, the sealed file attached."""

from __future__ import annotations

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime

from mimis_core import Parcel, PermanentError, Sealed

_NOT_IN_ADDRESS = r"\s\x00-\x1f\x7f@<>,;:\"()\[\]\\"
_ADDRESS = re.compile(rf"[^{_NOT_IN_ADDRESS}]{{1,64}}@[^{_NOT_IN_ADDRESS}.][^{_NOT_IN_ADDRESS}]{{0,250}}")


def is_address(text: str) -> bool:
    """Whether a text is one plain mail address, such as ``åsa@exempel.se``, and nothing that could carry more."""
    return _ADDRESS.fullmatch(text) is not None and text.isprintable()


def split_mailbox(text: str) -> tuple[str, str]:
    """Name and address of ``Name <address>`` or a bare address; a name may hold commas, with or without quotes."""
    text = text.strip()
    if not text.endswith(">"):
        return "", text
    name, _, address = text[:-1].rpartition("<")
    return _one_line(name).strip('"'), address.strip()


def envelope_address(text: str) -> str:
    """A mail address as SMTP wants it: a Swedish domain such as ``räksmörgås.se`` in its ASCII form.

    Raises PermanentError with code ``address`` when it is no single mail address; the text does not repeat it.
    """
    text = text.strip()
    local, _, domain = text.rpartition("@")
    try:
        if is_address(text):
            return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        pass
    raise PermanentError(
        "The delivery address is no e-mail address.", mend="Ask the learner for her e-mail address.", code="address"
    )


def message_id(key: str, sender: str) -> str:
    """The Message-ID of a parcel: the same at every try, and telling nothing about it."""
    domain = envelope_address(sender).rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def make_message(parcel: Parcel, sender: str, reply_to: str | None = None) -> EmailMessage:
    """The message for one parcel. Raises PermanentError when its address is none.

    Headers are built from parsed parts, and line ends in a subject become spaces: no text can add a header.
    """
    message = EmailMessage()
    message["From"] = _mailbox(sender)
    message["To"] = _mailbox(envelope_address(parcel.to))
    if reply_to is not None:
        message["Reply-To"] = _mailbox(reply_to)
    message["Subject"] = _one_line(parcel.subject)
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = message_id(parcel.key, split_mailbox(sender)[1])
    # Keeps holiday replies and mailing lists from answering a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(parcel.text, charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = _one_line(parcel.language)
    if parcel.sealed is not None:
        _attach(message, parcel.sealed)
    return message


def _attach(message: EmailMessage, sealed: Sealed) -> None:
    main, _, sub = sealed.media_type.partition(";")[0].strip().partition("/")
    known = re.fullmatch(r"[a-z]+/[A-Za-z0-9.+-]+", f"{main}/{sub}") and main != "multipart"
    message.add_attachment(
        sealed.content,
        maintype=main if known and main != "text" else "application",
        subtype=sub if known and main != "text" else "octet-stream",
        filename=re.sub(r'[/\\"]', "_", _one_line(sealed.filename)),
    )


def _mailbox(text: str) -> Address:
    name, address = split_mailbox(text)
    local, _, domain = envelope_address(address).rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
