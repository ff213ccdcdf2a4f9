"""Which column is what: the headings that Swedish and English lists use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

COLUMNS: dict[str, tuple[str, ...]] = {
    "learner": (
        "deltagareid", "deltagarid", "deltagarnummer", "elevid", "elevnummer", "studentid", "studerandeid",
        "learnerid", "participantid", "idnummer",
    ),
    "name": ("namn", "fullstandigtnamn", "name", "fullname", "deltagare", "elev", "studerande", "deltagarensnamn"),
    "given": ("fornamn", "tilltalsnamn", "givenname", "firstname"),
    "family": ("efternamn", "familyname", "lastname", "surname"),
    "email": ("epost", "epostadress", "privatepost", "email", "emailaddress", "mejl", "mejladress", "mail"),
    "username": ("anvandarnamn", "anvandarid", "konto", "username"),
    "achievement": ("mikromerit", "mikromeritid", "achievement", "achievementid", "microcredential"),
    "course": ("kurskod", "kurs", "kursnamn", "kursbenamning", "coursecode", "course", "coursename"),
    "outcome": ("laranderesultat", "laranderesultatnr", "larandemal", "delmal", "outcome", "learningoutcome"),
    "title": ("titel", "rubrik", "title"),
    "date": (
        "datum", "klardatum", "bedomningsdatum", "valideringsdatum", "betygsdatum", "slutdatum", "till", "tillochmed",
        "tom", "date", "completed", "completedon", "enddate",
    ),
    "period": ("period", "praktikperiod", "aplperiod"),
    "assessor": ("bedomare", "yrkesbedomare", "larare", "assessor", "teacher"),
    "supervisor": ("handledare", "supervisor"),
    "result": ("resultat", "klar", "status", "result"),
    "grade": ("betyg", "grade"),
    "kind": ("typ", "slag", "kind", "type"),
    "start": ("startdatum", "borjade", "fran", "franochmed", "from", "startdate", "start"),
    "hours": ("timmar", "antaltimmar", "omfattning", "hours"),
    "workplace": ("arbetsplats", "praktikplats", "aplplats", "plats", "foretag", "workplace", "place"),
    "method": ("metod", "bedomningsmetod", "valideringsmetod", "method"),
    "evidence": ("underlag", "bevis", "evidence"),
    "document": ("lank", "lanktillintyg", "lanktillunderlag", "intygslank", "link", "document", "url"),
    "protected": ("skyddad", "skyddadepersonuppgifter", "skyddadidentitet", "sekretessmarkering", "protected"),
    "withdrawn": ("atertagen", "makulerad", "aterkallad", "withdrawn", "revoked"),
    "reason": ("skal", "orsak", "anledning", "reason"),
}  # fmt: skip
"""Our name for a column, and the headings that mean it, the best first, as :func:`plain` writes them."""

SWEDISH = {
    "learner": "deltagare-id",
    "name": "namn",
    "given": "förnamn",
    "family": "efternamn",
    "email": "e-post",
    "username": "användarnamn",
    "achievement": "mikromerit",
    "course": "kurs",
    "outcome": "läranderesultat",
    "title": "titel",
    "date": "datum",
    "period": "period",
    "assessor": "bedömare",
    "supervisor": "handledare",
    "result": "resultat",
    "grade": "betyg",
    "kind": "typ",
    "start": "startdatum",
    "hours": "timmar",
    "workplace": "arbetsplats",
    "method": "metod",
    "evidence": "underlag",
    "document": "länk",
    "protected": "skyddad",
    "withdrawn": "återtagen",
    "reason": "skäl",
}
"""The heading that messages and templates use for each column."""

NEEDED = (("learner", "email"), ("name", "given", "family"), ("achievement", "course"), ("date", "period"))
"""What a list must have: one column of each group."""

LEFT_OUT = "-"
"""The meaning that a school gives to a heading, or to a course, that mimis shall leave alone."""

_MEANINGS = {heading: (name, rank) for name, known in COLUMNS.items() for rank, heading in enumerate(known)}
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")


def plain(heading: str) -> str:
    """A heading without case, diacritics, spaces and signs: ``E-post`` and ``e post`` are the same."""
    letters = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def meaning_of(heading: str, answers: Mapping[str, str]) -> tuple[str, int] | None:
    """Our name of a column and how well known the heading is, the lower the better; None when it is not known.

    What the school has answered goes before what is known; what stands in parentheses, such as ``(ÅÅÅÅ-MM-DD)``, is
    a hint to who fills the list in.
    """
    for text in (plain(heading), plain(_ASIDE.sub("", heading))):
        if text in answers:
            return answers[text], -1
        if text in _MEANINGS:
            return _MEANINGS[text]
    return None


def find_columns(headings: Sequence[str], answers: Mapping[str, str] | None = None) -> dict[str, int]:
    """The position of each column that mimis reads; of two that mean the same, that of the better known heading."""
    found: dict[str, tuple[int, int]] = {}
    for position, heading in enumerate(headings):
        meant = meaning_of(heading, answers or {})
        if meant and meant[0] != LEFT_OUT:
            name, rank = meant
            found[name] = min(found.get(name, (rank, position)), (rank, position))
    return {name: position for name, (_, position) in found.items()}


def missing_columns(found: Mapping[str, int]) -> tuple[str, ...]:
    """Swedish headings of what a list must have and this one has not; empty when it can be used."""
    return tuple(
        " eller ".join(SWEDISH[name] for name in either)
        for either in NEEDED
        if not any(name in found for name in either)
    )


def column_name(text: str) -> str | None:
    """Our name for what a person calls a column: ``title``, ``titel``, any known heading, or ``-`` for none."""
    if text.strip() == LEFT_OUT or text in SWEDISH:
        return text.strip()
    known = _MEANINGS.get(plain(text))
    return known[0] if known else None


def known_headings() -> dict[str, str]:
    """Every heading that is known, with our name of its column."""
    return {heading: name for heading, (name, _) in _MEANINGS.items()}
