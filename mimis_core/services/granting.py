"""Granting and ending a right whole: the owner's half and the issuer's, which each have a record of their own.

The halves may be in different databases, so each step can be repeated, and what is interrupted has let too little be
issued and never too much.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from mimis_core.errors import ConfigurationError, NotFoundError
from mimis_core.model import LangMap, Model
from mimis_core.services.base import ServicesBase
from mimis_core.services.organisations import neighbours, open_neighbour
from mimis_core.services.rights import Right, RightServices
from mimis_core.services.texts import in_swedish
from mimis_core.settings import load_settings


class Granted(Model):
    """A right that is in force, and how many awards had waited for it and are taken up."""

    right: Right
    taken_up: int


class GrantServices(RightServices):
    """Rights of one organisation together with another one of its installation."""

    def possible_issuers(self) -> tuple[str, ...]:
        """Ids of the other organisations of this installation, in order."""
        return tuple(sorted(set(neighbours(self.settings.folder).known) - {self.organisation}))

    def issuer_names(self) -> dict[str, LangMap]:
        """Names of the other organisations of this installation by their ids; of one whose file is broken, its id."""
        known = neighbours(self.settings.folder).known
        return {id: _name(id, known[id]) for id in self.possible_issuers()}

    def grant_right(self, achievement_id: str, issuer: str, by: str, statement: str | None = None) -> Granted:
        """Let another organisation issue; may be repeated.

        Arguments:
            statement: the decision in words, as it stands in the credentials; without one, a sentence of ours.

        Raises NotFoundError for an organisation that is not of this installation, and as :meth:`give_right` does.
        """
        with open_neighbour(self, issuer) as other:
            right = self.give_right(achievement_id, issuer, by, statement or self._sentence(achievement_id, other))
            return Granted(right=right, taken_up=other.take_right(right))

    def stop_right(self, number: str, by: str) -> bool:
        """Let nothing more be issued by a right; what was issued stays valid. May be repeated.

        The other's record is ended first, so that what is interrupted has stopped the issuer. False when the other
        organisation is not of this installation any more, and its record could not be ended. Raises NotFoundError.
        """
        right = self.right(number)
        other = right.issuer if right.owner == self.organisation else right.owner
        ended = True
        with ExitStack() as stack:
            try:
                stack.enter_context(open_neighbour(self, other)).end_right(number, by)
            except NotFoundError:
                ended = False
        self.end_right(number, by)
        return ended

    def right(self, number: str) -> Right:
        """One right that was given or taken. Raises NotFoundError."""
        for one in self.rights():
            if one.number == number:
                return one
        raise NotFoundError(f"There is no right {number!r} here.", mend="See: mimis rights list", code="unknown")

    def _sentence(self, achievement_id: str, other: ServicesBase) -> str:
        """The decision in Swedish, which it is taken in, by the names that people know."""
        owner, issuer = (in_swedish(one.settings.organisation.legal_name) for one in (self, other))
        entry = self.catalogue.get(achievement_id)
        return f"{owner} låter {issuer} utfärda ”{in_swedish(entry.title) if entry else achievement_id}”."


def _name(id: str, folder: Path) -> LangMap:
    try:
        return load_settings(folder).organisation.legal_name
    except ConfigurationError:  # who mends it is told by every command; here its id still says who is meant
        return {"sv": id}
