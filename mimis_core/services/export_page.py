"""The page of an export that a learner can read: Swedish and English, nothing to load, every row of every table."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from mimis_core.services.public_page import STYLE

HEADINGS = {
    "learner": ("Vem du är", "Who you are"),
    "identity": ("Vad lärplattformar och listor kallar dig", "What learning platforms and lists call you"),
    "alias": ("Fler namn som de känner dig under", "Further names that they know you by"),
    "completion": ("Det här har du genomfört", "What you have completed"),
    "award": ("Beslut om dig", "Decisions about you"),
    "credential": ("Dina bevis", "Your credentials"),
    "appeal": ("Dina begäranden om omprövning", "What you asked to have reconsidered"),
    "review": ("Frågor om dig till skolan", "Questions to the school about you"),
    "permission": ("Tillåtelser", "Permissions"),
    "delivery": ("Bevis som har skickats", "Credentials that were sent"),
    "share": ("Dina delningar", "Your shares"),
    "share_credential": ("Bevis i dina delningar", "Credentials in your shares"),
    "disclosure": ("Vem som har tittat, och när", "Who has looked, and when"),
    "reveal_request": ("Frågor om vem du är, och ditt svar", "Who asked who you are, and your answer"),
    "trace": ("Vad arbetsgivare har gjort med det du delat", "What employers did with what you shared"),
    "notice": ("Vad arbetsgivares system har fått veta", "What employers’ systems were told"),
    "message": ("Mejl till dig", "Mails to you"),
    "contact": ("Dina egna e-postadresser", "Your own e-mail addresses"),
    "learner_account": ("Konton som du loggar in med", "Accounts that you sign in with"),
    "declined_mail": ("Mejl som du inte vill ha", "Mails that you do not want"),
    "helper": ("Dina stödpersoner", "Your helpers"),
    "helper_look": ("När en stödperson har tittat", "When a helper has looked"),
    "attestation": ("Frågor till handledare och bedömare", "Questions to supervisors and assessors"),
    "attestation_link": ("Länkar till dem", "Links to them"),
    "sign_in": ("Inloggningar", "Sign-ins"),
    "outbox": ("Arbete som mimis har gjort för dig", "Work that mimis did for you"),
    "audit": ("Historik: vad som har hänt, med id i stället för namn", "History: what happened, ids instead of names"),
    "merge": ("När två av dina konton blev ett", "When two of your accounts became one"),
    "erasure": ("När uppgifter om dig raderades", "When data about you were erased"),
    "tombstone": ("Konton som inte läses in igen", "Accounts that are not taken in again"),
}
"""Swedish and English heading of each table, in the order of the page."""
FIELDS = {
    "id": "id",
    "full_name": "namn / name",
    "given_name": "förnamn / given name",
    "family_name": "efternamn / family name",
    "email": "e-post / e-mail",
    "birth_date": "födelsedatum / date of birth",
    "protected": "skyddade personuppgifter / protected identity",
    "source": "källa / source",
    "key": "nyckel där / key there",
    "content": "innehåll / content",
    "state": "läge / state",
    "reason": "skäl / reason",
    "achievement": "mikromeriten / the achievement",
    "completed_at": "slutfört / completed",
    "evidence": "underlag / evidence",
    "decided_by": "beslutat av / decided by",
    "decided_at": "beslutat / decided",
    "status": "status",
    "status_reason": "skäl till status / reason of status",
    "issued_at": "utfärdat / issued",
    "valid_until": "gäller till / valid until",
    "given_by": "tillåtet av / given by",
    "given_at": "tillåtet / given",
    "courier": "väg / way",
    "to": "till / to",
    "at": "när / when",
    "due": "svar senast / answer due",
    "partner": "arbetsgivare / employer",
    "purpose": "ändamål / purpose",
    "until": "till och med / until",
    "anonymous": "utan namn / without name",
    "viewer": "vem / who",
    "system": "system hos arbetsgivaren / the employer's system",
    "told_at": "berättat för oss / told to us",
    "event": "händelse / event",
    "webhook_id": "adress hos arbetsgivaren (id) / address of the employer (id)",
    "sent_at": "skickat / sent",
    "subject": "om / about",
    "text": "text",
    "action": "händelse / action",
    "actor": "av (id) / by (id)",
    "details": "mer om händelsen / more about the event",
    "seq": "nummer i historiken / number in the history",
    "chain": "kontrollsumma / checksum",
    "learner_id": "deltagare (id) / learner (id)",
    "award_id": "beslut (id) / decision (id)",
    "credential_id": "bevis (id) / credential (id)",
    "permission_id": "tillåtelse (id) / permission (id)",
    "identity_id": "konto (id) / account (id)",
    "share_id": "delning (id) / share (id)",
    "keep_id": "konto som blev kvar (id) / account that was kept (id)",
    "other_id": "konto som flyttades (id) / account that was moved (id)",
    "supersedes_id": "ersätter beviset (id) / replaces the credential (id)",
    "achievement_id": "mikromeriten / the achievement",
    "achievement_version": "version av mikromeriten / version of the achievement",
    "round": "gång / time",
    "valid_from": "gäller från / valid from",
    "by_rule": "beslutat enligt regel / decided by a rule",
    "seen_at": "senast läst / last read",
    "seen_in": "läst i omgång (id) / read in run (id)",
    "urn": "bevisets nummer / number of the credential",
    "public_id": "bevisets adress / address of the credential",
    "format": "format",
    "media_type": "filtyp / file type",
    "filename": "fil / file",
    "status_at": "status sedan / status since",
    "status_list": "statuslista / status list",
    "status_index": "plats i statuslistan / place in the status list",
    "reminded": "påmind, dagar före / reminded, days ahead",
    "reference": "mottagarens referens / reference of the receiver",
    "url": "adress / address",
    "aliases": "fler namn / further names",
    "address": "adress / address",
    "confirmed_at": "bekräftad / confirmed",
    "main": "dit mejl går / where mails go",
    "show_shares": "ser dina delningar / sees your shares",
    "ended_at": "avslutad / ended",
    "helper_id": "stödperson (id) / helper (id)",
    "name": "namn / name",
    "kind": "slag / kind",
    "workplace": "arbetsplats / workplace",
    "started_on": "från och med / from",
    "ended_on": "till och med / until",
    "hours": "timmar / hours",
    "phone": "telefon / telephone",
    "asked_at": "frågat / asked",
    "reminded_at": "påmind / reminded",
    "opened_at": "öppnat / opened",
    "answer": "svar / answer",
    "answers": "svar / answers",
    "answered_at": "besvarat / answered",
    "attestation_id": "fråga (id) / question (id)",
    "made_at": "gjord / made",
    "code": "kod / code",
    "message": "meddelande / message",
    "application_email": "e-post i ansökan / e-mail in the application",
    "created_at": "skapad / made",
    "withdrawn_at": "tillbakatagen / withdrawn",
    "made_by": "gjord av / made by",
    "expires": "gäller till / valid until",
    "used_at": "använd / used",
    "scope": "omfattning / scope",
    "decision": "beslutets nummer / number of the decision",
    "by": "av / by",
    "ref": "gäller (id) / about (id)",
    "attempts": "försök / attempts",
    "not_before": "tidigast / not before",
    "destination": "väg / way",
    "number": "nummer / number",
    "before": "så var det före / how it was before",
    "undone_by": "ändrat tillbaka av / undone by",
    "undone_at": "ändrat tillbaka / undone",
}
"""What a field is called; one inside another that is not here is shown by its own name."""
INTRODUCTION = (
    "Här står allt som {issuer} har om dig i mimis. Filerna med dina bevis ligger i mappen documents.",
    "This is all that {issuer} holds about you in mimis. The files of your credentials are in the folder documents.",
)
NOTHING = "Inget. / Nothing."


def learner_page(data: dict[str, Any]) -> str:
    """The page, from what :meth:`LearnerExport.data` gives."""
    issuer, made = escape(data["issuer"]), escape(data["made_at"][:10])
    body = [
        "<h1>Uppgifter om dig</h1>",
        f"<p>{INTRODUCTION[0].format(issuer=issuer)} ({made})</p>",
        f'<p lang="en">{INTRODUCTION[1].format(issuer=issuer)}</p>',
        *_documents(data["documents"]),
        *(line for name in (*HEADINGS, *sorted(set(data["tables"]) - set(HEADINGS))) for line in _table(name, data)),
    ]
    return (
        '<!doctype html>\n<html lang="sv">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Uppgifter om dig</title>\n<style>{STYLE}dt{{font-weight:bold}}dd{{overflow-wrap:anywhere}}</style>\n"
        "</head>\n<body>\n<main>\n" + "\n".join(body) + "\n</main>\n</body>\n</html>\n"
    )


def _documents(names: list[str]) -> Iterator[str]:
    if names:
        items = "".join(f'<li><a href="documents/{escape(name)}">{escape(name)}</a></li>' for name in names)
        yield f'<h2>Filer <span lang="en">/ Files</span></h2><ul>{items}</ul>'


def _table(name: str, data: dict[str, Any]) -> Iterator[str]:
    swedish, english = HEADINGS.get(name, (name, name))
    rows = data["tables"].get(name, [])
    yield f'<section id="{escape(name)}"><h2>{escape(swedish)} <span lang="en">/ {escape(english)}</span></h2>'
    yield from (f"<dl>{_fields(row)}</dl>" for row in rows)
    yield "</section>" if rows else f"<p>{NOTHING}</p></section>"


def _fields(row: dict[str, Any]) -> str:
    shown = ((key, value) for key, value in row.items() if value not in (None, "", [], {}))
    return "".join(f"<dt>{escape(FIELDS.get(key, key))}</dt><dd>{_value(value)}</dd>" for key, value in shown)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "ja / yes" if value else "nej / no"
    if isinstance(value, dict):
        return f"<dl>{_fields(value)}</dl>"
    if isinstance(value, list):
        return f"<ul>{''.join(f'<li>{_value(one)}</li>' for one in value)}</ul>"
    return escape(str(value))
