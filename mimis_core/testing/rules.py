"""Which fields of a system's traffic hold persons and secrets, by name; extended for each system."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self

Kind = Literal["name", "secret", "number", "person", "text"]
KINDS: tuple[Kind, ...] = ("name", "secret", "number", "person", "text")


def plain(field: str) -> str:
    """A field's name as the rules know it: ``users[0][E-mail]`` and ``e_mail`` are both ``email``."""
    inner = re.findall(r"\[([^\[\]]*[^\W\d][^\[\]]*)\]", field)
    return re.sub(r"[^a-zåäö0-9]", "", (inner[-1] if inner else field).casefold())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class Rules:
    """Names of fields, in lower case without separators, by what they hold.

    Attributes:
        name: names of persons; replaced word by word, so that a full name still is its parts. Plain ``name`` counts
            only where an object is a person's: it has one of ``marks``, or stands under a field of ``person``.
        secret: what lets somebody in.
        perhaps: what is a secret where it looks like one: letters and digits mixed, and long.
        number: personal numbers, telephone numbers and other numbers that are somebody's.
        person: ids of persons and names of accounts; plain ``id`` fields are replaced everywhere, whoever has them.
        text: free text, addresses and pictures, in which anything may stand.
        keep: fields that are none of these here, such as ``fullname`` where only courses have one.
    """

    name: frozenset[str] = _words(
        "fullname displayname realname firstname givenname middlename lastname familyname surname nickname "
        "formattedname legalname preferredname alternatename namn förnamn efternamn author authorname teacher assessor "
        "supervisor grader gradername creator creatorname contactname learnername studentname"
    )
    secret: frozenset[str] = _words(
        "token wstoken privatetoken accesstoken refreshtoken idtoken apitoken secret clientsecret password passwd pwd "
        "apikey authorization cookie sessionid sesskey signature otp pin jwt assertion clientassertion"
    )
    perhaps: frozenset[str] = _words("key code state nonce sid session sig auth")
    number: frozenset[str] = _words(
        "personnummer personalnumber personalidentitynumber civicno civicnumber civicregistrationnumber ssn nin "
        "idnumber nationalid samordningsnummer phone phone1 phone2 phonenumber telephone mobile mobilephone telefon"
    )
    person: frozenset[str] = _words(
        "user users userid userids username useridnumber login email emails mail epost upn edupersonprincipalname sub "
        "student students studentid learner learners learnerid participant participants participantid person persons "
        "personid member members memberid candidate candidates candidateid owner ownerid createdby updatedby "
        "usermodified externalid useruuid account accountid"
    )
    text: frozenset[str] = _words(
        "description summary comment comments feedback note notes message bio biography address street city "
        "postalcode zip userpictureurl profileimageurl profileimageurlsmall avatar avatarurl picture pictureurl photo "
        "birthdate dateofbirth dob birthday lastip ip ipaddress useragent"
    )
    marks: frozenset[str] = _words(
        "email emails mail epost username login upn firstname lastname givenname familyname surname förnamn efternamn "
        "personnummer ssn birthdate dateofbirth"
    )
    keep: frozenset[str] = frozenset()

    def with_fields(self, **more: tuple[str, ...]) -> Self:
        """The same with further fields, such as ``with_fields(secret=("ticket",), keep=("fullname",))``."""
        known = {one.name for one in fields(self)}
        if unknown := sorted(set(more) - known):
            raise ValueError(f"no kind of field is called {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        return replace(self, **{kind: getattr(self, kind) | set(map(plain, names)) for kind, names in more.items()})

    def kind_of(self, field: str, value: Any = None, *, of_person: bool = False) -> Kind | None:
        """What a field holds; None for one that is not known to hold anybody's."""
        name = plain(field)
        if name in self.keep:
            return None
        if of_person and name == "name":
            return "name"
        if name in self.perhaps and looks_secret(value):
            return "secret"
        return next((kind for kind in KINDS if name in getattr(self, kind)), None)

    def is_person(self, value: dict[str, Any]) -> bool:
        """Whether an object describes a person, by the fields that it has."""
        return any(plain(name) in self.marks for name in value)


def looks_secret(value: Any) -> bool:
    """Whether a value looks like a key: 16 or more letters and digits, both of them, and no blank."""
    return isinstance(value, str) and bool(re.fullmatch(r"(?=.*\d)(?=.*[A-Za-z])[\w~+/=.-]{16,}", value))
