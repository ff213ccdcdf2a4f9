"""What is to be taken away and is gone already was what was wanted, if it is the system that says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mimis_core import NotFoundError


@contextmanager
def already_gone() -> Iterator[None]:
    """Let a system's own word pass that something is not there any more.

    Raises NotFoundError for an answer that is not in the system's own form, which has no code: it is a proxy's, or the
    address is wrong, and what was written may stand where it stood.
    """
    try:
        yield
    except NotFoundError as error:
        if error.code is None:
            raise
