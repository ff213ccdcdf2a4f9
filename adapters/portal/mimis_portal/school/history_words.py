"""The record in words: what happened, and who did it."""

from __future__ import annotations

from mimis_core.services import Actor
from mimis_core.web import gettext


def actor_name(actor: Actor) -> str:
    """Who did something; no learner is named."""
    if actor.name is not None:
        return actor.name
    if actor.kind == "part":
        return {
            "administrator": gettext("whoever runs the server"),
            "employer": gettext("an employer"),
            "link": gettext("somebody with the link"),
            "link-system": gettext("a system with the link"),
            "link-file": gettext("somebody with the link"),
        }.get(actor.id, gettext("mimis"))
    if actor.kind == "learner":
        return gettext("the learner")
    return gettext("somebody whose name is erased")


def happened(action: str) -> str:
    """What happened, as a short sentence; a word that is new is shown as it stands in the record."""
    words = _about_credentials() | _about_people() | _about_the_school()
    if action in words:
        return words[action]
    beginnings = {
        "permission.delivery.": gettext("It may be sent"),
        "catalogue.review.": gettext("Reviewed from outside"),
        "catalogue.": gettext("Changed in the catalogue"),
        "attestation.": gettext("Request for an attestation"),
        "review.": gettext("Change in a source"),
        "contact.": gettext("Address of a learner changed"),
        "helper.": gettext("Helper of a learner"),
        "mail.": gettext("A learner chose which e-mails to get"),
        "role.": gettext("Changed in the roles of jobs"),
        "endorsement.": gettext("Changed in who recommends a micro-credential"),
        "proposal.": gettext("Changed in what employers propose"),
        "import.": gettext("Share taken in"),
        "account.": gettext("Sign-in of a learner changed"),
    }
    return next((text for start, text in beginnings.items() if action.startswith(start)), action)


def _about_credentials() -> dict[str, str]:
    return {
        "award.propose": gettext("Decision proposed"),
        "award.approved": gettext("Approved"),
        "award.rejected": gettext("Not approved"),
        "award.evidence": gettext("Facts of a decision corrected"),
        "attestation.ask": gettext("Attestation asked for"),
        "attestation.answer": gettext("Attestation answered"),
        "credential.issue": gettext("Issued"),
        "credential.suspend": gettext("Stopped for now"),
        "credential.reinstate": gettext("Valid again"),
        "credential.revoke": gettext("Revoked"),
        "credential.reissue": gettext("Replaced by a corrected one"),
        "credential.renew": gettext("Renewed by a new one"),
        "credential.expire": gettext("Expired"),
        "credential.remind": gettext("The learner is reminded that it ends"),
        "credential.raise": gettext("Sealed anew for the archive"),
        "delivery.sent": gettext("Sent"),
        "delivery.cancelled": gettext("Not sent, since it is replaced or revoked"),
        "deliver.attention": gettext("Could not be sent"),
        "mail.attention": gettext("E-mail could not be sent"),
        "message.sent": gettext("E-mail sent"),
        "issue.attention": gettext("Could not be issued"),
        "event.attention": gettext("Hint of a source could not be followed"),
        "work.retry": gettext("Tried again"),
        "share.create": gettext("Shared"),
        "share.open": gettext("Share looked at"),
        "share.withdraw": gettext("Share taken back"),
        "share.reveal_asked": gettext("Asked whose a share without a name is"),
        "share.reveal": gettext("The learner put the name on a share"),
        "share.reveal_declined": gettext("The learner keeps a share without the name"),
        "share.trace": gettext("An employer told what it did with a share"),
    }


def _about_people() -> dict[str, str]:
    return {
        "sign_in": gettext("Learner signed in"),
        "slip.handed_over": gettext("Sign-in on paper handed over"),
        "learner.erase": gettext("Learner erased"),
        "learner.export": gettext("Learner’s data exported"),
        "learner.merge": gettext("Two learners merged"),
        "learner.unmerge": gettext("Merge undone"),
        "learner.protect": gettext("Marked as protected"),
        "learner.unprotect": gettext("Not protected any more"),
        "learner.readmit": gettext("Taken in again"),
        "appeal.open": gettext("Asked to reconsider"),
        "appeal.changed": gettext("Reconsidered and changed"),
        "appeal.unchanged": gettext("Reconsidered and not changed"),
        "completion.withdraw": gettext("Completion withdrawn by the source"),
        "completion.back": gettext("Completion is back in the source"),
        "part.add": gettext("A learner added a credential from elsewhere"),
        "source.pull": gettext("Fetching from a source asked for"),
        "participants.export": gettext("Participants of a project exported"),
    }


def _about_the_school() -> dict[str, str]:
    return {
        "audit.begin_anew": gettext("Signing of the history began anew"),
        "right.grant": gettext("Right to issue given"),
        "right.end": gettext("Right to issue ended"),
        "esco.import": gettext("ESCO imported"),
        "partner.add": gettext("Employer registered"),
        "partner.remove": gettext("Employer removed"),
        "partner.rotate": gettext("New secret or keys for an employer"),
        "partner.keys": gettext("An employer has new keys"),
        "webhook.add": gettext("An employer wants to be told of changes"),
        "webhook.renew": gettext("New secret for what an employer is told"),
        "webhook.remove": gettext("An employer is told of changes no more"),
        "webhook.stop": gettext("An employer’s system does not answer"),
        "webhook.attention": gettext("An employer’s system could not be told"),
        "passkey.add": gettext("Passkey made"),
        "passkey.remove": gettext("Passkey removed"),
        "staff.invite": gettext("Member of staff invited"),
        "staff.bind": gettext("Account connected"),
        "staff.remove": gettext("Member of staff removed"),
        "staff.reset": gettext("New sign-in for a member of staff"),
        "staff.roles": gettext("Roles changed"),
        "staff.refused": gettext("Refused: the role does not allow it"),
        "staff.second_factor": gettext("Confirmed with a passkey"),
        "staff.sign_in": gettext("Member of staff signed in"),
        "staff.sign_out": gettext("Member of staff signed out"),
    }
