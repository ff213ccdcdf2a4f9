"""Where in a Europass wallet service a parcel goes: a wallet address or an e-mail address."""

from __future__ import annotations

import re
from urllib.parse import quote

from mimis_core import PermanentError

_USER_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
_MAIL = re.compile(r"[^@{0}]{{1,64}}@[^@.{0}][^@{0}]{{0,250}}".format(r"\s/\\<>,;:\"()\[\]"))


def deposit_path(to: str) -> str:
    """Path that a credential for ``to`` is posted to, below the version prefix.

    ``<prefix>/<userId>`` is a wallet address, whatever the prefix; what holds an ``@`` is an e-mail address.
    Raises PermanentError with code ``address`` for anything else; the text does not repeat the address.
    """
    to = to.strip()
    if "@" in to:
        if _MAIL.fullmatch(to) and to.isprintable():
            return f"wallets/email/{quote(to, safe='')}/credentials"
    else:
        prefix, slash, user_id = to.rpartition("/")
        if slash and _PREFIX.fullmatch(prefix) and _USER_ID.fullmatch(user_id):
            return f"wallets/{user_id}/credentials"
    raise PermanentError(
        "The delivery address is neither a wallet address nor an e-mail address.",
        mend="Write it as europass.eu/abc123, as the wallet shows it, or as an e-mail address.",
        code="address",
    )
