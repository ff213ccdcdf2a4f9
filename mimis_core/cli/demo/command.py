"""The command: set the stage, play, check, report, and serve or end."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from mimis_core.cli.demo import cast
from mimis_core.cli.demo.play import Play
from mimis_core.cli.demo.real import recording, sync_real
from mimis_core.cli.demo.stage import Stage, set_stage
from mimis_core.cli.output import DONE, FAILED, Json, emit, note, print_table
from mimis_core.errors import UserError

app = typer.Typer()

NO_RECORDING = "No official data at MIMIS_SHARED: the demo ran on generated data alone."


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the report instead of serving.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="A new or empty folder for the results.")] = None,
    json_: Json = False,
) -> None:
    """Run the whole main job against sandboxes on loopback, and show what happened."""
    pull = recording()
    folder = _fresh(out or Path(tempfile.mkdtemp(prefix="mimis-demo-")))
    with set_stage(folder) as stage:
        report = run(stage, pull)
        (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2, default=str), "utf-8")
        _show(report, folder, json_)
        if not once:
            _serve(stage, report)
    raise typer.Exit(DONE if all(check["ok"] for check in report["checks"]) else FAILED)


def run(stage: Stage, pull: Path | None) -> dict[str, Any]:
    """Play everything, the recorded pull too where there is one, and give the report.

    What the sandboxes received is written beside it.
    """
    started = time.perf_counter()
    play = Play(stage)
    play.run()
    rerun = play.rerun()
    real = _real(stage, pull)
    _export(stage)
    verdicts = [stage.school.verify(sealed.content).verdict for sealed in stage.school.sealed_files()]
    return {
        "steps": play.steps,
        "rerun": rerun,
        "real": real,
        "received": play.received_counts(),
        "credentials": len(verdicts),
        "verdicts": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
        "checks": _checks(play, rerun, real, verdicts),
        "links": {"start": stage.school_url, **play.links},
        "seconds": round(time.perf_counter() - started, 1),
    }


def _checks(play: Play, rerun: dict[str, Any], real: dict[str, Any], verdicts: Sequence[str]) -> list[dict[str, Any]]:
    first = play.steps[0]["counts"]
    fresh = ("awards", "credentials", "deliveries", "mails", "ats_writes")
    stopped = play.stage.school.attention()
    found = {
        "no source failed": not first["errors"],
        "totals add up": bool(first["adds_up"]) and bool(real.get("adds_up", True)),
        "every credential is valid": bool(verdicts) and set(verdicts) == {"valid"},
        "the rerun pulls the same": rerun["pulled"] == first["pulled"],
        "the rerun does nothing new": not any(rerun[name] for name in fresh),
        "the sandboxes saw nothing new": not any(rerun["sandboxes"].values()),
        "nothing needs attention": not stopped,
    }
    return [{"check": name, "ok": ok} for name, ok in found.items()]


def _real(stage: Stage, pull: Path | None) -> dict[str, Any]:
    if pull is None:
        return {"note": NO_RECORDING}
    folder = stage.folder / "real"
    with type(stage.sandboxes["moodle"])() as sandbox:
        report, outcome = sync_real(folder, sandbox, pull)
    (folder / "awards.json").write_text(json.dumps(outcome, ensure_ascii=False, indent=2), "utf-8")
    return {
        **report.model_dump(mode="json"),
        "adds_up": report.adds_up,
        "listed_awards": len(outcome["awards"]),
        "listed_set_aside": len(outcome["set_aside"]),
    }


def _export(stage: Stage) -> None:
    """Sealed files, and what wallet, mail and ATS received."""
    credentials = stage.folder / "credentials"
    credentials.mkdir()
    for sealed in stage.school.sealed_files():
        (credentials / sealed.filename).write_bytes(sealed.content)
    for name, sandbox in (("wallet", "europass"), ("mail", "mail"), ("ats", "teamtailor")):
        target = stage.folder / name
        target.mkdir()
        for filename, content in stage.sandboxes[sandbox].received():
            (target / filename.replace("/", "_")).write_bytes(content)


def _show(report: dict[str, Any], folder: Path, as_json: bool) -> None:
    if as_json:
        emit(report, True)
        return
    print_table(
        [
            {
                "step": step["step"],
                "s": step["seconds"],
                "what happened": ", ".join(f"{key} {value}" for key, value in step["counts"].items() if value),
            }
            for step in report["steps"]
        ]
    )
    print()
    print_table([{"check": check["check"], "result": "ok" if check["ok"] else "FAILED"} for check in report["checks"]])
    note(report["real"].get("note", ""))
    print(f"\n{report['credentials']} credentials, {report['seconds']} s, everything is in {folder}")


def _serve(stage: Stage, report: dict[str, Any]) -> None:
    print()
    links = [
        {"open": f"what {name} shared" if name != "start" else name, "address": link}
        for name, link in report["links"].items()
    ]
    print_table(links + _own_pages(stage))
    note("Avsluta med Ctrl-C.")
    try:
        while True:
            stage.school.drain()
            time.sleep(2)
    except KeyboardInterrupt:
        note("Slut.")


def _own_pages(stage: Stage) -> list[dict[str, str]]:
    """Sign-in slips of the four journeys: their mail goes to a sandbox, so that nobody could use a mailed link."""
    people = {f"{one.source}:{one.key}": one for one in (cast.AMINA, cast.ELI, cast.SAMAN, cast.JACOB)}
    rows = []
    for learner, identities in stage.school.learners():
        if any(identity in people for identity in identities):
            slip = stage.school.make_slip(learner.id, "demo")
            rows.append({"open": f"{learner.full_name}: own page (once)", "address": slip.url})
    return rows


def _fresh(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "report.json").exists():
            raise UserError(f"{folder} is not empty.", mend="Give a new folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()
