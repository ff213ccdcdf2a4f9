"""What can go wrong with an answer on its way, by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mimis_core.testing.wire import RESET, Answer


def _with_other_types(answer: Answer) -> Answer:
    """The same JSON with every value of another type, as a renamed field or a changed plugin sends it."""
    try:
        value = json.loads(answer.body)
    except ValueError:
        return answer
    return Answer.of(_other(value), answer.status)


def _other(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _other(one) for name, one in value.items()} if value else []
    if isinstance(value, list):
        return [_other(one) for one in value] if value else {}
    if isinstance(value, str):
        return len(value)
    return [value] if value is None or isinstance(value, bool) else str(value)


FAULTS: dict[str, Callable[[Answer], Answer | None]] = {
    "500": lambda answer: Answer(500, b"oops", "text/plain"),
    "503": lambda answer: Answer(503, b"<html>maintenance</html>", "text/html", {"Retry-After": "0"}),
    "429": lambda answer: Answer(429, b"{}", headers={"Retry-After": "0"}),
    "429-silent": lambda answer: Answer(429, b"{}"),
    "html": lambda answer: Answer(200, b"<html><body>login</body></html>", "text/html"),
    "truncated": lambda answer: Answer(answer.status, answer.body[: len(answer.body) // 2], answer.content_type),
    "empty": lambda answer: Answer(answer.status, b"", answer.content_type),
    "types": _with_other_types,
    "slow": lambda answer: answer,
    "drop": lambda answer: None,
    "reset": lambda answer: RESET,
}
"""Faults by name: what happens to the answer on its way.

``drop`` closes the connection *after* the work was done, ``reset`` breaks it off *before* any was; ``429-silent`` does
not say when to come back; ``types`` is sound JSON whose values are of other types; ``slow`` is held back.
"""

BEFORE_WORK = frozenset({"reset"})
"""Faults after which the system has done nothing; after all others it has, and only its answer is lost."""
