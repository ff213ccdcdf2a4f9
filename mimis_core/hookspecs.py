"""Every hook, in the order in which the pipeline asks for them.

A plugin implements some of these functions with ``@hookimpl`` and is found through the entry-point group
``mimis``. The first group hands over *types*; mimis opens one with its settings and calls it. Import inside the
function: ``mimis --help`` then loads nothing but the plugin module itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mimis_core.kinds import Courier, Format, Sealer, Signer, Source, TalentFeed, Verifier
    from mimis_core.model import Achievement, Check, Completion, Event, Trust

hookspec = pluggy.HookspecMarker("mimis")
hookimpl = pluggy.HookimplMarker("mimis")


@hookspec
def mimis_sources() -> Sequence[type[Source[Any]]]:  # type: ignore[empty-body]  # a specification has no body
    """Kinds of place that completed modules are pulled from."""


@hookspec(firstresult=True)
def mimis_map_achievement(
    completions: tuple[Completion, ...], catalogue: tuple[Achievement, ...]
) -> Sequence[tuple[Achievement, tuple[Completion, ...]]] | None:
    """Say which achievements one learner's completions earn, and on which of them each rests.

    Called once for each learner with all of her completions; None leaves it to the next, at last to the
    requirements in the catalogue. What is returned replaces those.
    """


@hookspec
def mimis_formats() -> Sequence[type[Format[Any]]]:  # type: ignore[empty-body]
    """Credential formats that can be built and read back."""


@hookspec
def mimis_signers() -> Sequence[type[Signer[Any]]]:  # type: ignore[empty-body]
    """Kinds of key store that can sign."""


@hookspec
def mimis_sealers() -> Sequence[type[Sealer[Any]]]:  # type: ignore[empty-body]
    """Ways to seal a built document so that others can trust it."""


@hookspec
def mimis_couriers() -> Sequence[type[Courier[Any]]]:  # type: ignore[empty-body]
    """Wallets and mailboxes that a credential can be delivered to."""


@hookspec
def mimis_talent_feeds() -> Sequence[type[TalentFeed[Any]]]:  # type: ignore[empty-body]
    """Ways into an employer's ATS or HR system."""


@hookspec(firstresult=True)
def mimis_verifier(content: bytes) -> Verifier | None:
    """Offer to verify a file; None when it is not of a kind that this plugin knows."""


@hookspec
def mimis_checks(  # type: ignore[empty-body]
    content: bytes, trust: Trust, document: dict[str, Any] | None
) -> Sequence[Check]:
    """Further findings about a file under verification; the worst one decides.

    ``document`` is what the verifier read out of the file, where it is JSON and the verifier hands it on: it is shared,
    so change nothing in it.
    """


@hookspec
def mimis_record(event: Event) -> None:
    """Told after each step what happened; an error in here is reported and never stops a step."""


@hookspec
def mimis_commands() -> Sequence[tuple[str, str, str]]:  # type: ignore[empty-body]
    """Commands as (name, help, "module:typer_app"); the module is imported only when the command runs."""


@hookspec
def mimis_blueprints() -> Sequence[str]:  # type: ignore[empty-body]
    """Pages and APIs as "module:function"; the function gets the Flask app and registers its blueprints."""


@hookspec
def mimis_sandboxes() -> Sequence[tuple[str, str]]:  # type: ignore[empty-body]
    """Stand-ins of real systems as (name, "module:Class"); the class is a ``mimis_core.testing.Sandbox``."""
