"""An employer that has taken in a share of each kind: one that is written, one that it decides on, one taken back."""

from __future__ import annotations

from pathlib import Path

from mimis_ats.texts import REASONS

from mimis_core import Check, FeedReceipt, Organisation, Verdict
from mimis_core.cli.init import write_folder
from mimis_core.services import (
    Criteria,
    ImportedCredential,
    ImportedShare,
    Need,
    OutcomeNeed,
    Services,
    SkillNeed,
    open_services,
)
from mimis_core.settings import load_settings

EMPLOYER = Organisation(
    id="employer", legal_name={"sv": "Sjövägens omsorg AB"}, registration="556036-0793", eidas="NTRSE-5560360793"
)


def make_employer(folder: Path, sealed: bytes) -> None:
    """Write an employer's folder; ``sealed`` is a credential's file, which its shares hold."""
    write_folder(folder, "employer", EMPLOYER, "http://127.0.0.1:9", "sqlite:///mimis.db", None)
    with open_services(load_settings(folder)) as services:
        for share in _shares(sealed):
            services.save_import(share)


def make_role(services: Services) -> str:
    """Publish a role with needs of each kind and an order; gives its id."""
    needs: tuple[Need, ...] = (
        OutcomeNeed(label={"sv": "Delta i ett digitalt möte och dela skärm eller dokument."}),
        OutcomeNeed(label={"sv": "Planera en näringsriktig måltid", "en": "Plan a meal"}, weight="desirable", level=4),
        SkillNeed(skill="http://data.europa.eu/esco/skill/none", label={"sv": "visa empati"}),
    )
    title, by_eye = {"sv": "Undersköterska, natt", "en": "Assistant nurse, nights"}, [{"sv": "Körkort B"}]
    made = services.new_role(title, "Test", needs, by_eye)
    order = Criteria(order=("essential_met", "desirable_met"), words={"sv": "Vi ser först på det som behövs."})
    services.save_role(made.profile.model_copy(update={"criteria": order}), made.revision, "Test")
    return services.publish_role(made.profile.id, "Test").profile.id


def _shares(sealed: bytes) -> list[ImportedShare]:
    verdict = Verdict(verdict="valid", checks=(Check(type="seal", status="ok", reason="good"),))
    one = ImportedCredential(
        urn="urn:1", title={"sv": "Bemötande"}, issuer_name={"sv": "Skolan"}, verdict=verdict, content=sealed
    )
    receipt = FeedReceipt(feed="teamtailor", key="k", candidate_id="50001", external_id="1")
    made = ImportedShare(key="written", issuer="x", link="https://x.example/s/1", person_name="Åsa Öberg",
                         purpose="Vikariat", credentials=(one,), state="written", receipts=(receipt,))  # fmt: skip
    ask = {"key": "ask", "state": "ask", "receipts": (), "reason": REASONS["no-candidate"]}
    left = {"key": "left", "state": "attention", "credentials": (), "person_name": None, "purpose": None}
    return [made, made.model_copy(update=ask), made.model_copy(update=left)]
