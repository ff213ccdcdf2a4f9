"""The form of a catalogue entry: a draft's content as fields of a page, and what was sent back as content.

A field is called by its place in the content, with dots: ``outcomes.0.title.sv``. What the form does not show, such as
grading or further languages, stays as it was.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from werkzeug.datastructures import MultiDict

Content = dict[str, Any]
Place = tuple[str | int, ...]
LANGUAGES = ("sv", "en")
TEXTS: tuple[Place, ...] = (
    ("title",),
    ("description",),
    ("target_group",),
    ("entry_requirement",),
    ("level", "qualification"),
    ("quality_assurance", "internal"),
    ("quality_assurance", "external"),
    ("quality_assurance", "body"),
    ("part_of",),
)
"""Texts in both languages."""
WORDS: tuple[Place, ...] = (
    ("owner",),
    ("iscedf",),
    ("setting",),
    ("supervision",),
    ("level", "state"),
    ("level", "decision"),
)
"""One word or line."""
NUMBERS: tuple[Place, ...] = (
    ("workload_hours",),
    ("valid_months",),
    ("level", "value"),
    ("enough_parts",),
    ("enough_points",),
)
CHOICES: tuple[Place, ...] = (("assessment",), ("mode",))
"""Several of a list."""
ISSUERS: Place = ("parts_from",)
"""Identifiers of issuers, one a line."""
CONCEPTS = ("esco", "skills")
"""Addresses of an outcome, one a line."""
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def name_of(place: Place) -> str:
    """What a field is called."""
    return ".".join(map(str, place))


def fields_of(content: Mapping[str, Any]) -> MultiDict[str, str]:
    """The fields of the form, filled in with a content."""
    fields: MultiDict[str, str] = MultiDict()
    for place in TEXTS:
        _put_text(fields, place, _at(content, place))
    for place in (*WORDS, *NUMBERS):
        fields[name_of(place)] = _shown(_at(content, place))
    for place in CHOICES:
        fields.setlist(name_of(place), list(_at(content, place) or ()))
    for index, outcome in enumerate(content.get("outcomes", ())):
        _put_outcome(fields, index, outcome)
    fields[name_of(ISSUERS)] = "\n".join(_at(content, ISSUERS) or ())
    for index, need in enumerate(content.get("earned_by", ())):
        for key in ("module", "source", "min_grade", "points"):
            fields[f"earned_by.{index}.{key}"] = _shown(need.get(key))
        if need.get("required"):
            fields[f"earned_by.{index}.required"] = "yes"
    return fields


def content_from(fields: MultiDict[str, str], base: Mapping[str, Any]) -> Content:
    """What was sent, as content; ``base`` is what the draft held before, of which the rest stays."""
    content = copy.deepcopy(dict(base))
    for place in TEXTS:
        _set(content, place, _text(fields, place, _at(base, place)))
    for place in WORDS:
        _set(content, place, _line(fields.get(name_of(place), "")))
    for place in NUMBERS:
        _set(content, place, _number(fields.get(name_of(place), "")))
    for place in CHOICES:
        ticked = dict.fromkeys(fields.getlist(name_of(place)))
        before = [code for code in _at(base, place) or () if code in ticked]  # in the order that they had
        _set(content, place, list(dict.fromkeys((*before, *ticked))) or None)
    _set(content, ISSUERS, list(dict.fromkeys(fields.get(name_of(ISSUERS), "").split())) or None)
    if not any(content.get("level", {}).get(key) for key in ("value", "decision", "qualification")):
        content.pop("level", None)
    labels = {
        one["uri"]: one for outcome in base.get("outcomes", ()) for key in CONCEPTS for one in outcome.get(key, ())
    }
    content["outcomes"] = [_outcome(fields, index, base, labels) for index in _rows(fields, "outcomes", "type")]
    content["earned_by"] = [_requirement(fields, index) for index in _rows(fields, "earned_by", "module")]
    return content


@dataclass(frozen=True)
class Step:
    """What a button of the form asks for: ``save``, ``add`` or ``remove`` a row of a list, ``check``, or ``esco``.

    The last one leads on to the search for a row's skills.
    """

    what: str
    list: str = ""
    index: int = 0

    @classmethod
    def of(cls, text: str) -> Step:
        """The step that a button's value names; an unknown one saves."""
        what, _, rest = text.partition(":")
        name, _, number = rest.partition(":")
        lists = {"add": ("outcomes", "earned_by"), "remove": ("outcomes", "earned_by"), "esco": ("outcomes",)}
        if name not in lists.get(what, ()):
            return cls("check" if what == "check" else "save")
        return cls(what, name, int(number) if number.isascii() and number.isdigit() else 0)

    def apply(self, content: Content) -> Content:
        """The content with the row added or removed."""
        rows = list(content.get(self.list, ())) if self.list else []
        if self.what == "add":
            rows.append({"type": "skill"} if self.list == "outcomes" else {})
        elif self.what == "remove":
            del rows[self.index : self.index + 1]
        return {**content, self.list: rows} if self.list else content

    def anchor(self, content: Content) -> str | None:
        """Where on the page she goes on: the new row, or the one that took the place of the removed one."""
        if not self.list:
            return None
        last = len(content.get(self.list, ())) - 1
        return f"{self.list}.{last}" if self.what == "add" else self.list


