"""A stand-in of one Odoo database: JSON-RPC as it was tried on an Odoo 18, and ``/json/2`` from 19 on."""

from __future__ import annotations

import re
import threading
from typing import Any, ClassVar, Literal

from mimis_ats.odoo.sandbox_models import Models, OdooError
from mimis_core.testing import Answer, Request, Sandbox

DATABASE = "firma"
LOGIN = "mimis@employer.example"
API_KEY = "5b1c0f9e7d3a4826b0c1d2e3f4a5968778695a4b"
UID = 7
STATUS = {"AccessDenied": 401, "AccessError": 403, "MissingError": 404, "UserError": 422, "ValidationError": 422}
"""Status that ``/json/2`` gives an error; others are 500."""


class OdooSandbox(Sandbox):
    """One database of Odoo ``major`` (17, 18 or 19), with recruitment, employees and their skills installed.

    ``records`` is whom :meth:`add_candidate` makes: an applicant, in 18 with her candidate, or an employee.
    """

    name: ClassVar[str] = "odoo"

    def __init__(self, major: int = 18, records: Literal["recruitment", "employees"] = "recruitment") -> None:
        super().__init__()
        self.major = major
        self.records = records
        self.models = Models(major, UID)
        self._state = threading.RLock()

    @property
    def person(self) -> str:
        """Model of whom a share belongs to."""
        if self.records == "employees":
            return "hr.employee"
        return "hr.candidate" if self.major == 18 else "hr.applicant"

    def settings(self) -> dict[str, Any]:
        """The feed table that connects to this sandbox."""
        keys = {"database": DATABASE, "login": LOGIN, "api_key": API_KEY}
        return {"kind": "odoo", "url": self.url, "records": self.records, **keys}

    def add_candidate(self, email: str, name: str = "") -> None:
        """Put a person in; the first has the id 41, in 18 that of the candidate."""
        address = f'"{name}" <{email}>' if name else email  # as Odoo's own mail gateway fills it in
        person = {"partner_name": name, "email_from": address, "email_normalized": email.lower()}
        with self._state:
            if self.records == "employees":
                self.models.add("hr.employee", name=name, work_email=email)
            elif self.major == 18:
                number = self.models.add("hr.candidate", **person)
                self.models.add("hr.applicant", **person, candidate_id=number)
            else:
                self.models.add("hr.applicant", **person)

    def add_skill_type(self, name: str, *skills: str) -> None:
        """Put a skill type with one level in, and its skills."""
        with self._state:
            kind = self.models.add("hr.skill.type", name=name)
            self.models.add("hr.skill.level", name="Intygad", skill_type_id=kind, default_level=True)
            for skill in skills:
                self.models.add("hr.skill", name=skill, skill_type_id=kind)

    def delete_candidate(self, candidate_id: str) -> None:
        """Delete a person, in 18 with her applications."""
        with self._state:
            for number in self._applications(candidate_id):
                self.models.erase("hr.applicant", number)
            self.models.erase(self.person, int(candidate_id))

    def anonymise_candidate(self, candidate_id: str) -> None:
        """Empty name and addresses by hand: Odoo has no function for it, and its history stays."""
        texts = ("partner_name", "name", "email_from", "email_normalized", "work_email", "private_email")
        with self._state:
            applications = [self.models.rows["hr.applicant"][number] for number in self._applications(candidate_id)]
            for row in (self.models.rows[self.person][int(candidate_id)], *applications):
                row |= {field: False for field in texts if field in row}

    def _applications(self, candidate_id: str) -> list[int]:
        rows = self.models.rows["hr.applicant"] if self.person == "hr.candidate" else {}
        return [number for number, row in rows.items() if row["candidate_id"] == int(candidate_id)]

    def received(self) -> list[tuple[str, bytes]]:
        """The notes that are there now, and the tags and skills that are left without one."""
        with self._state:
            notes = self.models.rows["mail.message"].values()
            found = [(f"{row['model']}-{row['res_id']}-{row['id']}.html", row["body"].encode()) for row in notes]
            return found or [(f"left-{text}", text.encode()) for text in (*self.tags(), *self.skills())]

    def tags(self) -> list[str]:
        """Names of the tags that stand on somebody."""
        fields = {"hr.applicant": "categ_ids", "hr.candidate": "categ_ids", "hr.employee": "category_ids"}
        rows = [(row, field) for model, field in fields.items() for row in self.models.rows.get(model, {}).values()]
        names = {**self.models.rows["hr.applicant.category"], **self.models.rows["hr.employee.category"]}
        return [names[number]["name"] for row, field in rows for number in row[field]]

    def skills(self) -> list[str]:
        """Names of the skills that mimis has given somebody."""
        models = ("hr.applicant.skill", "hr.candidate.skill", "hr.employee.skill")
        rows = [row for model in models for row in self.models.rows.get(model, {}).values()]
        return [self.models.rows["hr.skill"][row["skill_id"]]["name"] for row in rows if row["create_uid"] == UID]

    def place(self, request: Request) -> str:
        """Method, path, and for the one address of JSON-RPC the model's method as well."""
        called = request.path
        if request.path == "/jsonrpc":
            parameters = request.json()["params"]
            called = f"/jsonrpc {'.'.join([parameters['method'], *map(str, parameters['args'][3:5])])}"
        return f"{request.method} {called}"

    def handle(self, request: Request) -> Answer:
        """Answer as Odoo of this version."""
        with self._state:
            found = re.fullmatch(r"/json/2/([\w.]+)/(\w+)", request.path)
            if request.method != "POST" or not (request.path == "/jsonrpc" or (found and self.major >= 19)):
                return Answer(404, b"<!doctype html><title>404 Not Found</title>", "text/html")
            return self._json_2(request, *found.groups()) if found else self._json_rpc(request)

    # JSON-RPC --------------------------------------------------------------------------------------------------

    def _json_rpc(self, request: Request) -> Answer:
        body = request.json()
        head = {"jsonrpc": "2.0", "id": body.get("id")}
        try:
            result = self._serve(**body["params"])
        except OdooError as error:
            return Answer.of({**head, "error": {"code": 200, "message": "Odoo Server Error", "data": _told(error)}})
        return Answer.of(head if result is None else {**head, "result": result})

    def _serve(self, service: str, method: str, args: list[Any]) -> Any:
        if (service, method) == ("common", "version"):
            return {"server_version": f"{self.major}.0", "server_version_info": [self.major, 0, 0, "final", 0, ""]}
        if args[0] != DATABASE:
            raise OdooError("psycopg2.OperationalError", f'database "{args[0]}" does not exist')
        if (service, method) == ("common", "authenticate"):
            return UID if args[1:3] == [LOGIN, API_KEY] else False
        if args[1:3] != [UID, API_KEY]:
            raise OdooError("odoo.exceptions.AccessDenied", "Access Denied")
        model, name, positional, named = args[3:]
        if name == "create":
            return self.models.call(model, name, [], {"vals_list": positional[0], **named})
        if name == "write":
            return self.models.call(model, name, positional[0], {"vals": positional[1], **named})
        return self.models.call(model, name, positional[0] if positional else [], named)

    # /json/2 ---------------------------------------------------------------------------------------------------

    def _json_2(self, request: Request, model: str, method: str) -> Answer:
        if request.headers.get("authorization", "").lower() != f"bearer {API_KEY}":
            return Answer.of(_told(OdooError("werkzeug.exceptions.Unauthorized", "Invalid apikey")), 401)
        if request.headers.get("x-odoo-database") != DATABASE:
            return Answer(404, b"<!doctype html><title>404 Not Found</title>", "text/html")
        if model not in self.models.fields:
            told = OdooError("werkzeug.exceptions.NotFound", f"the model {model!r} does not exist")
            return Answer.of(_told(told), 404)
        named = request.json()
        try:
            result = self.models.call(model, method, named.pop("ids", []), named)
        except OdooError as error:
            return Answer.of(_told(error), STATUS.get(error.name.rpartition(".")[2], 500))
        return Answer.of([result] if method == "message_post" else result)


def _told(error: OdooError) -> dict[str, Any]:
    debug = f"Traceback (most recent call last):\n  File ...\n{error.name}: {error.message}\n"
    return {"name": error.name, "message": error.message, "arguments": [error.message], "context": {}, "debug": debug}
