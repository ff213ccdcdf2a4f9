"""Handing mails to a mail server. The same mail again has the same Message-ID, by which mail programs know a double."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from mimis_ats.generic.settings import RecruiterMailSettings
from mimis_core import AuthenticationError, ConfigurationError, PermanentError, TemporaryError

TIMEOUT = 30.0


def post(settings: RecruiterMailSettings, message: EmailMessage) -> None:
    """Hand over one mail. What is not certain to have been taken is a TemporaryError: it may be sent again.

    Raises AuthenticationError for a wrong sign-in, PermanentError for what the server refuses for good, and
    ConfigurationError for a server that cannot encrypt. The server's words are left out: they often repeat the address.
    """
    try:
        with smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT) as server:
            if settings.starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.username is not None and settings.password is not None:
                server.login(settings.username, settings.password.get_secret_value())
            server.send_message(message)
    except smtplib.SMTPAuthenticationError:
        raise AuthenticationError(
            "The mail server does not accept the sign-in.", mend="Check username and password of the feed."
        ) from None
    except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
        raise ConfigurationError(
            f"The mail server does not do what the feed asks for ({type(error).__name__}).",
            mend="Check host, port, starttls and username.",
        ) from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _failure(error) from None


def _failure(error: Exception) -> TemporaryError | PermanentError:
    codes = {getattr(error, "smtp_code", 0)}
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _ in error.recipients.values()}
    if any(500 <= code < 600 for code in codes):
        return PermanentError(
            f"The mail server refuses the mail ({max(codes)}).", mend="Check to and sender of the feed.", code="refused"
        )
    return TemporaryError(
        f"It is not certain that the mail was taken ({type(error).__name__}).", mend="mimis sends it again."
    )
