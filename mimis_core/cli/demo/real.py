"""A complete pull of a real Moodle, replayed by the Moodle sandbox and synced as any other source."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mimis_core.cli.demo import cast
from mimis_core.cli.demo.stage import SCHOOL, append_tables
from mimis_core.cli.init import write_folder
from mimis_core.errors import UserError
from mimis_core.model import Completion, Requirement
from mimis_core.services import Services, SyncReport, open_services
from mimis_core.settings import load_settings
from mimis_core.store.catalogue_files import load_catalogue
from mimis_core.store.tables import AwardRow, CompletionRow, SetAsideRow
from mimis_core.testing.sandbox import Sandbox

COURSES = (2, 3, 4, 9)


def recording() -> Path | None:
    """Folder of the recorded pull, or None when the official data is not at hand.

    Raises UserError where it must be there (CI).
    """
    folder = Path(os.environ.get("MIMIS_SHARED", "../shared")) / "moodle" / "pull"
    if folder.is_dir():
        return folder
    if os.environ.get("CI") == "true":
        raise UserError("The recorded Moodle is not there.", mend="Set MIMIS_SHARED to the folder of official data.")
    return None


def sync_real(folder: Path, sandbox: Sandbox, pull: Path) -> tuple[SyncReport, dict[str, Any]]:
    """Sync a school that awards the courses of the recording; gives the report and what became an award."""
    sandbox.load_recording(pull)
    write_folder(folder, "school", SCHOOL, "http://127.0.0.1:8002", "sqlite:///mimis.db", "none-enrolled")
    _one_entry_per_course(folder / "catalogue")
    append_tables(folder, {"sources.moodle": sandbox.settings()})
    with ExitStack() as stack:
        services = stack.enter_context(open_services(load_settings(folder)))
        report = services.sync()
        services.drain()
        return report, {"awards": _awards(services), "set_aside": _set_aside(services)}


def _one_entry_per_course(folder: Path) -> None:
    entries = load_catalogue(folder).latest()
    for file in folder.glob("*.yaml"):
        file.unlink()
    for course, entry in zip(COURSES, entries, strict=False):
        changes = {
            "earned_by": (Requirement(module=f"course:{course}", source="moodle"),),
            "automatic": cast.RULE,
        }
        text = entry.model_copy(update=changes).model_dump_json(exclude_none=True)
        (folder / f"{entry.id}.yaml").write_text(text, "utf-8")


def _awards(services: Services) -> list[dict[str, Any]]:
    """Awards by Moodle's own ids: each rests on exactly one completion here."""
    with services.database.transaction() as session:
        used = session.scalars(select(CompletionRow).where(CompletionRow.state == "used"))
        completions = [Completion.model_validate_json(row.content) for row in used]
        awards = len(list(session.scalars(select(AwardRow))))
    if awards != len(completions):
        raise RuntimeError(f"{awards} awards rest on {len(completions)} completions")
    rows = [
        {
            **_ids(one.key),
            "completed_at": one.completed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "grade": one.grade.value if one.grade else None,
        }
        for one in completions
    ]
    return sorted(rows, key=lambda row: (row["course"], row["user"]))


def _set_aside(services: Services) -> list[dict[str, Any]]:
    with services.database.transaction() as session:
        rows = [{**_ids(row.key), "reason": row.reason} for row in session.scalars(select(SetAsideRow))]
    return sorted(rows, key=lambda row: (row["course"], row.get("user") or 0))


def _ids(key: str) -> dict[str, int | None]:
    """``course:2/user:3`` as numbers; a course without learners has no user."""
    parts = dict(part.split(":", 1) for part in key.split("/"))
    return {"course": int(parts["course"]), "user": int(parts["user"]) if "user" in parts else None}
