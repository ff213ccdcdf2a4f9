"""What the Commission's library remarks about seals that it passes, by its own message keys, and why that is in order.

A remark that stands here without anybody making it is an error as well, so that nothing stays explained for ever.
"""

from __future__ import annotations

EXPLAINED: dict[str, str] = {
    "BBB_XCV_AIA_PRES_ANS": "Trial keys only: the authority of a trial key lives in one file and has no address.",
    "BBB_XCV_IRDCSFC_ANS": "Trial keys only: their certificates say that nobody lists revoked ones (RFC 9608).",
    "BBB_XCV_IAKIP_ANS": "The EU's samples only: the test time-stamping authority's certificate lacks the identifier.",
}
