"""Pages for the people who work at the school."""

from mimis_portal.school import (  # noqa: F401  # their views belong to blueprints of others
    credential_changes,
    merges,
    papers,
    persons,
    requests,
)
