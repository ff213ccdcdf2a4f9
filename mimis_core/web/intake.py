"""How pages take in and read shares of other issuers: an adapter offers itself, and pages of another one ask it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from flask import Flask, current_app

from mimis_core.errors import ConfigurationError

if TYPE_CHECKING:
    from mimis_core.services import ImportedShare

KEY = "mimis_intake"
READER = "mimis_share_reader"


@dataclass(frozen=True)
class TakenIn:
    """What became of a share; ``errors`` says which recruitment systems did not take part, and are tried again."""

    share: ImportedShare
    errors: tuple[str, ...] = ()


class Intake(Protocol):
    """Takes in what a recruiter was given: verifies it and writes it where its person is found. ``by`` is her id.

    Methods raise NotFoundError for a share that is gone, TemporaryError when nobody answers, and UserError or DataError
    for what is no share and no sealed file.
    """

    def take_link(self, link: str, by: str, candidate_email: str | None = None) -> TakenIn:
        """Open a share by its link, which must lead to a public address; an address says to whom it is written."""
        ...

    def take_file(self, content: bytes, by: str) -> TakenIn:
        """Take in a sealed file, or a share that was saved as JSON."""
        ...

    def check_again(self, share: ImportedShare, by: str) -> TakenIn:
        """Ask again how a share and its credentials stand."""
        ...

    def place(self, share: ImportedShare, by: str, candidate_email: str) -> TakenIn:
        """Write a share to the candidate with this address, as a recruiter has decided."""
        ...


def offer_intake(app: Flask, intake: Intake) -> None:
    """Let the pages of an app take in shares this way."""
    app.extensions[KEY] = intake


def current_intake() -> Intake:
    """The intake of the running app. Raises ConfigurationError when no adapter offers one."""
    if KEY not in current_app.extensions:
        raise ConfigurationError("No adapter takes in shares.", mend="Install mimis with the extra 'ats'.")
    found: Intake = current_app.extensions[KEY]
    return found


class ShareReader(Protocol):
    """Reads a share of another issuer for anybody who has its link. Nothing is kept."""

    def read(self, link: str) -> list[bytes]:
        """The sealed files in a share; none when it is without a name. The issuer records it as a look.

        Raises UserError with the code ``link`` for an address that may not be asked, NotFoundError for a share that is
        gone, DataError for an answer that is none, and TemporaryError when none came in time.
        """
        ...


def offer_share_reader(app: Flask, reader: ShareReader) -> None:
    """Let the pages of an app read shares of other issuers this way."""
    app.extensions[READER] = reader


def current_share_reader() -> ShareReader | None:
    """The reader of the running app; None when no adapter offers one."""
    found: ShareReader | None = current_app.extensions.get(READER)
    return found
