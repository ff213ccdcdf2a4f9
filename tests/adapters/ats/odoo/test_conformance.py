"""What every feed must do, done by this one in Odoo 17, 18 and 19 and in staff records."""

from __future__ import annotations

import pytest
from mimis_ats.odoo.feed import OdooFeed
from mimis_ats.odoo.sandbox import OdooSandbox

from mimis_core.testing.conformance import TalentFeedConformance
from tests.adapters.ats.odoo.conftest import SKILLS, Connect


class TestOdoo17(TalentFeedConformance):
    adapter_type = OdooFeed
    row = "odoo 17"

    @pytest.fixture
    def version(self) -> int:
        return 17


class TestOdoo18(TalentFeedConformance):
    adapter_type = OdooFeed
    row = "odoo 18"


class TestOdoo19(TalentFeedConformance):
    adapter_type = OdooFeed
    row = "odoo 19"

    @pytest.fixture
    def version(self) -> int:
        return 19


class TestStaffRecords(TalentFeedConformance):
    """Employees, whose titles become skills."""

    adapter_type = OdooFeed
    row = "odoo staff"

    @pytest.fixture
    def records(self) -> str:
        return "employees"

    @pytest.fixture
    def feed(self, connect: Connect, server: OdooSandbox) -> OdooFeed:
        server.add_skill_type(SKILLS)
        return connect(skill_type=SKILLS, create_skills=True)
