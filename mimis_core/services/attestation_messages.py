"""Texts of the mails to supervisors and assessors who have no account, and to the teacher when they have answered."""

from __future__ import annotations

from dataclasses import dataclass

from mimis_core.model import Organisation
from mimis_core.services.messages import Mail, name_of


@dataclass(frozen=True)
class Asked:
    """What such a mail names; ``given`` is how the learner is called in a sentence, ``questions`` their number."""

    to: str
    learner: str
    given: str
    workplace: str
    period: tuple[str, str]
    questions: int
    until: str
    teacher: str
    phone: str | None


def attest_mail(school: Organisation, asked: Asked, link: str) -> Mail:
    """Glossary message 23."""
    name, (first, last) = name_of(school), asked.period
    return (
        f"Kan du intyga vad {asked.given} har gjort hos er?",
        f"Hej {asked.to}!\n\n{asked.learner} har gjort praktik hos {asked.workplace} från {first} till {last}. "
        f"Vi på {name} ber dig svara på {asked.questions} frågor om vad {asked.given} kan. "
        "Det tar ungefär fem minuter. Du behöver inget konto.\n\n"
        f"Svara här: {link}\n\n{_last_swedish(asked)}\n\nHälsningar\n{name}\n\n---\n"
        f"Hello {asked.to}.\n\n{asked.learner} did a work placement at {asked.workplace} from {first} to {last}. "
        f"We ask you to answer {asked.questions} questions about what {asked.given} can do. "
        f"It takes about five minutes. You need no account. {_last_english(asked)}\n",
    )


def assess_mail(school: Organisation, asked: Asked, link: str) -> Mail:
    """To an assessor of prior learning."""
    name, (first, last) = name_of(school), asked.period
    return (
        f"Kan du bedöma vad {asked.given} kan?",
        f"Hej {asked.to}!\n\n{asked.learner} vill få det hen redan kan bedömt. Du har träffat hen hos "
        f"{asked.workplace} från {first} till {last}. Vi på {name} ber dig svara på {asked.questions} frågor om vad "
        f"{asked.given} kan. Det tar ungefär fem minuter. Du behöver inget konto.\n\n"
        f"Svara här: {link}\n\n{_last_swedish(asked)}\n\nHälsningar\n{name}\n\n---\n"
        f"Hello {asked.to}.\n\n{asked.learner} asks to have prior learning assessed. You met at {asked.workplace} "
        f"from {first} to {last}. We ask you to answer {asked.questions} questions about what {asked.given} can do. "
        f"It takes about five minutes. You need no account. {_last_english(asked)}\n",
    )


def answered_mail(
    school: Organisation, teacher: str, learner: str, titles: tuple[str, str], seen: tuple[int, int], link: str
) -> Mail:
    """To who asked: there is an answer, ``seen`` says how many outcomes it attests of how many, and she decides."""
    name, (attested, count) = name_of(school), seen
    return (
        "Du har fått svar på en förfrågan om intyg",
        f"Hej {teacher}!\n\nDu har bett om ett intyg om vad {learner} kan: ”{titles[0]}”. Nu finns svaret. "
        f"Intygade läranderesultat: {attested} av {count}.\n\n"
        f"Titta på svaret och fatta beslutet: {link}\n\nHälsningar\n{name}\n\n---\n"
        f'Hello {teacher}.\n\nYou asked for an attestation of what {learner} can do: "{titles[1]}". '
        f"The answer is here. Attested learning outcomes: {attested} of {count}.\n\n"
        f"See the answer and make the decision: {link}\n",
    )


def _last_swedish(asked: Asked) -> str:
    questions = f" Frågor? Ring {asked.phone}." if asked.phone else ""
    until = f"Länken är personlig och gäller till och med {asked.until}."
    return f"{until} Läraren {asked.teacher} fattar beslutet.{questions}"


def _last_english(asked: Asked) -> str:
    questions = f" Questions? Call {asked.phone}." if asked.phone else ""
    until = f"The link is personal and valid until {asked.until}."
    return f"{until} The teacher {asked.teacher} makes the decision.{questions}"
