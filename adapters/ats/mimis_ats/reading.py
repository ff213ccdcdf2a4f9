"""Reading the sealed files of a share that another mimis has issued, for a page that anybody may use.

Nothing of what the page at the link says is told on: its sealed files are handed over, to be verified. Whoever asks is
answered within :data:`PATIENCE`, however slowly the other side speaks, and a few slow ones hold up only each other.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from urllib.parse import urlsplit

from flask import Flask

from mimis_ats.guard import require_public
from mimis_ats.intake import issuer_of_link
from mimis_ats.issuer import open_link
from mimis_core import TemporaryError, UserError
from mimis_core.web import current_services, offer_share_reader

PATIENCE = 20.0
"""Seconds that somebody who waits for an answer is let wait."""
AT_ONCE = 8
"""Links that one process opens at the same time."""
TIMES = (5.0, 10.0)
"""Seconds to connect, and between two bytes."""


def register(app: Flask) -> None:
    """Offer the reader to the pages of a school's mimis and of an employer's."""
    with app.app_context():
        services = current_services()
    offer_share_reader(app, ShareReader(services.settings.base_url))


class ShareReader:
    """Reads shares of other issuers by their links: :class:`mimis_core.web.ShareReader`.

    Arguments:
        base_url: of this mimis, which says whether it is a trial on one machine.
        patience: seconds after which it is given up.
    """

    def __init__(self, base_url: str, patience: float = PATIENCE) -> None:
        self._base_url, self._patience = base_url, patience
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def read(self, link: str) -> list[bytes]:
        """The sealed files in a share; none when it is without a name. The issuer records it as a look.

        Raises UserError with the code ``link`` for an address that may not be asked, NotFoundError for a share that is
        gone, DataError for an answer that is none, and TemporaryError when none came in time.
        """
        self._require_usual_port(link)
        if not self._free.acquire(blocking=False):
            raise TemporaryError("Too many links are opened at this moment.", mend="Try again soon.")
        answer: Future[list[bytes]] = Future()
        # A daemon: an answer that drips on ends with the process and does not keep it from ending.
        threading.Thread(target=self._ask, args=(link, answer), name="share link", daemon=True).start()
        try:
            return answer.result(self._patience)
        except TimeoutError:
            raise TemporaryError("The share page did not answer in time.", mend="Try again later.") from None

    def _ask(self, link: str, answer: Future[list[bytes]]) -> None:
        try:
            require_public(link, self._base_url)
            share = open_link(link, retries=0, timeout=TIMES)
            answer.set_result([one.content for one in share.credentials if one.content is not None])
        except BaseException as error:  # raised again for who waits, if somebody still does
            answer.set_exception(error)
        finally:
            self._free.release()

    def _require_usual_port(self, link: str) -> None:
        """Whoever may name a port may find out by us which ones are open elsewhere."""
        split = urlsplit(issuer_of_link(link))
        try:
            port = split.port
        except ValueError:
            port = 0
        if split.scheme == "https" and port not in (None, 443):
            raise UserError("The link names a port.", mend="Open it yourself and save the file.", code="link")
