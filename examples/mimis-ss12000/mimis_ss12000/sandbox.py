"""A stand-in of a school register, from the standard's description, with its oddities on."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from mimis_core import Completion
from mimis_core.testing import Answer, Request, Sandbox
from mimis_ss12000.sandbox_data import Json, make_grade, make_id, make_person, make_syllabus

BASE = "/v2.0"
FILTERS = {
    "grades": {"student", "organisation", "meta.modified.after"},
    "persons": {"meta.modified.after"},
    "syllabuses": {"meta.modified.after"},
    "deletedEntities": {"after", "entities"},
}
"""What each list can be asked by, beside limit and pageToken."""


def refuse(status: int) -> Answer:
    """A refusal in the standard's form."""
    return Answer.of({"code": str(status), "message": "Anropet avvisades."}, status)


class SS12000Sandbox(Sandbox):
    """Grades, persons, syllabuses, lookups and deletions behind OAuth2 client credentials.

    ``capacity`` is how many ids a lookup bears before it answers 503. ``denied`` and ``absent`` are addresses that
    answer 403 and 404, ``unfiltered`` lists that cannot be asked for what changed.
    """

    name: ClassVar[str] = "ss12000"
    client_id = "mimis"
    client_secret = "sandbox-secret"

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, dict[str, Json]] = {"grades": {}, "persons": {}, "syllabuses": {}}
        self.deleted: list[tuple[str, str, datetime]] = []
        self.tokens = {"sandbox-token"}
        self.capacity = 50
        self.denied: set[str] = set()
        self.absent: set[str] = set()
        self.unfiltered: set[str] = set()
        self._asked: dict[str, tuple[list[Any], int]] = {}
        self._add_oddities()

    # What tests and trials do with it --------------------------------------------------------------------------

    def load(self, completions: Sequence[Completion]) -> None:
        """Make a person, a syllabus and a final grade of each completion."""
        for one in completions:
            learner = one.learner
            person = make_person(learner.key, learner.given_name or learner.full_name, learner.family_name or "")
            if learner.email:
                person["emails"] = [{"value": learner.email, "type": "Privat"}]
            self.put("persons", person)
            value = one.grade.text if one.grade else None
            self.add_grade(
                learner.key,
                one.module.removeprefix("syllabus:"),
                value or "Godkänt",
                one.completed_at.date(),
                id=one.key.removeprefix("grade:"),
                name=one.title,
                trial=one.evidence == "Betyg efter prövning",
            )

    def add_grade(self, student: str, code: str, value: str, day: date, **more: Any) -> str:
        """A grade of a learner in a course, which is made when it is not there; gives the grade's id."""
        syllabus = make_syllabus(code, more.pop("name", f"Kurs {code}"))
        self.tables["syllabuses"].setdefault(syllabus["id"], syllabus)
        grade_id = more.pop("id", make_id("grade", student, code, str(len(self.tables["grades"]))))
        self.put("grades", make_grade(grade_id, student, syllabus["id"], value, day, **more))
        return str(grade_id)

    def change(self, kind: str, record_id: str, **fields: Any) -> None:
        """Change fields of a record, as its register would."""
        self.put(kind, {**self.tables[kind][record_id], **fields})

    def put(self, kind: str, record: Json) -> None:
        """Write a record; it is dated yesterday until somebody has asked for something, and now afterwards."""
        now = datetime.now(UTC) if self.requests else datetime.now(UTC) - timedelta(days=1)
        known = self.tables[kind].get(record["id"], {}).get("meta", {})
        meta = {"created": known.get("created", now.isoformat()), "modified": now.isoformat()}
        self.tables[kind][record["id"]] = {**record, "meta": meta}

    def delete(self, kind: str, record_id: str) -> None:
        """Delete a record; only ``/deletedEntities`` tells of it from then on."""
        del self.tables[kind][record_id]
        self.deleted.append((kind, record_id, datetime.now(UTC)))

    def settings(self) -> dict[str, Any]:
        """The table that connects to this sandbox: two records a page, three in a lookup."""
        return {
            "kind": "ss12000",
            "url": f"{self.url}{BASE}",
            "login_url": f"{self.url}/token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "page_size": 2,
            "lookup_size": 3,
        }

    def _add_oddities(self) -> None:
        """What every register holds beside the passed grades of adults."""
        child = make_person(make_id("person", "child"), "Barn", "Provsson")
        self.put("persons", child)
        self.put("syllabuses", make_syllabus("GRGRMAT01", "Matematik", school_type="GR"))
        self.put("grades", make_grade(make_id("grade", "child"), child["id"], make_id("syllabus", "GRGRMAT01"), "A",
                                      date(2026, 6, 10)))  # fmt: skip
        adult = make_person(make_id("person", "adult"), "Vuxen", "Provsson", middleName="Mellan")
        self.put("persons", adult)
        for value, final in (("F", True), ("–", True), ("B", False)):
            self.add_grade(adult["id"], f"PRV{value}01", value, date(2026, 6, 10), finalGrade=final)

    # What it answers -------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer:
        """Answer as the register does."""
        if request.path == "/token":
            return self._token(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return refuse(401)
        kind, _, rest = request.path.removeprefix(f"{BASE}/").partition("/")
        if kind in self.absent or kind not in FILTERS:
            return refuse(404)
        if kind in self.denied:
            return refuse(403)
        if (request.method, rest) == ("POST", "lookup"):
            return self._lookup(kind, request.json()["ids"])
        return self._list(kind, request) if (request.method, rest) == ("GET", "") else refuse(404)

    def _token(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in request.form().items()}
        pair = f"{form.get('client_id')}:{form.get('client_secret')}"
        if basic := request.headers.get("authorization", "").removeprefix("Basic "):
            pair = b64decode(basic).decode()
        if pair != f"{self.client_id}:{self.client_secret}" or form.get("grant_type") != "client_credentials":
            return Answer.of({"error": "invalid_client"}, 401)
        token = uuid4().hex
        self.tokens.add(token)
        return Answer.of({"access_token": token, "token_type": "bearer", "expires_in": 3600})

    def _lookup(self, kind: str, ids: list[str]) -> Answer:
        if len(ids) > self.capacity:
            return refuse(503)
        table = self.tables[kind]
        return Answer.of([table[one] for one in ids if one in table])

    def _list(self, kind: str, request: Request) -> Answer:
        asked = {name: values for name, values in request.query.items() if name != "limit"}
        limit = int(request.query.get("limit", ["100"])[0])
        if token := asked.pop("pageToken", None):
            known = self._asked.get(token[0])
            return refuse(400) if asked or known is None else self._page(*known, limit)
        unknown = asked.keys() - FILTERS[kind]
        if unknown or (kind in self.unfiltered and "meta.modified.after" in asked):
            return refuse(400)
        return self._deletions(asked) if kind == "deletedEntities" else self._page(self._rows(kind, asked), 0, limit)

    def _rows(self, kind: str, asked: dict[str, list[str]]) -> list[Any]:
        rows = list(self.tables[kind].values())
        for name in ("student", "organisation"):
            if name in asked:
                rows = [row for row in rows if row[name]["id"] == asked[name][0]]
        after = _moment(asked.get("meta.modified.after"))
        return [row for row in rows if after is None or datetime.fromisoformat(row["meta"]["modified"]) > after]

    def _page(self, rows: list[Any], start: int, limit: int) -> Answer:
        end, token = start + limit, None
        if end < len(rows):
            token = uuid4().hex
            self._asked[token] = (rows, end)
        return Answer.of({"data": rows[start:end], "pageToken": token})

    def _deletions(self, asked: dict[str, list[str]]) -> Answer:
        after, kinds = _moment(asked.get("after")), asked.get("entities", list(self.tables))
        if not set(kinds) <= set(self.tables):
            return refuse(400)
        found: dict[str, list[str]] = {kind: [] for kind in kinds}
        for kind, record_id, when in self.deleted:
            if kind in found and (after is None or when > after):
                found[kind].append(record_id)
        return Answer.of({"data": found, "pageToken": None})


def _moment(values: list[str] | None) -> datetime | None:
    return datetime.fromisoformat(values[0]) if values else None
