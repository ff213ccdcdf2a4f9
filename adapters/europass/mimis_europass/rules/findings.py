"""What is wrong with a document: a code and a place, which ``sentences`` puts into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

OTHER_CONTEXT = "it names other contexts, so it is of another version of the profile"


class Finding(NamedTuple):
    """One finding. It never holds a value of the document, only names and the ids that the document gives itself."""

    code: str
    kind: str
    """The class, as an IRI (shapes) or as the document names it; empty for the document as a whole."""
    path: str
    """The property's IRI (shapes), or the key."""
    detail: str = ""
    """A datatype, a list, a part or an element of Annex I."""
    node: str = ""
    """The id of the object; empty when it has none."""


def told(name: str) -> str:
    """How a finding names a node: by its id, but not by the label that a reader makes up for want of one."""
    return "" if name.startswith("_:") else name


@dataclass(frozen=True)
class ShapesReport:
    """What the official shapes say: the findings, and who decided."""

    findings: tuple[Finding, ...] = ()
    undecided: str | None = None
    """Why the table cannot decide and no SHACL processor was there to ask; then ``conforms`` is None."""
    judge: Literal["table", "shacl"] = "table"
    malformed: str | None = None
    """Why no JSON-LD processor takes the document; then it does not conform, with no property to blame."""

    @property
    def conforms(self) -> bool | None:
        """The verdict; None when nobody could give one."""
        if self.undecided is not None:
            return None
        return not self.findings and self.malformed is None

    @property
    def properties(self) -> list[str]:
        """The properties that break a rule, as IRIs: the result paths of a SHACL report."""
        return sorted({finding.path for finding in self.findings})


@dataclass(frozen=True)
class Report:
    """Both results of one document."""

    shapes: ShapesReport
    strict: tuple[Finding, ...] = ()

    @property
    def conforms(self) -> bool:
        """True when the document keeps the shapes and everything beyond them."""
        return self.shapes.conforms is True and not self.strict
