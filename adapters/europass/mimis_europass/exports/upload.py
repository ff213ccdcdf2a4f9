"""The file that a person uploads by hand at the EDC issuer, which then seals it and sends it to the wallet."""

from __future__ import annotations

import json

from mimis_core import DataError
from mimis_europass.wallet.address import deposit_path


def make_upload(document: bytes, wallet_address: str | None = None) -> bytes:
    """Wrap an unsealed credential with its delivery details, in EDC's own upload format.

    Arguments:
        document: the JSON-LD text of an unsealed credential, as a Format built it.
        wallet_address: ``<prefix>/<userId>``; without it the details stay empty.

    The issuer writes its own certificate's name and identifier over the credential's issuer when it seals. Raises
    DataError for a sealed file or one that is no credential, PermanentError for an address that is no wallet's.
    """
    credential = _unsealed(document)
    details = {} if wallet_address is None else {"walletAddress": _checked(wallet_address)}
    wrapped = {"credential": credential, "deliveryDetails": details}
    return json.dumps(wrapped, ensure_ascii=False, separators=(",", ":")).encode()


def unwrap(content: bytes) -> bytes:
    """The document inside a sealed file; anything else stays as it is, for :func:`make_upload` to judge."""
    try:
        sealed = json.loads(content)
    except ValueError:
        return content
    payload = sealed.get("payload") if isinstance(sealed, dict) else None
    return payload.encode() if isinstance(payload, str) and payload.startswith("{") else content


def _unsealed(document: bytes) -> dict[str, object]:
    try:
        credential = json.loads(document)
    except ValueError:
        raise DataError("The file is not JSON.", code="format") from None
    if isinstance(credential, dict) and "payload" in credential:
        raise DataError(
            "The file is already sealed.", mend="Deliver it with the europass courier instead.", code="sealed"
        )
    if not isinstance(credential, dict) or "@context" not in credential or "id" not in credential:
        raise DataError("The file is not a European Digital Credential.", code="format")
    return credential


def _checked(wallet_address: str) -> str:
    if "@" in wallet_address:
        raise DataError(
            "The upload format takes a wallet address, not an e-mail address.",
            mend="Leave it out, or ask the learner for her wallet address.",
            code="address",
        )
    deposit_path(wallet_address)
    return wallet_address
