"""Texts of the mails about what a learner does herself: her addresses, her helpers, and looks at what she shares."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from mimis_core.model import Organisation
from mimis_core.services.messages import Mail, name_of

ZONE = ZoneInfo("Europe/Stockholm")
"""Where the days of people are counted."""


def confirm_address_mail(school: Organisation, link: str) -> Mail:
    """To a private address that somebody has written: is it hers? Says nothing of who that is."""
    name = name_of(school)
    return (
        f"Är det här din e-postadress? {name}",
        f"Hej!\n\nNågon har skrivit den här adressen hos {name}. Är det du? Bekräfta adressen:\n{link}\n\n"
        "Länken fungerar en gång och i ett dygn. Du behöver vara inloggad. "
        "Är det inte du? Då behöver du inte göra något.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        "Hello.\n\nSomebody has written this address at the school. Is it you? Confirm the address with the link. "
        "It works once, for one day. You need to be signed in. If it is not you, you need do nothing.\n",
    )


def address_added_mail(school: Organisation, given_name: str) -> Mail:
    """To the address that she had before: there is one more now, which can let somebody in."""
    name = name_of(school)
    contact = school.email or name
    return (
        f"Du har lagt till en e-postadress hos {name}",
        f"Hej {given_name}!\n\nDu har lagt till en privat e-postadress. Du kan logga in med båda adresserna.\n\n"
        f"Var det inte du? Skriv till {contact} direkt.\n\nHälsningar\n{name}\n\n---\n"
        f"Hello {given_name}.\n\nYou have added a private e-mail address. You can sign in with both addresses. "
        f"If it was not you, write to {contact} at once.\n",
    )


def helper_mail(school: Organisation, learner: str, helper: str, day: str, link: str) -> Mail:
    """To somebody whom a learner lets look. The subject names nobody."""
    name = name_of(school)
    return (
        f"Du kan titta på bevis hos {name}",
        f"Hej {helper}!\n\n{learner} vill att du ska kunna se hens bevis och det som saknas. Titta här:\n{link}\n\n"
        f"Länken gäller till och med {day}. Ge den inte till någon annan. {learner} ser när du har tittat.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f"Hello {helper}.\n\n{learner} lets you see their credentials and what is missing. The link works until {day}. "
        f"Do not pass it on. {learner} sees when you have looked.\n",
    )


REASONS = {
    "meet": ("Vi vill träffa dig.", "We want to meet you."),
    "talk": ("Vi vill prata med dig.", "We want to talk to you."),
    "offer": ("Vi vill erbjuda dig något.", "We want to offer you something."),
    "check": ("Vi vill kontrollera beviset själva.", "We want to check the credential ourselves."),
}
"""Why somebody wants to know whose a share is, in Swedish and English."""


def reveal_mail(school: Organisation, given_name: str, viewers: Mail, reason: Mail, purpose: str, pages: str) -> Mail:
    """To a learner who shares without her name: somebody asks for it. Arguments as of :func:`looked_mail`."""
    name = name_of(school)
    return (
        f"{viewers[0]} vill veta vem du är",
        f"Hej {given_name}!\n\n{viewers[0]} har sett det du delar utan namn, och vill veta vem du är. "
        f"De säger: {reason[0]} Du delade det för: {purpose}\n\n"
        f"Du bestämmer. Visa ditt namn eller svara nej: {pages}/shares\n"
        "Gör du inget så får de inte veta vem du är.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f"Hello {given_name}.\n\n{viewers[1]} has seen what you share without a name, and wants to know who you are. "
        f"They say: {reason[1]} You shared it for: {purpose}\n\n"
        f"You decide. Show your name or answer no: {pages}/shares\n"
        "If you do nothing, they will not know who you are.\n",
    )


def looked_mail(
    school: Organisation, given_name: str, viewers: Mail, titles: Mail, purpose: str, at: datetime, pages: str
) -> Mail:
    """Glossary message 22. ``viewers`` and ``titles`` are in Swedish and English, ``pages`` is her pages' address."""
    name, local = name_of(school), at.astimezone(ZONE)
    return (
        f"{viewers[0]} har tittat på ditt bevis",
        f"Hej {given_name}!\n\n{viewers[0]} öppnade {titles[0]} den {local:%Y-%m-%d} kl. {local:%H.%M}. "
        f"Du delade det för: {purpose}\n\n"
        f"Vill du att de inte ska se det längre? Ta tillbaka delningen: {pages}/shares\n\n"
        f"Vill du inte ha de här mejlen? Stäng av dem: {pages}/contact\n\nHälsningar\n{name}\n\n---\n"
        f"Hello {given_name}.\n\n{viewers[1]} opened {titles[1]} on {local:%Y-%m-%d} at {local:%H:%M}. "
        f"You shared it for: {purpose}\n\nDon't want them to see it any more? Withdraw: {pages}/shares\n\n"
        f"Don't want these e-mails? Turn them off: {pages}/contact\n",
    )
