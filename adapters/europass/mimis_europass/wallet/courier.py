"""Delivery of sealed credentials to a Europass wallet."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from mimis_core import Courier, Finding, MimisError, Parcel, PermanentError, Receipt
from mimis_europass.wallet.address import deposit_path
from mimis_europass.wallet.client import WalletClient
from mimis_europass.wallet.settings import EuropassSettings


class EuropassCourier(Courier[EuropassSettings]):
    """Puts credentials into the wallet that the learner names, or into one that is made for her e-mail address."""

    kind = "europass"
    proven = "vendor documents: source code of the Commission's wallet (edci-wallet)"
    Settings = EuropassSettings

    @cached_property
    def _client(self) -> WalletClient:
        return WalletClient(self.settings)

    def deliver(self, parcel: Parcel) -> Receipt:
        """Deposit the parcel's sealed file. The wallet knows each credential by its id, so repeating doubles nothing.

        The receipt's ``url`` is known only from the first deposit's answer: a wallet that has the credential already
        does not say where it can be viewed.
        """
        path = deposit_path(parcel.to)
        if parcel.sealed is None:
            raise PermanentError("There is no sealed file to deliver: a wallet takes nothing else.", code="empty")
        done = self._client.deposit(
            path,
            file_name(parcel.sealed.urn),
            parcel.sealed.content,
            send_email=self.settings.send_email,
            locale=parcel.language,
        )
        return Receipt(courier=self.name, reference=parcel.sealed.urn, url=done.viewer_url, already=done.already)

    def check(self) -> Iterable[Finding]:
        """Whether the wallet answers as one, and what production asks for beyond that."""
        subject = f"courier {self.name}"
        try:
            self._client.probe()
        except MimisError as error:
            mend = error.mend or "Check url and whether the wallet is up."
            return (Finding(subject=subject, status="error", message=error.message, mend=mend),)
        answered = Finding(subject=subject, status="ok", message="The wallet answers.")
        return (answered, *self._reminders(subject))

    def close(self) -> None:
        """Close the connections to the wallet, if any were made."""
        if "_client" in self.__dict__:
            self._client.close()

    def _reminders(self, subject: str) -> Iterable[Finding]:
        if self.settings.is_local:
            return
        if not self.settings.is_encrypted:
            yield Finding(
                subject=subject,
                status="error",
                message="Credentials would travel unencrypted.",
                mend="Use the wallet's https address.",
            )
        yield Finding(
            subject=subject,
            status="warning",
            message="The real Europass takes credentials only from registered issuers with a qualified seal.",
            mend="Register with Europass before the first delivery, and seal with a qualified certificate.",
        )


def file_name(urn: str) -> str:
    """Name of the file on its way: from the credential's id, so that it tells nothing about the learner."""
    return f"{urn.rpartition(':')[2]}.jsonld"
