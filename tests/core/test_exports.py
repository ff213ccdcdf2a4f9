"""The public API, pinned: an adapter written today must find these names tomorrow."""

from __future__ import annotations

from types import ModuleType

import mimis_core
from mimis_core import errors, hookspecs, kinds, model

ERRORS = {
    "AuthenticationError", "ConfigurationError", "DataError", "MimisError", "NotFoundError", "PermanentError",
    "PermissionDeniedError", "TemporaryError", "UserError",
}  # fmt: skip
KINDS = {"Adapter", "AdapterSettings", "Courier", "Format", "Sealer", "Signer", "Source", "TalentFeed", "Verifier"}
MODEL = {
    "Accreditation", "Achievement", "Attachment", "AutomaticRule", "Award", "AwardState", "Body", "Candidate",
    "Check", "Completion", "CompletionKind", "Concept", "Credit", "CredentialFacts", "CredentialStatus", "Departure",
    "Document", "Event", "FeedReceipt", "Finding", "Grade", "IssueOrder", "Learner", "Level", "LevelState", "Link",
    "Mandate",
    "Organisation", "Outcome", "Parcel", "Person", "PulledPage", "QualityAssurance", "Receipt", "Requirement",
    "Scheme", "Sealed", "SetAside", "SourceLearner", "TalentEntry", "Trust", "Verdict", "Withdrawal",
}  # fmt: skip
HOOKS = {
    "mimis_sources", "mimis_map_achievement", "mimis_formats", "mimis_signers", "mimis_sealers", "mimis_couriers",
    "mimis_talent_feeds", "mimis_verifier", "mimis_checks", "mimis_record", "mimis_commands", "mimis_blueprints",
    "mimis_sandboxes",
}  # fmt: skip


def test_public_names_are_pinned() -> None:
    assert set(mimis_core.__all__) == ERRORS | KINDS | MODEL | {"hookimpl"}


def test_list_is_sorted_without_doubles() -> None:
    assert list(mimis_core.__all__) == sorted(set(mimis_core.__all__))


def test_every_public_name_exists() -> None:
    assert [name for name in mimis_core.__all__ if not hasattr(mimis_core, name)] == []


def own_classes(module: ModuleType) -> set[str]:
    """Classes that a module, or a module below it, defines itself."""
    return {
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__.startswith(module.__name__)
    }


def test_every_class_is_public() -> None:
    assert own_classes(model) - {"Model"} == MODEL
    assert own_classes(errors) == ERRORS
    assert own_classes(kinds) == KINDS


def test_hooks_are_pinned() -> None:
    assert {name for name in vars(hookspecs) if name.startswith("mimis_")} == HOOKS
