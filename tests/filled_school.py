"""A school that has something of everything, and the names by which its things are asked for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from mimis_core import Completion, Grade, Verdict
from mimis_core.services import (
    Account,
    AttestationOrder,
    AttesterFacts,
    Criteria,
    HelperOrder,
    ImportedCredential,
    ImportedShare,
    Opinion,
    OutcomeAnswer,
    OutcomeNeed,
    Placement,
    ProposalOrder,
    ProposedOutcome,
    Role,
    Services,
    ShareOrder,
    SignedIn,
    Trace,
)
from mimis_core.services.participants import ParticipantOrder
from mimis_core.services.schedules import Run
from mimis_core.store.every_table import METADATA
from mimis_core.store.partner_tables import WebhookRow
from mimis_core.store.tables import MessageRow, new_id
from tests.school import HandSource, done, page, someone

Known = dict[str, Any]
SHARED = "digitala-arbetsmiljoer"
WAITING = "gastvard-hotell"
PROPOSED = ProposalOrder(
    title={"sv": "Lyfta last"},
    why={"sv": "Vi bygger ut."},
    outcomes=(ProposedOutcome(title={"sv": "Planera ett lyft med travers"}),),
)
"""What an employer proposes."""


def fill(school: Services) -> Known:
    """Let a school of :func:`tests.installation.make_installation` do all that it can; gives what it has, by name.

    Two schools that are filled have equal learners, entries, employers and staff; only ids and tokens differ.
    """
    known = {**_learners(school), **_staff(school)}
    known |= _shares(school, known)
    school.request_delivery(known["learner_id"], known["credential_id"], "europass", "asa1@demo.example")
    known["imported"] = ImportedShare(key="https://x.example/s/1", issuer="x", state="ask")
    school.save_import(known["imported"])
    known["import_id"] = school.import_of(known["imported"].key).id
    school.take_hints("hand", ["hint"])
    known["appeal_id"] = school.appeal(known["learner_id"], "Titta igen.", credential_id=known["credential_id"])
    known["merge_id"] = school.merge_learners(known["learner_id"], known["other_id"], "Test")
    known["challenge"] = school.new_challenge()
    known |= _launches(school)
    known["right"] = school.give_right(SHARED, "third", "Test")
    known["number"] = known["right_number"] = known["right"].number
    known |= _catalogue(school, known)
    known |= _endorsed(school)
    known["part_file"] = school.sealed(known["learner_id"], known["credential_id"]).content
    known |= _attestations(school, known)
    known |= _own(school, known)
    known |= _roles(school, known)
    school.drain()
    known["ids"] = _ids_of_work(school)
    known["work_id"] = known["ids"][0]
    known["run"] = Run(known["ids"][0], "sync", "lease")
    return known


def _endorsed(school: Services) -> Known:
    asked = school.endorsement_request(SHARED).model_copy(update={"words": "Vi anställer gärna den som kan det."})
    clock, school.clock = school.clock, lambda: datetime.now(UTC)  # the seal is as old as the test
    signed = school.endorse(asked).content
    school.clock = clock
    made = school.add_endorsement(SHARED, signed, "Test", confirmed=True)
    return {"endorsement_id": made.id, "endorsement_order": asked, "endorsement": signed}


def _courses(grade: float) -> list[Completion]:
    """What two learners completed; the second is the first in another guise."""
    twin = someone("2", full_name="Åsa Öberg 1", email="asa1@demo.example")
    result = Grade(value=grade, minimum=0, maximum=100)
    one = [done(f"course:{number}", grade=result) for number in (1, 2, 3)]
    return [*one, done("course:4", twin)]


def _learners(school: Services) -> Known:
    for grade in (80, 90):  # the second time the source corrects what a credential rests on
        HandSource.pages = [page(*_courses(grade))]
        school.sync(full=True)
        school.drain()
    credential = school.all_credentials()[0]
    others = {one.id for one, _ in school.learners()} - {credential.learner_id}
    waiting = next(one["id"] for one in school.awards() if one["state"] == "proposed")
    slip = school.make_slip(credential.learner_id, "Test")
    return {
        "learner_id": credential.learner_id,
        "learner_ids": [credential.learner_id],
        "keep_id": credential.learner_id,
        "other_id": others.pop(),
        "credential_id": credential.id,
        "subject": credential.id,
        "public_id": credential.public_id,
        "urn": credential.urn,
        "award_id": waiting,
        "award_ids": [waiting],
        "review_id": school.reviews()[0]["id"],
        "token_or_code": slip.code,
    }


def _roles(school: Services, known: Known) -> Known:
    """A role that is published with its order, and a share that shows something of it."""
    file = school.sealed(known["learner_id"], known["credential_id"]).content
    valid = Verdict(verdict="valid", checks=())
    shown = ImportedCredential(
        urn=known["urn"], title={"sv": "x"}, issuer_name={"sv": "x"}, verdict=valid, content=file
    )
    school.save_import(ImportedShare(key="https://x.example/s/2", issuer="x", state="ask", credentials=(shown,)))
    need = OutcomeNeed(label=school.awarded_entry(SHARED).outcomes[0].title)
    made = school.new_role({"sv": "Undersköterska"}, "Test", [need])
    order = Criteria(order=("essential_met",), words={"sv": "Det som behövs."})
    school.save_role(made.profile.model_copy(update={"criteria": order}), made.revision, "Test")
    return {"role_id": made.profile.id, "profile": school.publish_role(made.profile.id, "Test").profile}


def _own(school: Services, known: Known) -> Known:
    """What the learner has added herself."""
    until = school.clock().date() + timedelta(days=30)
    order = HelperOrder(name="Kim", until=until, email="kim@demo.example")
    helper = school.invite_helper(known["learner_id"], order)
    school.open_help(helper.url.rpartition("/")[2])
    own = Account(issuer="https://id.demo.example", subject=f"a learner's of {school.organisation}")
    school.bind_learner_account(known["learner_id"], own)
    school.add_address(known["learner_id"], "asa.hemma@demo.example")
    school.choose_mails(known["learner_id"], "look", False)
    contacts = school.contacts_of(known["learner_id"])
    return {
        "helper_id": helper.helper.id,
        "helper_token": helper.url.rpartition("/")[2],
        "helper_order": order,
        "contact_id": contacts.private[0].id,
        "address_token": _mailed_token(school),
        "account_id": contacts.accounts[0].id,
    }


def _mailed_token(school: Services) -> str:
    """The token of the link that the last mail to a new address has."""
    with school.database.transaction() as session:
        mine = MessageRow.organisation == school.organisation, MessageRow.key.startswith("address:")
        (text,) = session.scalars(select(MessageRow.text).where(*mine))
    found = re.search(r"/confirm/([\w-]+)", text)
    assert found is not None
    return found[1]


def _staff(school: Services) -> Known:
    joined = school.invite_staff("Bo", "bo@demo.example", (Role.OWNER,))
    waiting = school.invite_staff("Eva", "eva@demo.example", (Role.OWNER,))
    session = school.redeem_invitation(joined.url.rpartition("/")[2])
    account = Account(issuer="https://id.demo.example", subject=f"of {school.organisation} alone")
    school.bind_account(session, account, "oidc")
    school.add_passkey(session, f"passkey of {school.organisation}", b"key", 1)
    signed_in: SignedIn = school.staff_session(session)
    return {
        "staff_id": joined.staff_id,
        "session": session,
        "invitation": waiting.url.rpartition("/")[2],
        "account": account,
        "signed_in": signed_in,
        "key_id": f"passkey of {school.organisation}",
        "passkey_id": school.passkeys_of(joined.staff_id)[0].id,
    }


def _shares(school: Services, known: Known) -> Known:
    partner = school.add_partner("Bolaget AB", "556036-0793", "bolag.demo.example")
    until = school.clock().date() + timedelta(days=30)
    order = ShareOrder(credential_ids=(known["credential_id"],), purpose="Jobb", until=until, anonymous=False)
    link = school.create_share(known["learner_id"], order)
    addressed = school.create_share(known["learner_id"], order.model_copy(update={"partner_id": partner.partner.id}))
    token = link.url.rpartition("/")[2]
    school.open_share(token, "Någon")
    hook_id = _webhook(school, partner.partner.id)
    school.add_trace_as(partner.partner.id, addressed.id, Trace(system="Demo", state="written", at=school.clock()))
    return {
        "partner_id": partner.partner.id,
        "client_id": partner.partner.client_id,
        "client_secret": partner.client_secret,
        "share_id": addressed.id,
        "share_ids": [addressed.id],
        "webhook_id": hook_id,
        "proposal_id": school.propose_outcomes(partner.partner.id, PROPOSED).id,
        "proposal_order": PROPOSED,
        "share": token,
        "share_order": order.model_copy(update={"partner_id": partner.partner.id}),
        "participant_order": ParticipantOrder(
            "P", date(2026, 1, 1), date(2026, 12, 31), learners=[known["learner_id"]]
        ),
    }


def _webhook(school: Services, partner_id: str) -> str:
    """A webhook where nobody answers. It is put there: an employer may only name a public address."""
    row = WebhookRow(
        id=new_id(), organisation=school.organisation, partner_id=partner_id, url="http://127.0.0.1:9/hook",
        events="share.withdrawn", generation=1, created_at=school.clock(),
    )  # fmt: skip
    with school.database.transaction() as session:
        session.add(row)
    return row.id


def _catalogue(school: Services, known: Known) -> Known:
    reviewer = school.invite_staff("Gun", "gun@demo.example", (Role.REVIEWER,)).staff_id
    draft = school.next_draft(SHARED, known["staff_id"])
    entry = school.entry_to_review(f"{SHARED}@1")
    opinions = [Opinion(principle=number, holds=True) for number in (1, 2, 3, 4, 5, 6)]
    school.review_entry(entry.ref, school.key_of_content(entry), opinions, "approved", "Granskarna", reviewer)
    (review,) = school.catalogue_reviews(entry)
    return {
        "achievement": entry,
        "achievement_id": SHARED,
        "catalogue_review_id": review.id,
        "draft": draft,
        "entry": entry,
        "ref": entry.ref,
    }


def _launches(school: Services) -> Known:
    started = school.begin_launch("school")
    launch = school.take_launch(started.state)
    placement = Placement(
        platform="school", deployment_id=f"of {school.organisation} alone", return_url="https://x.example"
    )
    open_ = school.begin_launch("school")
    return {
        "launch_state": open_.state,
        "nonce": started.nonce,
        "launch": launch,
        "placement": placement,
        "placement_token": school.begin_placement(placement),
    }


def _attestations(school: Services, known: Known) -> Known:
    """One request that is answered, and one that can be."""
    today = school.clock().date()
    order = AttestationOrder(
        learner_id=known["learner_id"], achievement_id=WAITING, name="Petra Sjö", email="petra@demo.example",
        workplace="Hotell Demo i Testbygden", started_on=today - timedelta(days=30), ended_on=today,
    )  # fmt: skip
    said, facts = (
        OutcomeAnswer(seen="yes", comment="Alltid i tid, varje dag."),
        AttesterFacts(name="Petra Sjö", role="receptionschef", identity="known", started_on=today, ended_on=today),
    )
    answered = school.ask_attestation(order, known["staff_id"]).url.rpartition("/")[2]
    for number, _ in enumerate(school.open_attestation(answered).achievement.outcomes, 1):
        school.save_outcome(answered, number, said)
    school.save_facts(answered, facts)
    school.send_attestation(answered)
    made = school.ask_attestation(order, known["staff_id"])
    return {
        "attestation": made.url.rpartition("/")[2],
        "attestation_id": made.attestation_id,
        "attestation_order": order,
        "attester_facts": facts,
        "outcome_answer": said,
    }


def _ids_of_work(school: Services) -> list[str]:
    table = METADATA.tables["outbox"]
    with school.database.engine.connect() as connection:
        query = select(table.c.id).where(table.c.organisation == school.organisation)
        return list(connection.scalars(query))


def rows_of(school: Services, organisation: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that the database holds of one organisation, as it is stored."""
    found = {}
    with school.database.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            rows = connection.execute(select(table).where(table.c.organisation == organisation))
            found[table.name] = sorted(map(tuple, rows), key=repr)
    return found
