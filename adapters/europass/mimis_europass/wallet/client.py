"""Calls to an EDCI wallet, and what its answers mean (EDCI wallet API v1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    MimisError,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.http import Client, Response
from mimis_europass.wallet.settings import EuropassSettings

ALREADY_THERE = "CR-0001"
WRONG_LINK = "SL-0002"

REFUSALS = {
    "CR-0003": ("The wallet does not hold this credential.", None),
    "CR-0005": ("The wallet does not read files of this format.", "Only sealed .jsonld files can be delivered."),
    "CR-0006": (
        "The wallet cannot read the credential: it lacks an id or does not conform.",
        "Build and seal it again with this version of mimis.",
    ),
    "CR-0007": (
        "The wallet does not accept the seal.",
        "Is the seal certificate qualified, or trusted by this wallet? A trial key never is in production.",
    ),
    "CR-0009": (
        "The wallet says that the credential has already been signed.",
        "Build and seal it once, then deliver.",
    ),
    "CR-0010": ("The wallet cannot read who the credential is about.", "Check the learner's name and id."),
    "WL-0001": ("The e-mail address belongs to another wallet.", "Ask the learner which address Europass has."),
    "WL-0002": ("The wallet's id is taken.", "Ask the learner for her wallet address."),
    "WL-0003": ("There is no such wallet.", "Ask the learner for her wallet address or the e-mail used in Europass."),
    "WL-0006": ("The wallet already exists.", "Ask the learner for her wallet address."),
    "SL-0001": ("The share link has expired.", None),
    "SL-0002": ("The share link is not valid.", None),
}
"""Codes that end a delivery for good: what the wallet means, and what a person can do."""

PASSING = {
    "UN-0000": "The wallet had an unexpected error.",
    "IE-0001": "The wallet's database had an error.",
    "WL-0005": "The wallet could not mail the learner, so it did not take the credential.",
}
"""Codes after which the same delivery may succeed later."""

_CONVERSION = re.compile(r"CI-\d{4}")


@dataclass(frozen=True)
class Deposited:
    """What the wallet said to a deposit: where the credential can be viewed, and whether it was there before."""

    viewer_url: str | None = None
    already: bool = False


class WalletClient:
    """The wallet's HTTP API as far as an issuer needs it."""

    def __init__(self, settings: EuropassSettings) -> None:
        # The library logs each path, and the path of a deposit may be an e-mail address.
        token = settings.token
        # No retries here: the outbox repeats a delivery, and the wallet tells what it already has.
        self._http = Client(
            f"{settings.url}/{settings.prefix}",
            system="The Europass wallet",
            headers={"Accept": "application/json"},
            retries=0,
            timeout=(5.0, 60.0),
            authorise=(lambda renew: f"Bearer {token.get_secret_value()}") if token else None,
        )

    def deposit(self, path: str, filename: str, content: bytes, *, send_email: bool, locale: str) -> Deposited:
        """Put one sealed file into a wallet; that it is there already is a success.

        Raises PermanentError with the wallet's code when it refuses, TemporaryError when it may succeed later or the
        answer was lost, AuthenticationError, PermissionDeniedError, and ConfigurationError when this is no wallet.
        """
        response = self._http.ask(
            "POST",
            path,
            params={"sendEmail": "true" if send_email else "false", "locale": locale},
            files={"_credential": (filename, content, "application/octet-stream")},
            allow_redirects=False,
        )
        code = error_code(response)
        if response.status_code == 409 and code == ALREADY_THERE:
            return Deposited(already=True)
        if response.status_code >= 300:
            raise self.refusal(response, code)
        return Deposited(viewer_url=self._viewer_url(response))

    def probe(self) -> None:
        """Ask for a share link that does not exist: a wallet refuses it in its own words, and nobody is named.

        Raises as :meth:`deposit` does when the answer is not a wallet's.
        """
        response = self._http.ask("GET", "sharelinks/0000000000000000", allow_redirects=False)
        code = error_code(response)
        if code in (WRONG_LINK, "SL-0001") or (response.status_code == 404 and code):
            return
        if response.status_code < 300:
            raise ConfigurationError("The address answers, but not as a Europass wallet.", mend=_CHECK_URL)
        raise self.refusal(response, code)

    def refusal(self, response: Response, code: str | None) -> MimisError:
        """The error for a refused request: by the wallet's code where it is documented, else by the status."""
        status = response.status_code
        if status == 418 or code == "GL-0001" or status < 400 or (status == 404 and code is None):
            return ConfigurationError(
                f"The address is no wallet's deposit address (it answered {status}).", mend=_CHECK_URL
            )
        if status == 401 or code == "AU-0002":
            return AuthenticationError(
                "The Europass wallet asks for an access token, or does not accept ours.", mend=_CHECK_TOKEN, code=code
            )
        if code in REFUSALS:
            reason, mend = REFUSALS[code]
            return PermanentError(reason, mend=mend, code=code)
        if status == 403:
            return PermissionDeniedError(
                "The Europass wallet does not let us deposit credentials.", mend=_CHECK_TOKEN, code=code
            )
        return self._by_status(response, code)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _by_status(self, response: Response, code: str | None) -> MimisError:
        if code in PASSING:
            return TemporaryError(PASSING[code], mend="It is tried again later.", code=code)
        if code is not None and _CONVERSION.fullmatch(code):
            return PermanentError("The wallet could not convert the file.", mend=REFUSALS["CR-0005"][1], code=code)
        if response.status_code == 413:
            return PermanentError("The file is too large for the wallet.", mend="Use smaller pictures.", code="413")
        return self._http.error(response, code)

    def _viewer_url(self, response: Response) -> str | None:
        view = self._http.json(response)
        if not isinstance(view, dict) or not isinstance(view.get("uuid"), str):
            raise TemporaryError(
                "The Europass wallet did not confirm the deposit.",
                mend="It is asked again later, which doubles nothing.",
            )
        url = view.get("viewerURL")
        return url if isinstance(url, str) and url.startswith(("https://", "http://")) else None


def error_code(response: Response) -> str | None:
    """The code of an ApiErrorMessage, such as ``CR-0001``; None when the answer is none."""
    if response.status_code < 400:
        return None
    try:
        body: Any = response.json()
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"[A-Z]{2}-\d{4}", code) else None


_CHECK_URL = "Check url and prefix: the API's base usually ends with /api, and prefix is v1."
_CHECK_TOKEN = "Ask the wallet's operator how issuers may deposit, and set token if one is needed."
