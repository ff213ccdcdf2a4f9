"""What a share page may say of a file without a look elsewhere: its seal checked now, its status as recorded here."""

from __future__ import annotations

from mimis_core.model import Check, CredentialStatus, Verdict
from mimis_core.services.base import ServicesBase
from mimis_core.services.views import SharedCredential

NO_LONGER_VALID = (CredentialStatus.REVOKED, CredentialStatus.SUSPENDED, CredentialStatus.SUPERSEDED)


class SharedCheckServices(ServicesBase):
    """Checks of what this organisation issued itself."""

    def check_shared(self, shared: SharedCredential) -> Verdict | None:
        """Check the sealed file under a share; None for a share without a name, which has no file.

        The status is our own, so that no address is asked. Whose the seal is can only be confirmed here: an issuer
        that does not hold the anchors of its own seal has no reason to doubt it.
        """
        if shared.sealed is None:
            return None
        found = self.verify(shared.sealed.content, offline=True)
        checks = tuple(_as_known_here(one, shared.view.status.status) for one in found.checks)
        wrong = any(one.status == "error" for one in checks)
        sealed = all(one.status == "ok" for one in checks if one.type in ("format", "seal"))
        return Verdict(verdict="invalid" if wrong else "valid" if sealed else "unknown", checks=checks)


def _as_known_here(check: Check, status: CredentialStatus) -> Check:
    if check.type == "revocation":
        held = "error" if status in NO_LONGER_VALID else "ok"
        return Check(type="revocation", status=held, reason=f"The issuer's own record says now: {status.value}.")
    if check.type == "owner" and check.status == "error":
        return Check(type="owner", status="skipped", reason="This page is the issuer's; ask for the file to check it.")
    return check
