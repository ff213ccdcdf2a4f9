"""Texts of the mails that mimis sends: Swedish first, English after it (facts/glossary-sv.md section 2)."""

from __future__ import annotations

from typing import Literal

from mimis_core.model import Organisation
from mimis_core.services.texts import in_swedish

Mail = tuple[str, str]
"""Subject and plain text."""


def name_of(school: Organisation) -> str:
    """What a school calls itself: in Swedish, or in what it has a name in."""
    return in_swedish(school.legal_name)


def sign_in_mail(school: Organisation, link: str) -> Mail:
    """Glossary message 21."""
    name = name_of(school)
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
    name = name_of(school)
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
    name = name_of(school)
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
    name = name_of(school)
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
    name = name_of(school)
    contact = school.email or name
    return (
        f"Ditt bevis ”{titles[0]}” gäller inte längre",
        f"Hej {given_name}!\n\n{name} har återkallat beviset den {day}. Skälet är: {reason}\n\n"
        "Den som kontrollerar beviset ser att det är återkallat.\n\n"
        f"Tycker du att det är fel? Skriv till {contact}, så tittar skolan på det igen.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nThe school has revoked your credential "{titles[1]}" on {day}. '
        f"The reason is: {reason}\n\nAnyone who checks it sees that it is revoked. "
        f"Do you think this is wrong? Write to {contact}.\n",
    )


def suspended_mail(school: Organisation, given_name: str, titles: tuple[str, str], day: str, reason: str) -> Mail:
    """The school has stopped a credential for now."""
    name = name_of(school)
    contact = school.email or name
    return (
        f"Ditt bevis ”{titles[0]}” är stoppat tills vidare",
        f"Hej {given_name}!\n\n{name} har stoppat beviset den {day} medan något kontrolleras. Skälet är: {reason}\n\n"
        "Den som kontrollerar beviset ser att det är stoppat. Du får ett nytt mejl när det gäller igen eller tas "
        f"tillbaka.\n\nTycker du att det är fel? Skriv till {contact}.\n\nHälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nThe school has stopped your credential "{titles[1]}" on {day} while something is '
        f"checked. The reason is: {reason}\n\n"
        "Anyone who checks it sees that it is stopped. You get another e-mail when it is valid again or "
        f"is taken back. Do you think this is wrong? Write to {contact}.\n",
    )


def reinstated_mail(school: Organisation, given_name: str, titles: tuple[str, str], link: str) -> Mail:
    """A credential that was stopped is valid again."""
    name = name_of(school)
    return (
        f"Ditt bevis ”{titles[0]}” gäller igen",
        f"Hej {given_name}!\n\n{name} har kontrollerat beviset och det gäller igen. Filen är densamma som förut: "
        f"du behöver inte göra något.\n\nTitta på beviset: {link}\n\nHälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nYour credential "{titles[1]}" is valid again. The file is the same as before: '
        f"you need do nothing.\n\nSee the credential: {link}\n",
    )


IN_WALLET = (
    "Filen som redan ligger i din plånbok kan ingen ändra. Vi lägger det nya beviset bredvid. "
    "Ta bort det gamla där, så blir det inte fel när du visar det.\n\n",
    "Nobody can change the file that is already in your wallet. We put the new credential beside it. "
    "Remove the old one there, so that you do not show the wrong one.\n\n",
)
SAVED = (
    "Har du sparat den gamla filen någonstans? Den kan ingen ändra. Byt ut den mot den nya.\n\n",
    "Have you saved the old file somewhere? Nobody can change it. Put the new one in its place.\n\n",
)
"""What to do with the old file, in Swedish and English: in a wallet that gets the new one, or saved by hand."""


def corrected_mail(
    school: Organisation, given_name: str, titles: tuple[str, str], link: str, reason: str, *, in_wallet: bool
) -> Mail:
    """A corrected credential stands in the place of an earlier one."""
    name = name_of(school)
    sv_file, en_file = IN_WALLET if in_wallet else SAVED
    return (
        f"Du har fått ett rättat bevis från {name}",
        f"Hej {given_name}!\n\nBeviset ”{titles[0]}” är rättat. Skälet är: {reason}\n\nDet nya beviset: {link}\n\n"
        "Det gamla gäller inte längre. Den som kontrollerar det ser att det är ersatt. "
        f"Delningar som du har gjort visar nu det nya.\n\n{sv_file}Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nYour credential "{titles[1]}" has been corrected. The reason is: {reason}\n\n'
        f"The new one: {link}\n\n"
        "The old one is no longer valid: anyone who checks it sees that it was replaced. "
        f"What you have shared shows the new one now.\n\n{en_file}",
    )


def renewed_mail(
    school: Organisation, given_name: str, titles: tuple[str, str], link: str, day: str | None, *, in_wallet: bool
) -> Mail:
    """A renewed credential; shares go on showing the old one, since the learner allowed that one."""
    name = name_of(school)
    sv_file, en_file = IN_WALLET if in_wallet else SAVED
    sv_day, en_day = (f" Det gäller till {day}.", f" It is valid until {day}.") if day else ("", "")
    return (
        f"Ditt bevis ”{titles[0]}” är förnyat",
        f"Hej {given_name}!\n\nDu har fått ett nytt bevis i stället för det gamla.{sv_day}\n\n"
        f"Det nya beviset: {link}\n\n"
        "Har du delat det gamla? Delningen visar fortfarande det. Dela det nya om någon ska få se det.\n\n"
        f"{sv_file}Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nYour credential "{titles[1]}" has been renewed.{en_day} The new one: {link}\n\n'
        f"If you have shared the old one, the share still shows that. Share the new one too.\n\n{en_file}",
    )


