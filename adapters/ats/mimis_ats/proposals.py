"""Proposals in the partner API: an employer says which learning outcomes it needs, and reads the school's answer."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from mimis_ats.answers import answer, with_tag
from mimis_ats.guarding import current_partner
from mimis_ats.oauth import PREFIX
from mimis_ats.openapi_parts import ID, LOCATION, MARK, TAG, body_of, content, described, kept, operation
from mimis_ats.proposal_schemas import ProposalAnswer, ProposalRequest
from mimis_ats.sent import mark_of, read_body
from mimis_core.web import current_services

SCOPE = "proposals:write"


def add_proposal() -> Response:
    """Keep what the caller proposes, for the school to answer."""
    order = read_body(ProposalRequest).order()
    made = current_services().propose_outcomes(current_partner().id, order, mark_of(request))
    response = answer(ProposalAnswer.of(made), 201)
    response.headers["Location"] = f"{PREFIX}/proposals/{made.id}"
    return response


def show_proposal(proposal_id: str) -> Response:
    """One proposal of the caller's, with the answer when there is one."""
    return with_tag(answer(ProposalAnswer.of(current_services().proposal_of(current_partner().id, proposal_id))))


def proposal_paths() -> dict[str, Any]:
    """The operations as OpenAPI has them."""
    made = content("ProposalAnswer", "Kept", headers=LOCATION)
    return {
        "/proposals": {
            "post": operation(
                "addProposal",
                "Propose learning outcomes that you need.",
                SCOPE,
                {"201": made, **described(400, 409, 413, 415, 422)},
                parameters=[MARK],
                requestBody=body_of("ProposalRequest"),
            )
        },
        "/proposals/{id}": {
            "get": operation(
                "showProposal",
                "One of your proposals, with the school's answer.",
                SCOPE,
                {"200": content("ProposalAnswer", "The proposal", headers=TAG), **kept(), **described(404)},
                parameters=[ID],
            )
        },
    }
