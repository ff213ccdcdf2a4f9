"""A form of an Excel file into a catalogue entry, with the cell of every mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from mimis_core import Achievement
from mimis_files.catalogue.form import ALL_OUTCOMES, FIELD, FIELDS, HELP, LANGUAGES, Field, Place, find_field, label_key
from mimis_files.sheets import Sheet, column_letters
from mimis_files.values import parse_date

_MENDS = {
    "missing": "Fyll i cellen.",
    "string_pattern_mismatch": "Skriv så som förklaringen till höger säger.",
    "greater_than": "Skriv ett tal som är större än noll.",
    "greater_than_equal": "Skriv ett större tal.",
    "less_than_equal": "Skriv ett mindre tal.",
    "float_parsing": "Skriv ett tal, till exempel 24 eller 7,5.",
    "int_parsing": "Skriv ett heltal.",
    "int_from_float": "Skriv ett heltal.",
    "too_short": "Fyll i minst en.",
}
_LANGUAGE_CODE = 2
_WITHIN = 10


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in one cell, in Swedish."""

    sheet: str
    cell: str
    label: str
    message: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell} {self.label}: {self.message}"


@dataclass
class Form:
    """One form: the values by their place in the entry, and the cell and label of each place."""

    sheet: str
    values: dict[Place, Any] = field(default_factory=dict)
    cells: dict[Place, tuple[str, str]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nobody has filled it in."""
        return not self.values

    def cell(self, path: Place) -> tuple[str, str]:
        """Cell and label of a place, or of the nearest one above or below it."""
        for size in range(len(path), 0, -1):
            for known in self.cells:
                if known[:size] == path[:size]:
                    return self.cells[known]
        return next(iter(self.cells.values()), ("A1", FIELD))

    def wrong(self, path: Place, message: str) -> None:
        """Note a mistake."""
        cell, label = self.cell(path)
        self.mistakes.append(Mistake(self.sheet, cell, label, message))


def read_form(sheet: Sheet) -> Form | None:
    """The form on a sheet; None when it holds none, as a sheet that explains."""
    for index, (_, cells) in enumerate(sheet.rows[:_WITHIN]):
        if label_key(cells[0]) == label_key(FIELD):
            return _read_rows(sheet, index, _languages(cells))
    return None


def to_achievement(form: Form) -> Achievement | None:
    """The entry; None when it has mistakes, which then stand in the form."""
    if form.mistakes:
        return None
    try:
        return Achievement.model_validate(_nested(_with_all_outcomes(form.values)))
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            form.wrong(tuple(item["loc"]), _MENDS.get(item["type"], "Värdet går inte att förstå."))
        return None


def _languages(headings: tuple[str, ...]) -> dict[int, str]:
    """Positions of the language columns with their codes."""
    found = {}
    for position, heading in enumerate(headings[1:], start=1):
        key = label_key(heading)
        if key in LANGUAGES:
            found[position] = LANGUAGES[key]
        elif len(key) == _LANGUAGE_CODE and key != label_key(HELP):
            found[position] = key
    return found or {1: "sv"}


@dataclass(frozen=True)
class _Line:
    """One row below the header: its field and number, None for a text that is no field."""

    number: int
    cells: tuple[str, ...]
    filled: bool
    found: tuple[Field, int] | None


def _read_rows(sheet: Sheet, header: int, languages: Mapping[int, str]) -> Form:
    form, column = Form(str(sheet.name)), column_letters(min(languages))
    lines = [_line(number, cells, languages) for number, cells in sheet.rows[header + 1 :]]
    places = _places(lines)
    for line in lines:
        if line.found is None:
            if line.filled:
                cell = f"A{line.number}"
                form.mistakes.append(Mistake(form.sheet, cell, line.cells[0], "Det finns inget sådant fält."))
            continue
        one, item = line.found
        index = places.get(one.many or "", [item])
        if item not in index and (index or item > 1):
            continue  # one of several that nobody has filled in; without any, the first is where one is missing
        path = one.at(index.index(item) + 1 if index else item)
        form.cells[path] = f"{column}{line.number}", line.cells[0]
        if line.filled:
            _take(form, one, path, line.cells, languages)
    return form


def _line(number: int, cells: tuple[str, ...], languages: Mapping[int, str]) -> _Line:
    filled = any(cells[position] for position in languages if position < len(cells))
    return _Line(number, cells, filled, find_field(cells[0]))


def _places(lines: list[_Line]) -> dict[str, list[int]]:
    """For each list of the entry the numbers of the items that are filled in: gaps between them close."""
    filled: dict[str, set[int]] = {one.many: set() for one in FIELDS if one.many}
    for line in lines:
        if line.found and line.filled and line.found[0].many:
            filled[line.found[0].many].add(line.found[1])
    return {name: sorted(numbers) for name, numbers in filled.items()}


def _take(form: Form, one: Field, path: Place, cells: tuple[str, ...], languages: Mapping[int, str]) -> None:
    texts = {code: cells[position] for position, code in languages.items() if position < len(cells)}
    if one.shape == "text":
        form.values[path] = {code: text for code, text in texts.items() if text}
        return
    text = next(filter(None, texts.values()))
    try:
        form.values[path] = _VALUES[one.shape](text, one.choices)
    except ValueError as error:
        form.wrong(path, str(error))


def _choice(text: str, choices: Mapping[str, str]) -> str:
    key = label_key(text)
    if key in choices:
        return choices[key]
    if not choices or text in choices.values():
        return text
    raise ValueError(f"Välj ett av orden: {', '.join(choices)}.")


def _words(text: str, choices: Mapping[str, str]) -> list[str]:
    # A code or address of the EU's list is no word of ours and stands as it is.
    words = [word.strip() for word in text.replace("\n", ",").replace(";", ",").split(",") if word.strip()]
    return [word if _is_code(word) else _choice(word, choices) for word in words]


def _is_code(word: str) -> bool:
    return word.startswith("http") or (len(word) == 10 and all(letter in "0123456789abcdef" for letter in word))


def _number(text: str, _: Mapping[str, str]) -> float:
    try:
        return float(text.replace(" ", "").replace(",", "."))
    except ValueError:
        raise ValueError("Skriv ett tal, till exempel 24 eller 7,5.") from None


def _date(text: str, _: Mapping[str, str]) -> str:
    day = parse_date(text)
    if day is None:
        raise ValueError("Skriv dagen så här: 2026-11-24.")
    return f"{day:%Y-%m-%d}"


def _concepts(text: str, _: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_concept(line) for line in text.splitlines() if line.strip()]


def _concept(line: str) -> dict[str, Any]:
    uri, *labels = (part.strip() for part in line.split("|"))
    if not uri.startswith(("http://", "https://")) or " " in uri:
        raise ValueError("Skriv en adress på varje rad. Namnet står efter tecknet |, så här: adress | en: namn")
    pairs = [label.partition(":") for label in labels if label]
    if any(not sign or len(code.strip()) != _LANGUAGE_CODE for code, sign, _ in pairs):
        raise ValueError("Skriv språket före namnet, så här: adress | en: use hand tools")
    names = {code.strip(): name.strip() for code, _, name in pairs}
    return {"uri": uri, "label": names} if names else {"uri": uri}


_VALUES = {
    "word": lambda text, _: text,
    "choice": _choice,
    "words": _words,
    "number": _number,
    "date": _date,
    "concepts": _concepts,
}


def _with_all_outcomes(values: Mapping[Place, Any]) -> dict[Place, Any]:
    """The values with ``alla läranderesultat`` written out: one requirement for each of them."""
    first: Place = ("earned_by", 0, "module")
    if label_key(str(values.get(first, ""))) != ALL_OUTCOMES:
        return dict(values)
    count = 1 + max((int(path[1]) for path in values if path[0] == "outcomes"), default=-1)
    rest = {path: value for path, value in values.items() if path[0] != "earned_by"}
    base = f"achievement:{values.get(('id',), '')}"
    return rest | {("earned_by", index, "module"): f"{base}#{index + 1}" for index in range(count)}


def _nested(values: Mapping[Place, Any]) -> Any:
    """Values by path as dictionaries and lists within each other."""
    whole: dict[str, Any] = {}
    for path, value in values.items():
        _put(whole, path, value)
    return _lists(whole)


def _put(place: dict[Any, Any], path: Place, value: Any) -> None:
    for part in path[:-1]:
        place = place.setdefault(part, {})
    place[path[-1]] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, int) for key in value):
        return [_lists(value[key]) for key in sorted(value)]
    return {key: _lists(one) for key, one in value.items()}
