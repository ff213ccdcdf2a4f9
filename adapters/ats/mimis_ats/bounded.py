"""Answers of strangers, of whose length and pace nothing is promised, read within bounds."""

from __future__ import annotations

import time

from mimis_core import DataError, TemporaryError
from mimis_core.http import Response

UNPACKED = {"Accept-Encoding": "identity"}
"""Headers to ask with: what little is read of a packed answer may be anything long once it is unpacked."""


def read_bounded(response: Response, what: str, *, largest: int, seconds: float, code: str, mend: str) -> bytes:
    """The body of an answer that was asked for with :data:`UNPACKED` and ``stream``.

    Arguments: ``what`` is the answer's name in errors, ``largest`` its most bytes, ``seconds`` within which all of it
    must have come. Raises DataError with the ``code`` and the ``mend`` for one that is packed or has no end,
    TemporaryError when it is cut off.
    """
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise DataError(f"{what} is packed.", mend=mend, code=code)
    content, deadline = bytearray(), time.monotonic() + seconds
    try:
        for chunk in response.iter_content(16384):
            content += chunk
            if len(content) > largest or time.monotonic() > deadline:
                raise DataError(f"{what} is too long.", mend=mend, code=code)
    except OSError:
        raise TemporaryError(f"{what} was cut off.", mend="Try again later.") from None
    return bytes(content)
