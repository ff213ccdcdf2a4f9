"""A stored credential as a page to print, where the format can draw one: made when somebody asks for it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from mimis_core.errors import NotFoundError
from mimis_core.model import Sealed
from mimis_core.services.renditions import RenditionServices


@runtime_checkable
class Prints(Protocol):
    """A format that draws its sealed files as pages; not all do."""

    def pdf(self, sealed: bytes, filename: str) -> bytes:
        """A sealed credential as a PDF with the file attached under this name."""


class PrintServices(RenditionServices):
    """Pages to print."""

    @property
    def can_print(self) -> bool:
        """Whether credentials come as pages here."""
        return isinstance(self._format, Prints)

    def printed(self, learner_id: str, credential_id: str) -> Sealed:
        """A learner's credential as a PDF, the sealed file in it. Nothing is stored.

        Raises NotFoundError, also where the format draws no pages.
        """
        sealed = self.sealed(learner_id, credential_id)
        if not isinstance(self._format, Prints):
            raise NotFoundError("Credentials of this format have no page to print.", code="unknown")
        return sealed.model_copy(
            update={
                "media_type": "application/pdf",
                "filename": f"{sealed.filename.partition('.')[0]}.pdf",
                "content": self._format.pdf(sealed.content, sealed.filename),
            }
        )
