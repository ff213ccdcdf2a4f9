"""What a recruiter is written about a share, in Swedish and English; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime, localtime

from mimis_ats.generic.mapping import mark_of
from mimis_ats.marks import digest
from mimis_core import TalentEntry

NEWS = "Mikromeriter att kontrollera / Micro-credentials to check"
TAKEN_BACK = "Mikromeriter är tillbakatagna / Micro-credentials were taken back"
INVITATION = (
    "En sökande har delat mikromeriter med er. Länken visar dem, vem som har utfärdat dem och om de gäller just nu.\n"
    "An applicant has shared micro-credentials with you. The link shows them, who issued them, and if they hold now."
)
REQUEST = (
    "Delningen är tillbakatagen eller har gått ut. Länken visar inget mer. Radera mejlen om den och filer från dem.\n"
    "The share was taken back or has ended. Its link shows nothing more. Delete the mails about it, and their files."
)


def version_of(entry: TalentEntry) -> str:
    """Changes whenever what the mail says does."""
    return digest(entry.model_dump_json(exclude={"candidate"}), 16)


def letter(entry: TalentEntry, sender: str, to: str, pdfs: Sequence[bytes] = ()) -> EmailMessage:
    """The mail that points to a share; sent again when how the share stands has changed."""
    titles = [f"- {title}: {issuer}" for title, issuer in entry.details.items()]
    message = _message(entry.key, version_of(entry), sender, to)
    message["Subject"] = NEWS
    message.set_content("\n\n".join([INVITATION, entry.url, "\n".join([entry.summary, *titles])]) + "\n", cte="8bit")
    for number, content in enumerate(pdfs, 1):
        name = f"mikromerit-{number}.pdf"
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message


def recall(key: str, sender: str, to: str) -> EmailMessage:
    """The mail that asks to delete those about a share. It names nobody."""
    message = _message(key, "gone", sender, to)
    message["Subject"] = TAKEN_BACK
    message.set_content(REQUEST + "\n", cte="8bit")
    return message


def _message(key: str, version: str, sender: str, to: str) -> EmailMessage:
    message, domain = EmailMessage(), sender.rpartition("@")[2].rstrip(">") or "mimis.invalid"
    message["From"], message["To"] = sender, to
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = f"<{mark_of(key)}.{version}@{domain}>"
    message["References"] = f"<{mark_of(key)}@{domain}>"  # which puts all mails about a share together
    message["Auto-Submitted"] = "auto-generated"
    return message
