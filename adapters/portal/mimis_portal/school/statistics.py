"""Figures without persons: charts with their tables, and the same to download."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mimis_core import UserError
from mimis_core.services import MEASURES, Figures, Statistics
from mimis_core.web import current_services, gettext, limited, month, pick, staff_required

statistics = Blueprint("statistics", __name__, url_prefix="/school/statistics", template_folder="../templates")

MONTHS_SHOWN = 12
"""How many months are shown until others are asked for."""
ROWS = 50
"""Rows of the table on one page: all of them would make it too heavy for a phone."""


@dataclass(frozen=True)
class Bar:
    """One month of a chart; ``length`` is a share of the longest bar, None where nothing may be shown."""

    month: str
    said: str
    length: float | None


@statistics.context_processor
def _words() -> dict[str, Any]:
    # Each name is said in every row: it is looked up once.
    return {"month_name": month, "measure_name": {measure: measure_name(measure) for measure in MEASURES}.__getitem__}


@statistics.get("")
@staff_required("stats.read")
def figures() -> ResponseReturnValue:
    """A chart of each measure by month, and a table by micro-credential and month."""
    asked = _asked()
    try:
        found, error = _found(asked), None
    except UserError:
        found, error = Statistics(rows=(), least=None), gettext("Write the month as 2026-11.")
    rows, before, after = _one_page(found, asked)
    page = render_template(
        "portal/school/statistics.html",
        found=found,
        rows=rows,
        before=before,
        after=after,
        asked=asked,
        error=error,
        charts=[(measure, _bars(found, measure)) for measure in MEASURES],
        titles=_titles(),
        count=lambda row, measure: _count(found, getattr(row, measure)),
        downloads=[(kind, url_for(f"statistics.{kind}", **asked)) for kind in ("as_csv", "as_json")],
    )
    return page, 400 if error else 200


@statistics.get("/figures.csv")
@staff_required("stats.read")
@limited("20 per minute")
def as_csv() -> ResponseReturnValue:
    """The table for a spreadsheet, with headings in the reader's language."""
    found, titles, out = _found(_asked()), _titles(), io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    headings = (gettext("Micro-credential"), gettext("Month"))
    rows.writerow([*headings, *(measure_name(measure) for measure in MEASURES)])
    for row in found.rows:
        counts = [_count(found, getattr(row, measure)) for measure in MEASURES]
        rows.writerow([_cell(titles.get(row.achievement, row.achievement)), row.month, *counts])
    # With a byte order mark, without which Excel takes it for another encoding.
    return _download(Response("\ufeff" + out.getvalue(), mimetype="text/csv"), "csv")


@statistics.get("/figures.json")
@staff_required("stats.read")
@limited("20 per minute")
def as_json() -> ResponseReturnValue:
    """The same for programs; a count that is not shown is null."""
    found = _found(_asked())
    return _download(jsonify({"least": found.least, "rows": [row.model_dump() for row in found.rows]}), "json")


def measure_name(measure: str) -> str:
    """What is counted."""
    return {
        "issued": gettext("Issued"),
        "delivered": gettext("Sent"),
        "viewed": gettext("Looked at"),
        "shared": gettext("Shared"),
        "revoked": gettext("Revoked"),
    }[measure]


def _asked() -> dict[str, Any]:
    """First and last month; without any, the last twelve."""
    given: dict[str, Any] = {name: request.args.get(name, "").strip()[:10] for name in ("from", "to")}
    if "from" not in request.args:
        year, month = divmod(current_services().clock().year * 12 + current_services().clock().month - MONTHS_SHOWN, 12)
        given["from"] = f"{year:04}-{month + 1:02}"
    return given


def _one_page(found: Statistics, asked: dict[str, Any]) -> tuple[tuple[Figures, ...], str | None, str | None]:
    """The rows of the page that is asked for, and where the pages before and after it are."""
    given = request.args.get("page", "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
    rows = found.rows[(number - 1) * ROWS : number * ROWS] if number else ()
    before = url_for("statistics.figures", page=number - 1, **asked) if number > 1 else None
    after = url_for("statistics.figures", page=number + 1, **asked) if number * ROWS < len(found.rows) else None
    return rows, before, after


def _found(asked: dict[str, Any]) -> Statistics:
    return current_services().recent_statistics(asked["from"] or None, asked["to"] or None)


def _titles() -> dict[str, str]:
    return {one.id: pick(one.title) for one in current_services().entries()}


def _bars(found: Statistics, measure: str) -> list[Bar]:
    """A bar for each month; what is too small to be shown is in no bar, and its text says so."""
    sums = [(one, found.shown(measure, month=one), found.hidden(measure, month=one)) for one in found.months()]
    longest = max((shown for _, shown, _ in sums), default=0) or 1
    return [
        Bar(month(one), _sum(found, shown, hidden), None if hidden and not shown else shown / longest)
        for one, shown, hidden in sums
    ]


def _sum(found: Statistics, shown: int, hidden: int) -> str:
    if not hidden:
        return str(shown)
    if shown:
        return gettext("more than %(number)s", number=shown)
    if hidden == 1:
        return gettext("fewer than %(least)s", least=found.least)
    return gettext("fewer than %(least)s of each", least=found.least)


def _count(found: Statistics, count: int | None) -> str:
    return gettext("fewer than %(least)s", least=found.least) if count is None else str(count)


def _cell(text: str) -> str:
    """A text that a spreadsheet takes for no formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _download(answer: Response, ending: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="statistik.{ending}"'
    return answer
