"""How much a file may ask of whoever checks it. Files come from strangers; each limit is far above honest use."""

from __future__ import annotations

LARGEST_FILE = 20_000_000
"""Bytes. The EU's issuer takes uploads of 5 to 15 MB (facts/elm-edc.md section 6); a page picture is under 1 MB."""

MOST_BRACKETS = 200_000
"""Opening braces and brackets: each may become an object in memory. The official sample has about 1,000."""

MOST_COMMAS = 1_000_000
"""Commas bound the members of all lists and objects together; base64 has none, so pictures do not count."""

DEEPEST = 100
"""Levels of a document. The official samples have under 20; programs that walk a document may recurse."""

LARGEST_HEADER = 1_000_000
"""Characters of a protected header, with certificates and a content timestamp; the official sample has 9,000."""

MOST_CERTIFICATES = 10
"""Certificates in ``x5c`` or in one token; chains in the EU's trusted lists have two to four."""

LARGEST_CERTIFICATE = 32_768
"""Bytes of one certificate; those of trust services have under 4,000."""

WEAKEST_RSA, STRONGEST_RSA = 2048, 8192
"""Bits. Below is unsafe (ETSI TS 119 312), above is so slow to verify that a file could stop a server."""

MOST_UNSIGNED = 40
"""Entries of ``etsiU``: an archive timestamp every few years adds three to four."""

LARGEST_UNSIGNED = 5_000_000
"""Characters of ``etsiU`` in all; one list of revoked certificates may have several hundred thousand."""

MOST_TOKENS = 12
"""Timestamp tokens in one file, each of which costs two signature checks."""

LARGEST_TOKEN = 65_536
"""Bytes of one timestamp token; those of trust services have 2,000 to 7,000."""

MOST_VALUES = 40
"""Certificates, and again answers about revocation, among the unprotected values."""
