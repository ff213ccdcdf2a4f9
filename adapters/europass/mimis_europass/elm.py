"""The format ``elm``: a European Digital Credential in the European Learning Model v3, unsealed.

All learners of an achievement share most of their documents. So a document is written and held against the rulebook
once, with a mark at each place where learners differ; for each learner the marks are filled in.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

from mimis_core import CredentialFacts, Document, Finding, Format, IssueOrder
from mimis_europass.document.build import Matter, build_document
from mimis_europass.document.orders import MAIL, check_values, example, matter_of, refusal, values_of
from mimis_europass.document.read import read_facts
from mimis_europass.picture.draw import draw, draw_shared
from mimis_europass.picture.page import Look, Personal, ShareLink, contrast_with_white
from mimis_europass.picture.pdf import draw_pdf
from mimis_europass.rules.judge import find_violations
from mimis_europass.settings import ElmSettings

EDGE = "\ufdd0"
"""Stands on both sides of a mark. No text has it: Unicode keeps it for use inside a program, and ``clean`` drops it."""
LEAST_CONTRAST = 4.5
"""Of white text on the school's colour (WCAG 2.2, 1.4.3)."""


class ElmFormat(Format[ElmSettings]):
    """Builds and reads European Digital Credentials."""

    kind = "elm"
    proven = "real system: the official SHACL shapes and samples; sealed, judged by the Commission's DSS 6.4"
    Settings = ElmSettings
    media_type: ClassVar[str] = "application/ld+json"

    def build(self, order: IssueOrder) -> Document:
        """Build the document with its pictures; raises DataError when it would not conform."""
        matter = matter_of(order, self.settings.languages)
        values = values_of(order, matter)
        check_values(values, order.urn)
        keys = tuple(sorted(values))
        if self.settings.picture == "shared":
            template, pictures = _template(matter, keys, self._look), {}
        else:
            template, pictures = _template(matter, keys), draw(matter.drawn, self._look, _personal(order))
        own = {key: _inside(value) for key, value in values.items()}
        own |= {f"picture.{code}": base64.b64encode(png) for code, png in pictures.items()}
        parts = template.fill(own)
        return Document(
            urn=order.urn, format=self.kind, media_type=self.media_type, content=b"".join(parts), parts=parts
        )

    def pdf(self, sealed: bytes, filename: str, share: ShareLink | None = None) -> bytes:
        """A sealed credential as a PDF in the school's look, the file attached; raises what ``draw_pdf`` raises."""
        return draw_pdf(sealed, filename, self._look, share)

    def curriculum(self, contents: Sequence[bytes], language: str, now: datetime) -> bytes:
        """The credentials of one person as a Europass CV; raises what ``make_cv`` raises."""
        from mimis_europass.exports.cv import make_cv  # lxml is needed for this alone

        return make_cv(contents, language, now)

    def read(self, content: bytes) -> CredentialFacts:
        """Read any European Digital Credential, sealed or not."""
        return read_facts(content)

    def check(self) -> Iterable[Finding]:
        """Say whether the files that the settings name are there."""
        for name in ("logo", "fonts"):
            path = getattr(self.settings, name)
            if path is not None and not path.exists():
                message, mend = f"{path} is not there.", f"Correct {name} in the table [format]."
                yield Finding(subject=f"format {name}", status="error", message=message, mend=mend)
        contrast = contrast_with_white(self.settings.colour)
        if contrast < LEAST_CONTRAST:
            message = f"White text on {self.settings.colour} has a contrast of {contrast:.1f}; the least is 4.5."
            mend = "Choose a darker colour in the table [format]."
            yield Finding(subject="format colour", status="error", message=message, mend=mend)

    @property
    def _look(self) -> Look:
        chosen = self.settings
        return Look(chosen.logo, chosen.fonts, chosen.colour, tuple(sorted(chosen.texts.items())))


def _personal(order: IssueOrder) -> Personal:
    return Personal(order.learner.full_name, order.issued_at.astimezone(UTC), _utc(order.valid_until), order.public_url)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


@dataclass(frozen=True)
class Template:
    """A document cut at the places for learners' texts: ``fixed`` has one piece more than there are places."""

    fixed: tuple[bytes, ...]
    keys: tuple[str, ...]

    def fill(self, own: Mapping[str, bytes]) -> tuple[bytes, ...]:
        """Fixed pieces and a learner's texts in turn."""
        parts = [self.fixed[0]]
        for key, piece in zip(self.keys, self.fixed[1:], strict=True):
            parts += (own[key], piece)
        return tuple(parts)


@lru_cache(maxsize=64)
def _template(matter: Matter, keys: tuple[str, ...], shared: Look | None = None) -> Template:
    """The document with places for the learners' texts, held against the rulebook. Raises DataError.

    The pictures are places too; when they are ``shared`` they stand in it, as that look has them.
    """
    pictures = (
        {code: base64.b64encode(png).decode() for code, png in draw_shared(matter.drawn, shared).items()}
        if shared
        else {}
    )
    fixed = {f"picture.{code}": text for code, text in pictures.items()}
    places = sorted({*keys, *(f"picture.{code}" for code in matter.languages)} - set(fixed))
    if findings := find_violations(build_document(matter, fixed | {key: example(key) for key in places})):
        raise refusal(matter.achievement.ref, findings)
    whole = _dump(build_document(matter, fixed | {key: f"{EDGE}{key}{EDGE}" for key in places}))
    if MAIL.search(whole):
        raise refusal(matter.achievement.ref, ["a text holds a mail address"])
    pieces = whole.split(EDGE)
    if set(places) != set(pieces[1::2]):
        raise refusal(matter.achievement.ref, ["a text holds the character U+FDD0, which no text may hold"])
    return Template(tuple(piece.encode() for piece in pieces[::2]), tuple(pieces[1::2]))


def _inside(text: str) -> bytes:
    """A text as it stands between the quotation marks of JSON."""
    return _dump(text)[1:-1].encode()


def _dump(value: Any) -> str:
    """Compact JSON on one line: Europass looks for the context with a one-line expression."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
