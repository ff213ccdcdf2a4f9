"""Texts of the mails that mimis sends: Swedish first, English after it (facts/glossary-sv.md section 2)."""

from __future__ import annotations

from mimis_core.model import Organisation

Mail = tuple[str, str]
"""Subject and plain text."""


def sign_in_mail(school: Organisation, link: str) -> Mail:
    """Glossary message 21."""
    name = school.legal_name["sv"]
    return (
        f"Logga in hos {name}",
        f"Hej!\n\nKlicka på länken så loggas du in:\n{link}\n\n"
        "Länken fungerar en gång och i 15 minuter. Har du inte försökt logga in? Då behöver du inte göra något.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        "Hello.\n\nClick the link to sign in. It works once and for 15 minutes. "
        "If you did not try to sign in, you need do nothing.\n",
    )


def received_mail(school: Organisation, given_name: str, titles: tuple[str, str], link: str) -> Mail:
    """Glossary message 20. A public body never promises that nobody else can ask for the document."""
    name = school.legal_name["sv"]
    sv_last = (
        "Det är du som väljer om en arbetsgivare ska få se det."
        if school.public_body
        else "Ingen annan ser det förrän du själv delar."
    )
    en_last = (
        "You choose whether an employer may see it." if school.public_body else "No one else sees it until you share."
    )
    return (
        f"Du har fått en mikromerit från {name}",
        f"Hej {given_name}!\n\nDu har visat att du kan ”{titles[0]}”. Nu finns ditt bevis. "
        "Du kan titta på det, spara det och dela det med en arbetsgivare.\n\n"
        f"Titta på beviset: {link}\n\n{sv_last}\n\nHar du frågor? Svara på mejlet, så når du {name}.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nYou have shown that you can "{titles[1]}". Your credential is ready. '
        f"You can look at it, save it and share it with an employer.\n\nSee the credential: {link}\n\n{en_last}\n",
    )


def file_mail(school: Organisation, given_name: str, titles: tuple[str, str]) -> Mail:
    """The sealed file by mail, with the way into Europass by hand."""
    name = school.legal_name["sv"]
    return (
        f"Ditt bevis från {name}",
        f"Hej {given_name}!\n\nHär är ditt bevis ”{titles[0]}” som fil.\n\nSå sparar du det i Europass:\n"
        "1. Logga in på europass.europa.eu.\n2. Öppna Min plånbok och välj Ladda upp.\n"
        "3. Välj filen i det här mejlet.\n\nÄndra inte filen, då gäller den inte längre.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nHere is your credential "{titles[1]}" as a file. To save it in Europass: sign in at '
        "europass.europa.eu, open your wallet, choose Upload and pick the attached file. "
        "Do not change the file: it would no longer be valid.\n",
    )


def delivery_failed_mail(school: Organisation, given_name: str, titles: tuple[str, str], link: str) -> Mail:
    """Glossary message 24."""
    name = school.legal_name["sv"]
    return (
        "Vi kunde inte skicka ditt bevis till Europass",
        f"Hej {given_name}!\n\nDitt bevis ”{titles[0]}” gäller och finns kvar här: {link}\n\n"
        "Men Europass tog inte emot det. Oftast beror det på att e-postadressen är en annan i Europass. "
        "Kontrollera adressen och försök igen. Vill du hellre ladda ner filen? Det går också bra.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nYour credential "{titles[1]}" is valid and still here: {link}\n\n'
        "But Europass did not accept it. Usually the e-mail address is different in Europass. "
        "Check the address and try again, or download the file.\n",
    )


def revoked_mail(school: Organisation, given_name: str, titles: tuple[str, str], day: str, reason: str) -> Mail:
    """Glossary message 25."""
    name = school.legal_name["sv"]
    contact = school.email or name
    return (
        f"Ditt bevis ”{titles[0]}” gäller inte längre",
        f"Hej {given_name}!\n\n{name} har återkallat beviset den {day}. Skälet är: {reason}\n\n"
        "Den som kontrollerar beviset ser att det är återkallat.\n\n"
        f"Tycker du att det är fel? Skriv till {contact}, så tittar skolan på det igen.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nThe school has revoked your credential "{titles[1]}" on {day}. '
        f"Anyone who checks it sees that it is revoked. Do you think this is wrong? Write to {contact}.\n",
    )
