"""What a catalogue entry lacks for the Europass register of courses (QDR), which is stricter than a credential.

The schema takes codes only from its own lists, and demands a page on the web (facts/elm-edc.md section 8). Checked here
is what an entry or an organisation of ours can get wrong; all else is right by the way it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from mimis_core import Achievement, DataError, Organisation, UserError
from mimis_europass.document import vocabulary

COUNTRIES = re.compile(
    r"ALB|AND|AUT|BEL|BGR|BIH|CHE|CYP|CZE|DEU|DNK|ESP|EST|FIN|FRA|GBR|GEO|GRC|HRV|HUN|IRL|ISL|ITA|LIE|LTU|LUX|LVA|"
    r"MCO|MDA|MKD|MLT|MNE|NLD|NOR|POL|PRT|ROU|SRB|SVK|SVN|SWE|TUR|UKR|USA|CAN"
)
"""Countries that a school, owner or reviewing body is expected in: those of the European education area, and a few."""
REGIONS = re.compile(
    r"SE|SE1|SE11|SE110|SE12|SE121|SE122|SE123|SE124|SE125|SE2|SE21|SE211|SE212|SE213|SE214|SE22|SE221|SE224|SE23|"
    r"SE231|SE232|SE3|SE31|SE311|SE312|SE313|SE32|SE321|SE322|SE33|SE331|SE332"
)
"""NUTS codes of Sweden, its parts and counties."""


@dataclass(frozen=True)
class Problem:
    """What cannot be said in the register. ``written`` tells a lost detail from an entry that was left out."""

    entry: str
    message: str
    mend: str
    written: bool = False


def homepage(entry: Achievement, issuer: Organisation) -> str | None:
    """The page of an entry; without one that of the school."""
    return entry.homepage or issuer.homepage


def check_entry(entry: Achievement, issuer: Organisation, find_owner: Callable[[str], Organisation]) -> list[Problem]:
    """All that keeps an entry out of the register; empty when it can be written."""
    found = [Problem(entry.ref, message, mend) for message, mend in _texts(entry, issuer)]
    for attempt in _lookups(entry, find_owner):
        try:
            attempt()
        except (DataError, UserError) as error:
            found.append(Problem(entry.ref, error.message, error.mend or "Correct the entry."))
    return found


def check_organisation(body: Organisation) -> list[Problem]:
    """What of an organisation cannot be written: its country keeps its entries out, its region is only left out."""
    found = []
    if not COUNTRIES.fullmatch(body.country):
        message = f"The register is not known to take the country {body.country!r}."
        found.append(Problem(body.id, message, "Write a country as three letters, such as SWE."))
    if body.region and not REGIONS.fullmatch(body.region):
        message = f"The region {body.region!r} is no NUTS code of Sweden and is left out."
        found.append(Problem(body.id, message, "Write a code such as SE224.", written=True))
    return found


def _texts(entry: Achievement, issuer: Organisation) -> Iterator[tuple[str, str]]:
    page = homepage(entry, issuer)
    if not page:
        yield (
            "There is no homepage, which the register demands.",
            "Write homepage in the entry, or once for all under [organisation].",
        )
    elif not re.fullmatch(r"https?://\S+", page):
        yield "The homepage is no complete address.", "Write it in full, starting with https://."
    if not entry.languages:
        yield "There is no language.", "Write languages, such as [sv]."
    titles = (entry.title, *(outcome.title for outcome in entry.outcomes))
    if not all(text.strip() for title in titles for text in title.values()):
        yield "A title or an outcome is empty in one language.", "Write it, or remove the language."


def _lookups(entry: Achievement, find_owner: Callable[[str], Organisation]) -> Iterator[Callable[[], object]]:
    """The look-ups that writing the entry needs; each raises when a list or mimis.toml lacks the thing."""
    yield partial(find_owner, entry.owner)
    yield partial(vocabulary.isced, entry.iscedf)
    for code in entry.languages:
        yield partial(vocabulary.language, code)
    for word in entry.mode:
        yield partial(vocabulary.pick, vocabulary.MODES, "learning-assessment", word)
    for word in entry.assessment:
        yield partial(vocabulary.pick, vocabulary.ASSESSMENTS, "assessment", word)