def _rows(fields: MultiDict[str, str], name: str, key: str) -> Iterator[int]:
    """Numbers of the rows that were sent, each of which has the field ``key``."""
    for index in count():
        if f"{name}.{index}.{key}" not in fields:
            return
        yield index


def _put_outcome(fields: MultiDict[str, str], index: int, outcome: Mapping[str, Any]) -> None:
    place: Place = ("outcomes", index)
    for key in ("title", "criteria"):
        _put_text(fields, (*place, key), outcome.get(key))
    for key in ("type", "reusability"):
        fields[name_of((*place, key))] = _shown(outcome.get(key))
    for key in CONCEPTS:
        fields[name_of((*place, key))] = "\n".join(one["uri"] for one in outcome.get(key, ()))


def _outcome(fields: MultiDict[str, str], index: int, base: Mapping[str, Any], labels: Mapping[str, Any]) -> Content:
    place, made = ("outcomes", index), Content()
    for key in ("title", "criteria"):
        _set(made, (key,), _text(fields, (*place, key), _at(base, (*place, key))))
    for key in ("type", "reusability"):
        _set(made, (key,), _line(fields.get(name_of((*place, key)), "")))
    for key in CONCEPTS:
        lines = dict.fromkeys(fields.get(name_of((*place, key)), "").split())
        _set(made, (key,), [labels.get(uri, {"uri": uri}) for uri in lines] or None)
    return made


def _requirement(fields: MultiDict[str, str], index: int) -> Content:
    made = Content()
    for key in ("module", "source"):
        _set(made, (key,), _line(fields.get(f"earned_by.{index}.{key}", "")))
    for key in ("min_grade", "points"):
        _set(made, (key,), _number(fields.get(f"earned_by.{index}.{key}", "")))
    _set(made, ("required",), fields.get(f"earned_by.{index}.required") == "yes" or None)
    return made


def _put_text(fields: MultiDict[str, str], place: Place, texts: Mapping[str, str] | None) -> None:
    for language in LANGUAGES:
        fields[name_of((*place, language))] = (texts or {}).get(language, "")


def _text(fields: MultiDict[str, str], place: Place, before: Mapping[str, str] | None) -> dict[str, str] | None:
    """A text in the languages that were written; other languages stay."""
    others = {code: text for code, text in (before or {}).items() if code not in LANGUAGES}
    sent = {code: _lines(fields.get(name_of((*place, code)), "")) for code in LANGUAGES}
    return {**{code: text for code, text in sent.items() if text}, **others} or None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _line(text: str) -> str | None:
    return " ".join(text.split()) or None


def _number(text: str) -> float | int | str | None:
    """A number with a comma or a point; anything else stays as it was written, to be corrected."""
    plain = "".join(text.split())
    if len(plain) > 12 or not _NUMBER.fullmatch(plain):
        return text.strip() or None
    return float(plain.replace(",", ".")) if not plain.lstrip("-").isdigit() else int(plain)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def _at(content: Mapping[str, Any], place: Place) -> Any:
    found: Any = content
    for part in place:
        if isinstance(found, Mapping):
            found = found.get(str(part))
        elif isinstance(found, list) and isinstance(part, int) and part < len(found):
            found = found[part]
        else:
            return None
    return found


def _set(content: Content, place: Place, value: Any) -> None:
    *way, last = map(str, place)
    inner = content
    for part in way:
        inner = inner.setdefault(part, {})
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
