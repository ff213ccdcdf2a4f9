"""One learner as the school sees her: who she is to its sources, what she has, and how that reached her."""

from __future__ import annotations

import json
from dataclasses import dataclass

from mimis_core.model import Learner
from mimis_core.services.award_pages import AwardLine, AwardPageServices
from mimis_core.services.learners import PROTECTED_NAME, erased
from mimis_core.services.views import CredentialView, DeliveryView
from mimis_core.store.record_tables import ErasureRow
from mimis_core.store.tables import IdentityRow, ShareRow


@dataclass(frozen=True)
class Known:
    """One source's name for her, and the further names that it has."""

    source: str
    key: str
    aliases: dict[str, str]


@dataclass(frozen=True)
class LearnerFile:
    """What a page shows of one learner. ``shares`` is how many are open: to whom is her own affair.

    Of a protected learner, or one who was erased, there is nothing but her id and the mark.
    """

    learner: Learner
    erased: bool = False
    identities: tuple[Known, ...] = ()
    credentials: tuple[CredentialView, ...] = ()
    awards: tuple[AwardLine, ...] = ()
    deliveries: tuple[DeliveryView, ...] = ()
    shares: int = 0


class LearnerFileServices(AwardPageServices):
    """Puts together what is held about one learner."""

    def learner_file(self, learner_id: str) -> LearnerFile:
        """All of it. Raises NotFoundError."""
        learner = self.learner(learner_id)
        with self.database.reading() as session:
            gone = session.scalar(erased(self.organisation).where(ErasureRow.learner_id == learner_id)) is not None
            if learner.protected:
                return LearnerFile(Learner(id=learner_id, full_name=PROTECTED_NAME, protected=True), erased=gone)
            identities = self._rows(session, IdentityRow, IdentityRow.learner_id == learner_id)
            shares = self._rows(session, ShareRow, ShareRow.learner_id == learner_id)
        return LearnerFile(
            learner=learner,
            erased=gone,
            identities=tuple(Known(row.source, row.key, json.loads(row.aliases or "{}")) for row in identities),
            credentials=tuple(self.credentials_of(learner_id)),
            awards=self.awards_of(learner_id),
            deliveries=tuple(sorted(self.deliveries_of(learner_id), key=lambda one: one.at, reverse=True)),
            shares=sum(self._state(row) == "active" for row in shares),
        )
