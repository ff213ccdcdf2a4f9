"""Which column is what: the headings that Swedish and English lists use, and the columns that are never read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

COLUMNS: dict[str, tuple[str, ...]] = {
    "learner": ("deltagareid", "deltagarid", "deltagarnummer", "elevid", "studentid", "learnerid", "participantid"),
    "name": ("namn", "fullstandigtnamn", "name", "fullname", "deltagare", "elev"),
    "given": ("fornamn", "givenname", "firstname"),
    "family": ("efternamn", "familyname", "lastname", "surname"),
    "email": ("epost", "epostadress", "email", "emailaddress", "mejl", "mail"),
    "achievement": ("mikromerit", "mikromeritid", "achievement", "achievementid", "microcredential"),
    "title": ("titel", "rubrik", "title", "kurs", "course"),
    "date": ("datum", "klardatum", "slutdatum", "bedomningsdatum", "date", "completed", "completedon"),
    "assessor": ("bedomare", "larare", "assessor", "teacher"),
    "supervisor": ("handledare", "supervisor"),
    "result": ("resultat", "klar", "result"),
    "grade": ("betyg", "grade"),
    "kind": ("typ", "slag", "kind", "type"),
    "start": ("startdatum", "borjade", "fran", "franochmed", "startdate", "start", "from"),
    "hours": ("timmar", "antaltimmar", "omfattning", "hours"),
    "workplace": ("arbetsplats", "praktikplats", "plats", "workplace", "place"),
    "evidence": ("underlag", "evidence"),
    "document": ("lank", "lanktillintyg", "lanktillunderlag", "intygslank", "link", "document", "url"),
    "protected": ("skyddad", "skyddadepersonuppgifter", "sekretessmarkering", "protected"),
}
"""Our name for a column, and the headings that mean it, the best first, as :func:`plain` writes them."""

SWEDISH = {
    "learner": "deltagare-id",
    "name": "namn",
    "given": "förnamn",
    "family": "efternamn",
    "email": "e-post",
    "achievement": "mikromerit",
    "title": "titel",
    "date": "datum",
    "assessor": "bedömare",
    "supervisor": "handledare",
    "result": "resultat",
    "grade": "betyg",
    "kind": "typ",
    "start": "startdatum",
    "hours": "timmar",
    "workplace": "arbetsplats",
    "evidence": "underlag",
    "document": "länk",
    "protected": "skyddad",
}
"""The heading that messages and templates use for each column."""

PERSONAL_NUMBER = ("personnummer", "personnr", "persnr", "pnr", "samordningsnummer", "personalnumber", "ssn", "tnummer")
"""How headings of columns begin that are dropped before a row is read, such as ``Personnummer 12 siffror``."""

_MEANINGS = {heading: (name, rank) for name, known in COLUMNS.items() for rank, heading in enumerate(known)}


def plain(heading: str) -> str:
    """A heading without case, diacritics, spaces and signs: ``E-post`` and ``e post`` are the same."""
    letters = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def find_columns(headings: Sequence[str]) -> dict[str, int]:
    """The position of each column that mimis reads; of two that mean the same, that of the better known heading."""
    found: dict[str, tuple[int, int]] = {}
    for position, heading in enumerate(map(plain, headings)):
        if heading in _MEANINGS and not heading.startswith(PERSONAL_NUMBER):
            name, rank = _MEANINGS[heading]
            found[name] = min(found.get(name, (rank, position)), (rank, position))
    return {name: position for name, (_, position) in found.items()}


def missing_columns(found: dict[str, int]) -> tuple[str, ...]:
    """Swedish headings of what a list must have and this one has not; empty when it can be used."""
    needs = (("learner", "email"), ("name", "given", "family"), ("achievement",), ("date",))
    return tuple(
        " eller ".join(SWEDISH[name] for name in either)
        for either in needs
        if not any(name in found for name in either)
    )
