"""The models of the Odoo sandbox: which there are in a version, and what Odoo's ORM does with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from html import escape
from itertools import count
from typing import Any

Row = dict[str, Any]

PERSON = {
    "partner_name": "char", "email_from": "char", "email_normalized": "char", "partner_id": "res.partner",
    "active": "boolean", "categ_ids": "many2many",
}  # fmt: skip
SKILL = {"skill_id": "hr.skill", "skill_type_id": "hr.skill.type", "skill_level_id": "hr.skill.level"}
MODELS: dict[str, dict[str, str]] = {
    "mail.message": {"model": "char", "res_id": "integer", "body": "html", "message_type": "char"},
    "hr.applicant.category": {"name": "char"},
    "hr.employee.category": {"name": "char"},
    "hr.applicant": {**PERSON, "job_id": "hr.job", "candidate_id": "hr.candidate"},
    "hr.candidate": PERSON,
    "hr.employee": {
        "name": "char", "work_email": "char", "private_email": "char", "active": "boolean", "category_ids": "many2many"
    },
    "hr.skill.type": {"name": "char"},
    "hr.skill.level": {"name": "char", "skill_type_id": "hr.skill.type", "default_level": "boolean"},
    "hr.skill": {"name": "char", "skill_type_id": "hr.skill.type"},
    "hr.applicant.skill": {"applicant_id": "hr.applicant", **SKILL},
    "hr.candidate.skill": {"candidate_id": "hr.candidate", **SKILL},
    "hr.employee.skill": {"employee_id": "hr.employee", **SKILL},
}  # fmt: skip
ONLY_IN_18 = ("hr.candidate", "hr.candidate.skill")
LINKS = {"hr.applicant.skill": "applicant_id", "hr.candidate.skill": "candidate_id", "hr.employee.skill": "employee_id"}
PLAIN = ("char", "html", "integer", "boolean", "many2many")


class OdooError(Exception):
    """An error as Odoo raises it; ``name`` is its class with module. Its text quotes what it is about, as theirs do."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


