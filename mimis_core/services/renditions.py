"""A stored credential once more in a further format, such as an Open Badge: built when somebody asks for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from mimis_core.errors import ConfigurationError, UserError
from mimis_core.kinds import Format, Sealer, Signer
from mimis_core.model import Achievement, CredentialStatus, IssueOrder, Sealed
from mimis_core.pipeline import issue
from mimis_core.services.learners import to_learner
from mimis_core.services.orders import OrderServices, to_award
from mimis_core.store.tables import AwardRow, CredentialRow, LearnerRow


class RenditionServices(OrderServices):
    """Further formats of what was issued, by the tables ``[formats.NAME]``."""

    def renditions(self) -> list[str]:
        """Names of the further formats that are configured."""
        return list(self.settings.formats)

    def rendition(self, learner_id: str, credential_id: str, format_name: str) -> Sealed:
        """The credential in one of the further formats, as the same person's, with the same dates and status place.

        Raises NotFoundError, ConfigurationError for a format that is not configured, and UserError when the credential
        is not in force or its holder's identity is protected. Nothing is stored.
        """
        format_, sealer, signer = self._tools(format_name)
        with self.database.reading() as session:
            row = self._credential_of(session, learner_id, credential_id)
            learner = self._get(session, LearnerRow, learner_id, "learner")
            self._refuse_rendition(row, learner)
            order = self._order_again(session, row, learner)
        return issue(order, format_, sealer, signer)

    def _refuse_rendition(self, row: CredentialRow, learner: LearnerRow) -> None:
        status = self._status(row).status
        if status is not CredentialStatus.ACTIVE:
            mend = "Take the newer one." if status is CredentialStatus.SUPERSEDED else None
            raise UserError(f"Credential {row.id} is {status.value}: no further file of it is made.", mend=mend)
        if learner.protected:
            raise UserError("No further file is made for a person with protected identity.", mend="Talk to the school.")

    def _order_again(self, session: Session, row: CredentialRow, learner: LearnerRow) -> IssueOrder:
        """What it was issued from: its own snapshot of the catalogue entry, and its own dates and places."""
        achievement = Achievement.model_validate_json(row.achievement)
        older = session.get(CredentialRow, row.supersedes_id) if row.supersedes_id else None
        return IssueOrder(
            urn=row.urn,
            award=to_award(self._get(session, AwardRow, row.award_id, "award")),
            achievement=achievement,
            learner=to_learner(learner),
            issuer=self.settings.organisation,
            owner=self.owner(achievement.owner),
            issued_at=row.issued_at,
            valid_until=row.valid_until,
            status_url=f"{self.settings.base_url}/status/{row.public_id}",
            public_url=f"{self.settings.base_url}/c/{row.public_id}",
            status_list_url=self.status_list_address(row.status_list),
            status_index=row.status_index,
            show_birth_date=self.settings.show_birth_date,
            mandate=self._mandate(session, achievement, row.issued_at),
            supersedes=older.urn if older else None,
        )

    def _tools(self, name: str) -> tuple[Format[Any], Sealer[Any], Signer[Any]]:
        """Format, sealer and signer of a table; the school's own where it has none of the last two."""
        if name not in self.settings.formats:
            known = ", ".join(self.settings.formats) or "none"
            raise ConfigurationError(
                f"No further format is called {name!r}; configured are: {known}.",
                mend=f"Add [formats.{name}] to mimis.toml; docs/settings.md says what it may hold.",
            )
        table = {"kind": name, **self.settings.formats[name]}
        sealer, signer = table.pop("sealer", None), table.pop("signer", None)
        # Kept under a name of its own: the main format may be called the same.
        own = f"formats.{name}"
        return (
            self._open("format", own, table),
            self._open("sealer", own, sealer) if sealer is not None else self._sealer,
            self._open("signer", own, signer) if signer is not None else self._signer,
        )
