"""Prints every distribution that is installed with mimis and its licence; fails on one that is not known to fit."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions

FITTING = (
    "mit", "bsd", "apache", "isc", "psf", "python software foundation", "mpl", "mozilla", "lgpl", "eupl", "unlicense",
    "zope", "hpnd", "zero-clause", "public domain", "cmu",
)  # fmt: skip
"""Licences that EUPL-1.2 may be combined with when the library is only depended on (its appendix lists the rest)."""


READ_BY_A_PERSON = {"huey": "MIT"}
"""Distributions whose metadata tells nothing: the licence by the text that they ship or publish."""


def licence_of(distribution: Distribution) -> str:
    """What the distribution's metadata says: expression, classifiers or the old field."""
    if distribution.metadata["Name"] in READ_BY_A_PERSON:
        return READ_BY_A_PERSON[distribution.metadata["Name"]]
    meta = distribution.metadata
    classifiers = [value.rsplit(" :: ", 1)[-1] for value in meta.get_all("Classifier", []) if "License" in value]
    field = (meta.get("License") or "").splitlines()[:1]
    return meta.get("License-Expression") or "; ".join(classifiers) or "".join(field)


def main() -> int:
    """Exit code 1 when a licence does not fit or is not told."""
    wrong = 0
    for distribution in sorted(distributions(), key=lambda one: one.metadata["Name"].lower()):
        licence = licence_of(distribution)
        fits = any(word in licence.lower() for word in FITTING)
        wrong += not fits
        print(f"{'ok  ' if fits else 'LOOK'}  {distribution.metadata['Name']}: {licence or 'not told'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
