"""Credentials as pages to print, or as a CV, where the format can make them: made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from mimis_core.errors import NotFoundError, UserError
from mimis_core.model import Sealed
from mimis_core.services.renditions import RenditionServices
from mimis_core.services.shares import ShareServices
from mimis_core.store.tables import ShareRow


@runtime_checkable
class Prints(Protocol):
    """A format that draws its sealed files as pages; not all do."""

    def pdf(self, sealed: bytes, filename: str, share: tuple[str, date] | None = None) -> bytes:
        """A sealed credential as a PDF with the file attached under this name.

        With the address and the last day of a share it leads there, and not to the credential's public page.
        """


@runtime_checkable
class WritesCurricula(Protocol):
    """A format that draws up a CV from its sealed files; not all do."""

    def curriculum(self, contents: Sequence[bytes], language: str, now: datetime) -> bytes:
        """The CV in ``sv`` or ``en``. Raises UserError when there is no file, or they are several people's."""


class PrintServices(RenditionServices, ShareServices):
    """Pages to print, and CVs."""

    @property
    def can_print(self) -> bool:
        """Whether credentials come as pages here."""
        return isinstance(self._format, Prints)

    def printed(self, learner_id: str, credential_id: str) -> Sealed:
        """A learner's credential as a PDF, the sealed file in it. Nothing is stored.

        Raises NotFoundError, also where the format draws no pages.
        """
        return self._as_page(self.sealed(learner_id, credential_id), None)

    def printed_for(self, learner_id: str, share_id: str, credential_id: str) -> Sealed:
        """A credential that a learner shares, as a PDF to send with an application: its code leads to the share.

        No look is recorded, for she makes it herself. Raises as :meth:`printed`, and NotFoundError too for a share that
        is not hers or not open, is without her name, or is addressed to an employer, who opens it and needs no link.
        """
        with self.database.reading() as session:
            row = self._get(session, ShareRow, share_id, "share")
            share = self._share_view(session, self._active(session, row if row.learner_id == learner_id else None))
        shown = {one.id for one in share.credentials}
        if share.anonymous or share.partner or credential_id not in shown:
            raise NotFoundError(f"Share {share_id!r} has no such page.", code="unknown")
        return self._as_page(self.sealed(learner_id, credential_id), (share.url, share.until))

    def open_printed(self, token: str, viewer: str, number: int) -> Sealed:
        """Open a share by its link for the PDF of one of its credentials, counted from 1, and record the look.

        Raises as :meth:`open_share` and :meth:`printed`; a share without a name has no files and so no pages.
        """
        opened = self.open_share(token, viewer)
        sealed = opened.credentials[number - 1].sealed if 0 < number <= len(opened.credentials) else None
        if sealed is None:
            raise NotFoundError(f"The share has no file {number}.", code="unknown")
        return self._as_page(sealed, (opened.share.url, opened.share.until))

    def _as_page(self, sealed: Sealed, share: tuple[str, date] | None) -> Sealed:
        if not isinstance(self._format, Prints):
            raise NotFoundError("Credentials of this format have no page to print.", code="unknown")
        name = sealed.filename.partition(".")[0]
        return sealed.model_copy(
            update={
                "media_type": "application/pdf",
                "filename": f"{name}-application.pdf" if share else f"{name}.pdf",
                "content": self._format.pdf(sealed.content, sealed.filename, share),
            }
        )

    def curriculum(self, contents: Sequence[bytes], language: str) -> bytes:
        """A CV that these sealed files make, in ``sv`` or ``en``. Nothing is stored.

        Raises UserError: with the code ``format`` where the format writes none, and for no file or several people's.
        """
        if not isinstance(self._format, WritesCurricula):
            raise UserError("Credentials of this format make no CV.", code="format")
        return self._format.curriculum(contents, language, self.clock())
