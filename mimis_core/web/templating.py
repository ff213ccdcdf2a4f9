"""How strict templates are."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import StrictUndefined


class Misnamed(StrictUndefined):
    """What a template names and is not there: an error, not an empty place on the page.

    Whether a mapping has a key may be asked, as in ``{% if errors.title %}``.
    """

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]  # StrictUndefined never answers
        if isinstance(self._undefined_obj, Mapping):
            return False
        return super().__bool__()
