"""A credential of another issuer that a learner hands in, to count as a part of a larger one."""

from __future__ import annotations

import base64
import hashlib

from sqlalchemy.orm import Session

from mimis_core.errors import UserError
from mimis_core.model import Achievement, Attachment, Completion, CompletionKind, CredentialFacts
from mimis_core.services.intake import Run
from mimis_core.services.pulls import PullServices
from mimis_core.services.stacking import HANDED_IN, PARTS, PREFIX, part_module
from mimis_core.services.texts import in_swedish, plain
from mimis_core.store.tables import LearnerRow

ANY = "*"
"""Stands in ``parts_from`` for every trusted issuer."""


class AddedPartServices(PullServices):
    """Takes such files in, each once."""

    def takes_parts(self) -> bool:
        """Whether some entry lets credentials of others count."""
        return any(entry.parts_from for entry in self.catalogue.latest())

    def add_part(self, learner_id: str, part_file: bytes) -> Achievement:
        """Let a sealed file count as her part; gives the entry that it counts as. The same file again changes nothing.

        The file is checked now, down to its status. Raises DataError for what is no credential, and UserError with a
        code: ``invalid`` or ``unknown`` (the check), ``name`` (it is somebody else's), ``own`` (the school's own count
        by themselves), ``not_asked`` (no entry takes it from that issuer), ``protected``.
        """
        facts = self.read(part_file)
        self._refuse_unverified(part_file)
        with self._transaction() as session:
            learner = self._get(session, LearnerRow, learner_id, "learner")
            part = self._accepting(facts, learner)
            self._count(session, learner, self._as_completion(session, learner, facts, part_file, part))
        return part

    def _refuse_unverified(self, content: bytes) -> None:
        verdict = self.verify(content, fresh=True).verdict
        if verdict == "invalid":
            raise UserError("The credential does not hold.", mend="Ask its issuer.", code="invalid")
        if verdict == "unknown":
            raise UserError("The credential cannot be checked now.", mend="Try again later.", code="unknown")

    def _accepting(self, facts: CredentialFacts, learner: LearnerRow) -> Achievement:
        """The entry that the credential counts as."""
        if learner.protected:
            raise UserError("A person with protected identity hands it to the school.", code="protected")
        if plain(facts.learner_name or "") != plain(learner.full_name):
            raise UserError("The name in the credential is another one.", mend="Talk to the school.", code="name")
        if facts.issuer_eidas == self.settings.organisation.eidas:
            raise UserError("Credentials of this school count by themselves.", code="own")
        entries = {entry.id: entry for entry in self.catalogue.latest()}
        for whole in entries.values():
            if not {ANY, facts.issuer_eidas} & set(whole.parts_from):
                continue
            for need in whole.earned_by:
                part = entries.get(need.module.removeprefix(PREFIX)) if need.module.startswith(PREFIX) else None
                if part is not None and _same_title(part.title, facts.title):
                    return part
        raise UserError("No larger qualification here asks for it.", mend="Talk to the school.", code="not_asked")

    def _as_completion(
        self, session: Session, learner: LearnerRow, facts: CredentialFacts, content: bytes, part: Achievement
    ) -> Completion:
        """The credential as something completed, with the file for the teacher to look at."""
        file = base64.b64encode(content).decode()
        return Completion(
            source=PARTS,
            key=HANDED_IN + hashlib.sha256(facts.urn.encode()).hexdigest(),  # an id may be of any kind and length
            learner=self._known_as(session, {learner.id: learner})[learner.id],
            module=part_module(part.id),
            title=in_swedish(facts.title),
            completed_at=facts.issued_at or self.clock(),
            kind=CompletionKind.CREDENTIAL,
            by=in_swedish(facts.issuer_name),
            evidence=f"Beviset kontrollerades {self.clock().date().isoformat()} och gällde då.",
            document=Attachment(title=facts.title, media_type="application/json", content=file),
        )

    def _count(self, session: Session, learner: LearnerRow, made: Completion) -> None:
        if self._completions_at(session, [(made.source, made.key)]):
            return
        absorbed = self._absorb(session, (made,), Run(self.clock(), counted=False))
        self._audit(session, learner.id, "part.add", absorbed.rows[made.source, made.key].id)
        self._match(session, absorbed.learners)


def _same_title(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two texts agree in a language that both have."""
    return any(plain(one[code]) == plain(other[code]) for code in one.keys() & other.keys())