def expired_mail(school: Organisation, given_name: str, titles: tuple[str, str], day: str) -> Mail:
    """The time when a credential was valid is over."""
    name = name_of(school)
    contact = school.email or name
    return (
        f"Ditt bevis ”{titles[0]}” har gått ut",
        f"Hej {given_name}!\n\nBeviset gällde till {day}. Det är fortfarande äkta, men den som kontrollerar det "
        f"ser att tiden är ute.\n\nVill du förnya det? Skriv till {contact}, så får du veta hur.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nYour credential "{titles[1]}" was valid until {day}. It is still genuine, but anyone '
        f"who checks it sees that its time is over. Do you want to renew it? Write to {contact}.\n",
    )


def reminder_mail(school: Organisation, given_name: str, titles: tuple[str, str], day: str, link: str) -> Mail:
    """A credential will expire soon."""
    name = name_of(school)
    contact = school.email or name
    return (
        f"Ditt bevis ”{titles[0]}” gäller till {day}",
        f"Hej {given_name}!\n\nBeviset går ut den {day}. Ska det gälla även efter det behöver det förnyas innan dess. "
        f"Skriv till {contact}, så får du veta hur.\n\nTitta på beviset: {link}\n\nHälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nYour credential "{titles[1]}" expires on {day}. If you want it to stay valid it must '
        f"be renewed before that. Write to {contact}.\n\nSee the credential: {link}\n",
    )


NO_REASON = ("Fråga skolan om skälet.", "Ask the school for the reason.")
"""In Swedish and English, where a program decided and gave none."""


def rejected_mail(
    school: Organisation,
    given_name: str,
    titles: tuple[str, str],
    decided: tuple[str, str],
    reason: str | None,
    link: str,
) -> Mail:
    """The school has decided that a learner does not get a micro-credential: what, when and by whom, why, what now.

    What it is about stands in the text alone (förvaltningslagen 31-33 and 36-38 §§: reasons, notice, reconsideration).
    """
    name, (day, by) = name_of(school), decided
    contact = school.email or name
    sv_why, en_why = (f"Skälet är: {reason}", f"The reason is: {reason}") if reason else NO_REASON
    return (
        f"Beslut från {name} om en mikromerit",
        f"Hej {given_name}!\n\n{name} har beslutat att du inte får mikromeriten ”{titles[0]}” nu. "
        f"Beslutet togs den {day} av {by}.\n\n{sv_why}\n\n"
        "Tycker du att det är fel? Du kan be skolan att titta på beslutet en gång till. Det kallas omprövning. "
        f"Det kostar ingenting.\n\nLogga in här, så ser du beslutet och hur du gör: {link}\n"
        f"Det går också bra att skriva till {contact}. Skriv vad du tycker är fel, och varför.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nThe school has decided that you do not get the micro-credential "{titles[1]}" now. '
        f"The decision was taken on {day} by {by}.\n\n{en_why}\n\n"
        "Do you think this is wrong? You can ask the school to look at the decision again. It costs nothing.\n\n"
        f"Sign in here to see the decision and how to ask: {link}\n"
        f"You can also write to {contact}. Say what you think is wrong, and why.\n",
    )


Answer = Literal["granted", "to_change", "unchanged"]
"""What came of an appeal: what was rejected is approved, what was issued is to be changed by hand, or neither."""
ANSWERS: dict[Answer, tuple[str, str]] = {
    "granted": (
        "Beslutet är ändrat: du får mikromeriten. Du får ett mejl till när beviset är klart. "
        "Du behöver inte göra något.",
        "The decision is changed: you get the micro-credential. You get another e-mail when it is ready. "
        "You need do nothing.",
    ),
    "to_change": (
        "Beslutet ska ändras. Skolan rättar eller återkallar beviset, och du får ett mejl till när det är gjort. "
        "Du behöver inte göra något.",
        "The decision will be changed. The school corrects or revokes the credential, and you get another e-mail "
        "when that is done. You need do nothing.",
    ),
    "unchanged": ("Beslutet ändras inte.", "The decision stays as it was."),
}
"""What an answer says, in Swedish and English."""


def appeal_mail(
    school: Organisation, given_name: str, titles: tuple[str, str], day: str, answer: Answer, reason: str
) -> Mail:
    """The answer to a request that a decision is reconsidered. What it is about stands in the text alone."""
    name = name_of(school)
    contact = school.email or name
    sv_answer, en_answer = ANSWERS[answer]
    return (
        f"Svar från {name} på din begäran om omprövning",
        f"Hej {given_name}!\n\nDu har bett {name} att titta en gång till på beslutet om ”{titles[0]}”. "
        f"Det gjorde vi den {day}.\n\n{sv_answer}\n\nSkälet är: {reason}\n\n"
        f"Har du frågor eller nya uppgifter? Skriv till {contact}, så tittar skolan på dem.\n\n"
        f"Hälsningar\n{name}\n\n---\n"
        f'Hello {given_name}.\n\nYou asked the school to look again at its decision about "{titles[1]}". '
        f"It did so on {day}.\n\n{en_answer}\n\nThe reason is: {reason}\n\n"
        f"Do you have questions, or something new to tell? Write to {contact}.\n",
    )
