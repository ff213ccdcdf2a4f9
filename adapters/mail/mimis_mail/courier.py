"""Delivery by mail: notices to learners, with or without the sealed file."""

from __future__ import annotations

from collections.abc import Iterable
from email.policy import SMTP, SMTPUTF8

from mimis_core import Courier, Finding, MimisError, Parcel, Receipt
from mimis_mail.message import envelope_address, make_message
from mimis_mail.settings import MailSettings
from mimis_mail.smtp import conversation


class MailCourier(Courier[MailSettings]):
    """Hands messages to a mail server, each at most once.

    A mail server cannot be asked what it already has. So a message whose fate is unknown is never sent again by
    itself (PermanentError with code ``doubt``), and ``Receipt.already`` is never set. The Message-ID follows from the
    parcel's key: what a person sends again after a doubt carries the same one, by which mail programs know a double.
    """

    kind = "mail"
    proven = "real system: SMTP with STARTTLS and sign-in, spoken with aiosmtpd"
    Settings = MailSettings

    def deliver(self, parcel: Parcel) -> Receipt:
        """Send the parcel's text to its address, with the sealed file attached when there is one."""
        to = envelope_address(parcel.to)
        message = make_message(parcel, self.settings.sender, self.settings.reply_to)
        reference = str(message["Message-ID"])
        content = message.as_bytes(policy=SMTP.clone(cte_type="7bit") if to.isascii() else SMTPUTF8)
        sender = envelope_address(self.settings.sender_address)
        with conversation(self.settings) as server:
            server.send(sender, to, content, reference)
        return Receipt(courier=self.name, reference=reference)

    def check(self) -> Iterable[Finding]:
        """Whether the server answers, encrypts and lets us sign in; nothing is sent."""
        subject = f"courier {self.name}"
        try:
            with conversation(self.settings):
                pass
        except MimisError as error:
            mend = error.mend or "Check host and port."
            return (Finding(subject=subject, status="error", message=error.message, mend=mend),)
        answered = Finding(subject=subject, status="ok", message="The mail server answers.")
        return (answered, *self._reminders(subject))

    def _reminders(self, subject: str) -> Iterable[Finding]:
        if not self.settings.is_encrypted and not self.settings.is_local:
            yield Finding(
                subject=subject,
                status="warning",
                message="Messages travel unencrypted to the mail server.",
                mend="Turn on starttls or ssl.",
            )
        if self.settings.reply_to is None and not self.settings.is_local:
            yield Finding(
                subject=subject,
                status="warning",
                message="Messages ask learners to reply, and the reply goes to the sender address.",
                mend="Set reply_to to an address that a person reads, or see that someone reads the sender's.",
            )
