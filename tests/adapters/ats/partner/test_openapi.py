"""The API keeps to its own description, whatever fits it or does not: schemathesis makes the requests, in this process.

`make test-long` (MIMIS_LONG=1) makes many times as many.
"""

from __future__ import annotations

import os

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS

from mimis_core.services import ShareView
from tests.adapters.ats.partner.conftest import API, Bearer

OPERATIONS = {
    "getToken": ("POST", "/token"),
    "listShares": ("GET", "/shares"),
    "openShares": ("POST", "/shares/open"),
    "openShare": ("GET", "/shares/{id}"),
    "askToReveal": ("POST", "/shares/{id}/reveal-request"),
    "addTrace": ("POST", "/shares/{id}/traces"),
    "verify": ("POST", "/verify"),
    "listWebhooks": ("GET", "/webhooks"),
    "addWebhook": ("POST", "/webhooks"),
    "removeWebhook": ("DELETE", "/webhooks/{id}"),
    "renewWebhookSecret": ("POST", "/webhooks/{id}/secret"),
    "addProposal": ("POST", "/proposals"),
    "showProposal": ("GET", "/proposals/{id}"),
}
EXAMPLES = 1000 if os.environ.get("MIMIS_LONG") == "1" else 15
ALWAYS_FITTING = {"listWebhooks", "removeWebhook", "renewWebhookSecret", "showProposal"}
"""What they take cannot be unfitting: any text is an id."""
NOT_ASKED = {"unsupported_method"}
"""Flask answers OPTIONS by itself, and another test asks for other methods."""
JUDGED = {"addTrace", "addWebhook", "addProposal", "askToReveal", "openShare"}
"""They refuse more than a description can say: times ahead, addresses that are not public, what may name a person, a
share that has a name, a representation that this school does not make."""
CASES = [
    pytest.param(name, mode, id=f"{name}-{mode.value}")
    for name in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or name not in ALWAYS_FITTING
]


@pytest.fixture(autouse=True)
def without_limits(app: Flask) -> None:
    app.config["RATELIMIT_ENABLED"] = False


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_operation_keeps_to_its_description(
    app: Flask, share: ShareView, bearer: Bearer, name: str, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app)
    method, path = OPERATIONS[name]
    operation, headers = schema[path][method], {} if name == "getToken" else bearer()
    unasked = NOT_ASKED | ({"positive_data_acceptance"} if name in JUDGED else set())
    excluded = [check for check in CHECKS.get_all() if check.__name__ in unasked]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        if "id" in case.path_parameters and mode is GenerationMode.POSITIVE:
            case.path_parameters["id"] = share.id
        case.call_and_validate(headers=headers, excluded_checks=excluded)

    ask()


def test_every_operation_is_tried(app: Flask) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app)
    found = [one.ok() for one in schema.get_all_operations()]
    assert {(one.method.upper(), one.path.removeprefix(API)) for one in found} == set(OPERATIONS.values())
