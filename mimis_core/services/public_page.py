"""The page behind a QR code as plain HTML, for a static host: Swedish and English, no person, nothing to load."""

from __future__ import annotations

from datetime import datetime
from html import escape

from mimis_core.model import CredentialStatus, LangMap, Organisation
from mimis_core.services.views import PublicCredential

LANGUAGES = ("sv", "en")
STANDING = {
    CredentialStatus.ACTIVE: ("Äkta och gäller.", "Genuine and valid."),
    CredentialStatus.SUSPENDED: ("Äkta, men stoppat tills vidare.", "Genuine, but stopped for now."),
    CredentialStatus.REVOKED: (
        "Äkta, men återkallat. Det gäller inte längre.",
        "Genuine, but revoked. No longer valid.",
    ),
    CredentialStatus.SUPERSEDED: (
        "Äkta, men ersatt av ett nyare. Be om det.",
        "Genuine, but replaced by a newer one. Ask for that one.",
    ),
    CredentialStatus.EXPIRED: ("Äkta, men tiden är ute.", "Genuine, but expired."),
}
WORDS = {
    "issuer": ("Utfärdare", "Issuer"),
    "owner": ("Innehållet är bestämt av", "The content is decided by"),
    "reviewed": ("Granskad av", "Reviewed by"),
    "outcomes": ("Det här kan personen", "What the person can do"),
    "nobody": (
        "Sidan säger inte vems beviset är. Personen visar det själv, med en delning eller med filen.",
        "This page does not say whose the credential is. The person shows that, by sharing it or with the file.",
    ),
    "copy": (
        "Det här är en kopia. När den gjordes står på startsidan.",
        "This is a copy. The start page says when it was made.",
    ),
    "start": (
        "Här finns svar på om bevis från skolan gäller. Öppna länken eller qr-koden på ett bevis för att se det.",
        "Here are answers to whether credentials of the school are valid. Open a credential's link or QR code to see.",
    ),
    "made": ("Svaren skrevs", "The answers were written"),
}
STYLE = "body{font:1.1rem/1.5 sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}section{margin-bottom:3rem}"


def credential_page(credential: PublicCredential) -> str:
    """One credential's page. It changes only when the credential does, so that a mirror need not copy it anew."""
    sections = []
    for number, language in enumerate(LANGUAGES):
        word = {name: texts[number] for name, texts in WORDS.items()}
        since = f"{credential.status.changed_at:%Y-%m-%d}"
        lines = [
            f"<h1>{_said(credential.achievement.title, language)}</h1>",
            f"<p><strong>{STANDING[credential.status.status][number]}</strong> ({since})</p>",
            f"<p>{word['issuer']}: {_name(credential.issuer, language)}</p>",
            *_owner(credential, word["owner"], language),
            f"<h2>{word['outcomes']}</h2>",
            f"<ul>{''.join(f'<li>{_said(one.title, language)}</li>' for one in credential.achievement.outcomes)}</ul>",
            *(f"<p>{word['reviewed']} {line}</p>" for line in _reviews(credential, language)),
            f"<p>{word['nobody']}</p>",
            f'<p><a href="../../index.html">{word["copy"]}</a></p>',
        ]
        sections.append(_section(language, lines))
    return _page(_said(credential.achievement.title, "sv"), sections)


def start_page(issuer: Organisation, made_at: datetime) -> str:
    """The first page of a published folder: whose answers these are, and from when."""
    sections = [
        _section(
            language,
            [
                f"<h1>{_name(issuer, language)}</h1>",
                f"<p>{WORDS['start'][number]}</p>",
                f"<p>{WORDS['made'][number]} {made_at:%Y-%m-%d %H:%M} UTC.</p>",
            ],
        )
        for number, language in enumerate(LANGUAGES)
    ]
    return _page(_name(issuer, "sv"), sections)


def _owner(credential: PublicCredential, word: str, language: str) -> list[str]:
    if credential.owner.id == credential.issuer.id:
        return []
    return [f"<p>{word}: {_name(credential.owner, language)}</p>"]


def _reviews(credential: PublicCredential, language: str) -> list[str]:
    """Who has reviewed the quality from outside, and when."""
    decisions = credential.achievement.quality_assurance.accreditations
    return [f"{_said(one.body.legal_name, language)}, {one.issued}" for one in decisions if one.issued]


def _name(one: Organisation, language: str) -> str:
    return f"{_said(one.legal_name, language)} ({escape(one.registration)})"


def _said(texts: LangMap, language: str) -> str:
    """The text in this language, or in another one that is then named, so that it is read aloud rightly."""
    if language in texts:
        return escape(texts[language])
    other, text = next(iter(texts.items()))
    return f'<span lang="{escape(other)}">{escape(text)}</span>'


def _section(language: str, lines: list[str]) -> str:
    return f'<section lang="{language}">\n' + "\n".join(lines) + "\n</section>"


def _page(title: str, sections: list[str]) -> str:
    return (
        f'<!doctype html>\n<html lang="sv">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )
