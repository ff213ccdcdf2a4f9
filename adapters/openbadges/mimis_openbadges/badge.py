"""The format ``openbadge``: an Open Badge 3.0, unsigned."""

from __future__ import annotations

import json
from typing import ClassVar

from mimis_core import CredentialFacts, DataError, Document, Format, IssueOrder
from mimis_openbadges.document import build_document
from mimis_openbadges.read import read_facts
from mimis_openbadges.settings import BadgeSettings


class BadgeFormat(Format[BadgeSettings]):
    """Builds and reads Open Badges 3.0."""

    kind = "openbadge"
    proven = "third-party reports: read and verified by openbadgeslib, its contexts and JSON schemas"
    Settings = BadgeSettings
    media_type: ClassVar[str] = "application/vc"

    def build(self, order: IssueOrder) -> Document:
        """Build the badge; raises DataError when the learner has no name to put into it."""
        if not order.learner.full_name.strip():
            raise DataError(f"The badge {order.urn} would name nobody.", mend="Correct the learner's record.")
        text = json.dumps(build_document(order, self.settings), ensure_ascii=False, separators=(",", ":"))
        return Document(urn=order.urn, format=self.kind, media_type=self.media_type, content=text.encode())

    def read(self, content: bytes) -> CredentialFacts:
        """Read any Open Badge 3.0, signed or not."""
        return read_facts(content)
