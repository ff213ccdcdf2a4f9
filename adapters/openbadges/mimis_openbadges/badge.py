"""The format ``openbadge``: an Open Badge 3.0, unsigned."""

from __future__ import annotations

import json
from datetime import datetime
from typing import ClassVar

from mimis_core import (
    Achievement,
    CredentialFacts,
    DataError,
    Document,
    Format,
    IssueOrder,
    Organisation,
    Trust,
    Verdict,
)
from mimis_core.services import EndorsementFacts, EndorsementOrder
from mimis_openbadges import endorsement
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

    def endorsed_id(self, achievement: Achievement, owner: Organisation) -> str:
        """What an endorsement of this version of an achievement names."""
        return endorsement.endorsed_id(achievement, owner)

    def write_endorsement(self, order: EndorsementOrder, by: Organisation, now: datetime) -> Document:
        """An unsigned endorsement, for the sealer ``vc-jwt``."""
        return endorsement.write_endorsement(order, by, now)

    def read_endorsement(self, content: bytes, trust: Trust) -> tuple[EndorsementFacts | None, Verdict]:
        """What an endorsement says, and whether it holds; no facts for a file that is none."""
        return endorsement.read_endorsement(content, trust)
