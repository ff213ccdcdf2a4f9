"""What a mail server's answers mean. Its own words are left out: they often repeat the address."""

from __future__ import annotations

import re

from mimis_core import AuthenticationError, ConfigurationError, MimisError, PermanentError, TemporaryError

_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_WORDS = {
    "5.1.0": "The address is not accepted.",
    "5.1.1": "There is no such mailbox.",
    "5.1.2": "There is no such domain.",
    "5.1.3": "The address is not written correctly.",
    "5.1.6": "The mailbox has moved.",
    "5.1.10": "The domain takes no mail.",
    "5.2.1": "The mailbox is closed.",
    "5.2.2": "The mailbox is full.",
    "5.2.3": "The message is too large for the mailbox.",
    "5.3.4": "The message is too large for the mail server.",
    "5.4.1": "The receiving mail server takes no mail for the address.",
    "5.6.7": "The mail server cannot send to addresses with å, ä or ö before the @.",
    "5.7.1": "The mail server does not allow the message.",
}
_BY_NUMBER = {
    550: "The mailbox does not exist or takes no mail from us.",
    551: "The mailbox has moved.",
    552: "The message is too large, or the mailbox is full.",
    553: "The address is not accepted.",
    554: "The mail server refuses the message.",
}
_ASK_LEARNER = "Ask the learner for another address."
_ASK_OPERATOR = "Ask the mail server's operator why, with the code and the time."


def enhanced_code(text: bytes) -> str | None:
    """The enhanced status code at the start of an answer (RFC 3463), such as ``5.1.1``."""
    found = _ENHANCED.match(text)
    return found.group(1).decode() if found else None


def refusal(number: int, text: bytes, step: str) -> MimisError:
    """The error for an answer that certainly means: not accepted. ``step`` says what was refused.

    4xx gives TemporaryError; 530 and 535 AuthenticationError; other 5xx PermanentError with the server's code, or
    ConfigurationError where it is the sender or the connection that the server does not accept.
    """
    code = enhanced_code(text) or str(number)
    if number in (530, 534, 535, 538):
        return AuthenticationError(
            f"The mail server wants a sign-in, or does not accept ours ({number}).",
            mend="Check username and password of the mail courier.",
            code=code,
        )
    if 400 <= number < 500:
        return TemporaryError(
            f"The mail server does not take {step} now ({code}).", mend="It is tried again later.", code=code
        )
    if step in ("the sender", "the connection") and number != 552:
        return ConfigurationError(
            f"The mail server does not accept {step} ({code}).", mend=_MEND_BY_STEP[step], code=code
        )
    words = _WORDS.get(code) or _BY_NUMBER.get(number) or f"The mail server refuses {step}."
    at_learner = step == "the address" and not code.startswith(("5.3.", "5.7."))
    return PermanentError(f"{words} ({code})", mend=_ASK_LEARNER if at_learner else _ASK_OPERATOR, code=code)


def doubtful(reference: str) -> PermanentError:
    """The error when the whole message was sent and no clear answer came: it may or may not have been accepted."""
    return PermanentError(
        f"It is not known whether the mail server accepted the message {reference}.",
        mend="Look for that Message-ID in the mail server's log; send it again only if it is not there.",
        code="doubt",
    )


_MEND_BY_STEP = {
    "the sender": "Check sender: the mail server must be allowed to send for its domain.",
    "the connection": "Ask the mail server's operator whether this computer may send through it.",
}