class Models:
    """The records of one database, for one user. ``refused`` are models that the user has no right to."""

    def __init__(self, major: int, uid: int) -> None:
        self.refused: set[str] = set()
        self._uid = uid
        self._numbers = count(41)
        gone = ("hr.applicant.skill",) if major == 18 else ONLY_IN_18
        self.fields = {name: dict(fields) for name, fields in MODELS.items() if name not in gone}
        if major != 18:
            del self.fields["hr.applicant"]["candidate_id"]
        self.rows: dict[str, dict[int, Row]] = {name: {} for name in self.fields}

    def drop(self, *models: str) -> None:
        """Take models out, as where their app is not installed."""
        for model in models:
            del self.fields[model], self.rows[model]

    def call(self, model: str, method: str, ids: list[int], named: dict[str, Any]) -> Any:
        """What a method gives. Raises OdooError."""
        if model not in self.fields:
            raise OdooError("odoo.exceptions.UserError", f"Object {model} doesn't exist")
        if model in self.refused:
            raise OdooError("odoo.exceptions.AccessError", f"You are not allowed to access '{model}' records.")
        methods: dict[str, Callable[..., Any]] = {
            "fields_get": self._fields_get, "search_read": self._search_read, "create": self._create,
            "write": self._write, "unlink": self._unlink, "message_post": self._message_post,
        }  # fmt: skip
        if method not in methods:
            raise OdooError("builtins.AttributeError", f"The method '{model}.{method}' does not exist")
        try:
            return methods[method](model, ids, **named)
        except TypeError as error:
            raise OdooError("builtins.TypeError", str(error)) from None

    def add(self, model: str, /, **values: Any) -> int:
        """Put a record in, as a user of Odoo would have done."""
        return self._insert(model, values, uid=2)

    def erase(self, model: str, number: int) -> None:
        """Delete a record with its messages and skills, as Odoo cascades."""
        del self.rows[model][number]
        for skills, link in LINKS.items():
            if link == f"{model.rpartition('.')[2]}_id" and skills in self.rows:
                self._keep(skills, partial(_differs, field=link, number=number))
        self._keep("mail.message", lambda row: (row["model"], row["res_id"]) != (model, number))

    def _keep(self, model: str, test: Callable[[Row], bool]) -> None:
        self.rows[model] = {number: row for number, row in self.rows[model].items() if test(row)}

    def _insert(self, model: str, values: Row, uid: int) -> int:
        number = next(self._numbers)
        blank: Row = {
            name: [] if kind == "many2many" else name == "active" for name, kind in self.fields[model].items()
        }
        self.rows[model][number] = {"id": number, "create_uid": uid, **blank}
        self._set(model, self.rows[model][number], values)
        return number

    def _set(self, model: str, row: Row, values: Row) -> None:
        for name, value in values.items():
            kind = self.fields[model].get(name)
            if kind is None:
                raise OdooError("builtins.ValueError", f"Invalid field {name!r} on model {model!r}")
            if kind == "many2many":
                for command, number in value:
                    row[name] = [one for one in row[name] if one != number] + ([number] if command == 4 else [])
            else:
                row[name] = _sanitised(value) if kind == "html" else value

    def _fields_get(self, model: str, ids: list[int], attributes: list[str] | None = None) -> Any:
        kinds = {name: kind if kind in PLAIN else "many2one" for name, kind in self.fields[model].items()}
        return {name: {"type": kind} for name, kind in {"id": "integer", **kinds}.items()}

    def _search_read(
        self, model: str, ids: list[int], domain: list[Any], fields: list[str], limit: int, order: str,
        context: dict[str, Any] | None = None,
    ) -> list[Row]:  # fmt: skip
        for name in fields:
            if name not in (*self.fields[model], "create_uid"):
                raise OdooError("builtins.ValueError", f"Invalid field {name!r} on model {model!r}")
        archived = (context or {}).get("active_test") is False
        found = [row for row in self.rows[model].values() if archived or row.get("active", True)]
        found = sorted((row for row in found if _fits(row, domain)), key=lambda row: row["id"])
        found = found[::-1] if order == "id desc" else found
        return [{name: self._shown(model, name, row[name]) for name in ("id", *fields)} for row in found[:limit]]

    def _shown(self, model: str, name: str, value: Any) -> Any:
        """A value as Odoo hands it out: nothing is false, and what points to a record is a pair of id and name."""
        kind = self.fields[model].get(name, "res.users" if name == "create_uid" else "integer")
        return [value, f"{kind} {value}"] if kind not in PLAIN and value else value

    def _create(self, model: str, ids: list[int], vals_list: list[Row]) -> list[int]:
        for values in vals_list:
            link = LINKS.get(model)
            if link and not all(values.get(name) for name in (link, *SKILL)):
                raise OdooError("odoo.exceptions.ValidationError", "Missing required value for a skill")
            same = [row for row in self.rows[model].values() if link and _same_skill(row, values, link)]
            if same:
                raise OdooError("odoo.exceptions.ValidationError", "Two levels for the same skill is not allowed")
        return [self._insert(model, values, self._uid) for values in vals_list]

    def _write(self, model: str, ids: list[int], vals: Row) -> bool:
        for number in ids:
            self._set(model, self._record(model, number), vals)
        return True

    def _unlink(self, model: str, ids: list[int]) -> bool:
        for number in ids:
            self._record(model, number)
            self.erase(model, number)
        return True

    def _record(self, model: str, number: int) -> Row:
        if number not in self.rows[model]:
            raise OdooError(
                "odoo.exceptions.MissingError", f"Record does not exist or has been deleted: {model}({number},)"
            )
        return self.rows[model][number]

    def _message_post(
        self,
        model: str,
        ids: list[int],
        *,
        body: str,
        message_type: str,
        subtype_xmlid: str,
        body_is_html: bool = False,
    ) -> int:
        (number,) = ids
        self._record(model, number)
        html = body if body_is_html else f"<p>{escape(body)}</p>"
        values = {"model": model, "res_id": number, "body": html, "message_type": message_type}
        return self._insert("mail.message", values, self._uid)


def _sanitised(html: str) -> str:
    """HTML in the form that Odoo stores it in."""
    return html.replace("<br/>", "<br>").replace("<a href=", '<a target="_blank" rel="noopener noreferrer" href=')


def _differs(row: Row, field: str, number: int) -> bool:
    return bool(row[field] != number)


def _same_skill(row: Row, values: Row, link: str) -> bool:
    return (row[link], row["skill_id"]) == (values.get(link), values.get("skill_id"))


def _fits(row: Row, domain: list[Any]) -> bool:
    """Whether a row fits a domain in Odoo's prefix notation, of ``|`` and triples."""
    terms = list(domain)

    def take() -> bool:
        term = terms.pop(0)
        if term == "|":
            one, other = take(), take()
            return one or other
        return _holds(row, *term)

    fits = True
    while terms:
        fits = take() and fits  # each term is taken, whatever the one before said
    return fits


def _holds(row: Row, field: str, operator: str, value: Any) -> bool:
    if field not in row:
        raise OdooError("builtins.ValueError", f"Invalid field {field} in leaf")
    known = row[field]
    if operator == "ilike":
        wild = "".join({"%": ".*", "_": "."}.get(one, re.escape(one)) for one in str(value))
        return isinstance(known, str) and re.search(wild, known, re.IGNORECASE | re.DOTALL) is not None
    if operator not in ("=", "in"):
        raise OdooError("builtins.ValueError", f"Invalid operator {operator}")
    return bool(known in value if operator == "in" else known == value)
