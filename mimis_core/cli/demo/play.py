"""The play itself, step by step, each timed and counted."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mimis_core import cli
from mimis_core.cli.demo import cast
from mimis_core.cli.demo.journeys import LearnerVisit
from mimis_core.cli.demo.stage import EMPLOYER, Stage, append_tables
from mimis_core.model import AwardState, SourceLearner

TEACHER = "Läraren Maria Demo"


class Play:
    """Runs the main job once and again, and keeps what happened for the report."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.steps: list[dict[str, Any]] = []
        self.links: dict[str, str] = {}

    def run(self) -> None:
        """The main job for the class and the four journeys."""
        with self._step("pull and award") as counts:
            report = self.stage.school.sync()
            counts.update(report.model_dump(mode="json"), adds_up=report.adds_up)
        with self._step("decide") as counts:
            counts["approved"] = self._approve_proposed()
        with self._step("issue, mail, deliver by rule") as counts:
            counts.update(asdict(self.stage.school.drain()))
        with self._step("register the employer") as counts:
            partner_id = self._register_employer()
            counts["employers"] = 1
        with self._step("learners save and share") as counts:
            counts.update(self._journeys(partner_id))
        with self._step("deliver by the learners' choice") as counts:
            counts.update(asdict(self.stage.school.drain()))
        with self._step("employer pulls and imports") as counts:
            counts.update(self.pull(), imported_link=self._import(self.links["saman"])["state"])
        with self._step("Eli takes back, employer pulls") as counts:
            counts.update(self._take_back())

    def rerun(self) -> dict[str, Any]:
        """The same sync and pull on the same data: what is new must be nothing, also at the sandboxes."""
        before = self.received_counts()
        report = self.stage.school.sync(full=True)
        work = self.stage.school.drain()
        pulled = self.pull()
        after = self.received_counts()
        return {
            "pulled": report.pulled,
            "awards": report.awards,
            "credentials": work.credentials,
            "deliveries": work.deliveries,
            "mails": work.mails,
            "ats_writes": pulled["changed"],
            "sandboxes": {name: after[name] - before[name] for name in after},
        }

    def pull(self) -> dict[str, Any]:
        """``mimis employer pull``."""
        value: dict[str, Any] = self._command("employer", "pull")
        return value

    def received_counts(self) -> dict[str, int]:
        """What the sandboxes hold, and how often the ATS was written to."""
        boxes = self.stage.sandboxes
        writes = [request for request in boxes["teamtailor"].requests if request.method != "GET"]
        return {
            "wallet": len(boxes["europass"].received()),
            "mail": len(boxes["mail"].received()),
            "ats": len(boxes["teamtailor"].received()),
            "ats_writes": len(writes),
        }

    def _approve_proposed(self) -> int:
        waiting = self.stage.school.awards(AwardState.PROPOSED)
        for award in waiting:
            self.stage.school.decide_award(award["id"], approve=True, by=TEACHER)
        return len(waiting)

    def _register_employer(self) -> str:
        """The school registers the employer with ``mimis partners add``; HR writes the secret into its own folder."""
        new = self._command(
            "partners", "add", EMPLOYER.registration, "omsorg.demo.example",
            "--name", EMPLOYER.legal_name["sv"],
            "--proof-url", f"{self.stage.site.url}/.well-known/mimis-employer.json",
            folder=self.stage.school.settings.folder,
        )  # fmt: skip
        table = {"url": self.stage.school_url, "client_id": new["client_id"], "client_secret": new["client_secret"]}
        append_tables(self.stage.employer_folder, {"issuers.school": table})
        return str(new["id"])

    def _journeys(self, partner_id: str) -> dict[str, int]:
        saved = shared = 0
        for name, person in (("amina", cast.AMINA), ("eli", cast.ELI), ("saman", cast.SAMAN), ("jacob", cast.JACOB)):
            visit = LearnerVisit(self.stage, self._learner_id(person))
            if person.email:
                visit.sign_in_by_mail(person.email)
            else:
                visit.sign_in_by_slip(TEACHER)
            for credential_id in visit.credential_ids():
                visit.save_in_europass(credential_id, person.email or "jacob.privat@demo.example")
                saved += 1
            if name in ("amina", "eli"):
                self.stage.sandboxes["teamtailor"].add_candidate(person.email or "", person.full_name)
            if name == "saman":
                self.links[name] = visit.share(f"Ansökan från {name}")
            else:
                self.links[name] = visit.share(f"Ansökan från {name}", partner_id, person.email or "")
            shared += 1
            visit.close()
        return {"saved": saved, "shared": shared}

    def _take_back(self) -> dict[str, Any]:
        visit = LearnerVisit(self.stage, self._learner_id(cast.ELI))
        visit.sign_in_by_mail(cast.ELI.email or "")
        visit.take_back("Ansökan från eli")
        visit.close()
        return self.pull()

    def _import(self, link: str) -> dict[str, Any]:
        value: dict[str, Any] = self._command("employer", "import", link)
        return value

    def _learner_id(self, person: SourceLearner) -> str:
        identity = f"{person.source}:{person.key}"
        return next(learner.id for learner, known in self.stage.school.learners() if identity in known)

    def _command(self, *arguments: str, folder: Path | None = None) -> Any:
        """Run one command of mimis in this process and read its JSON."""
        out = io.StringIO()
        where = str(folder or self.stage.employer_folder)
        try:
            with redirect_stdout(out):
                cli.main([*arguments, "--config", where, "--json"])
        except SystemExit as ended:
            if ended.code not in (None, 0, 3):
                raise RuntimeError(f"mimis {' '.join(arguments[:2])} ended with {ended.code}") from None
        return json.loads(out.getvalue())

    @contextmanager
    def _step(self, name: str) -> Iterator[dict[str, Any]]:
        counts: dict[str, Any] = {}
        started = time.perf_counter()
        yield counts
        self.steps.append({"step": name, "seconds": round(time.perf_counter() - started, 2), "counts": counts})
