"""What every feed must do, done by files in a folder."""

from __future__ import annotations

import pytest
from mimis_ats.generic.export import HrExportFeed
from mimis_ats.generic.folder import DropFolderFeed
from mimis_ats.generic.recruiter import RecruiterMailFeed
from mimis_ats.generic.sandbox import DropFolderSandbox, HrExportSandbox
from mimis_ats.generic.sandbox_mail import RecruiterMailSandbox

from mimis_core import Candidate, TalentEntry
from mimis_core.testing.conformance import TalentFeedConformance
from tests.adapters.ats.generic.conftest import EMAIL, ENTRY

NO_KEY = {"wrong key": "a folder has no key"}
NO_REGISTER = "without a register every address stands for a candidate"


class TestFolderWithRegister(TalentFeedConformance):
    adapter_type = DropFolderFeed
    row = "folder, register"
    lacks = NO_KEY


class TestFolderWithoutRegister(TalentFeedConformance):
    adapter_type = DropFolderFeed
    row = "folder"
    lacks = NO_KEY | dict.fromkeys(("none", "several", "candidate gone", "anonymised"), NO_REGISTER)

    @pytest.fixture
    def sandbox(self) -> DropFolderSandbox:
        return DropFolderSandbox("json", with_register=False)

    @pytest.fixture
    def entry(self) -> TalentEntry:
        return ENTRY.model_copy(update={"candidate": Candidate(id=EMAIL)})


class TestHrExport(TalentFeedConformance):
    adapter_type = HrExportFeed
    lacks = NO_KEY

    @pytest.fixture
    def sandbox(self) -> HrExportSandbox:
        return HrExportSandbox()


class TestRecruiterMail(TalentFeedConformance):
    adapter_type = RecruiterMailFeed
    lacks = dict.fromkeys(
        ("none", "several", "wrong key", "candidate gone", "anonymised"),
        "nobody is asked who a person is: the recruiter's address stands for everyone",
    )

    @pytest.fixture
    def sandbox(self) -> RecruiterMailSandbox:
        return RecruiterMailSandbox()

    @pytest.fixture
    def entry(self) -> TalentEntry:
        return ENTRY.model_copy(update={"candidate": Candidate(id="rekrytering@bolaget.example")})
