"""Discovery of adapters, each loaded apart so that a broken one stops nothing but itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from mimis_core import hookspecs
from mimis_core.errors import ConfigurationError

if TYPE_CHECKING:
    from mimis_core.kinds import Adapter

GROUP = "mimis"
KINDS = {
    "source": "mimis_sources",
    "format": "mimis_formats",
    "signer": "mimis_signers",
    "sealer": "mimis_sealers",
    "courier": "mimis_couriers",
    "feed": "mimis_talent_feeds",
}
"""Category of adapter, as configuration and errors name it, to the hook that registers its types."""


@dataclass(frozen=True)
class LoadedPlugin:
    """One entry point: where it comes from, and why it could not be loaded if it could not."""

    name: str
    distribution: str
    version: str
    failure: str | None = None
    hooks: tuple[str, ...] = ()


@dataclass
class Plugins:
    """The plugins of one run: their hooks, their types by kind, and what went wrong with which."""

    manager: pluggy.PluginManager
    loaded: list[LoadedPlugin] = field(default_factory=list)

    @property
    def failures(self) -> list[LoadedPlugin]:
        """Plugins that could not be loaded, with the reason."""
        return [plugin for plugin in self.loaded if plugin.failure]

    def call(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Call each plugin's implementation apart; one that raises is noted as failed and the others answer.

        Returns (plugin name, result) pairs in registration order.
        """
        results = []
        for implementation in getattr(self.manager.hook, hook).get_hookimpls():
            wanted = {name: arguments[name] for name in implementation.argnames}
            try:
                results.append((implementation.plugin_name, implementation.function(**wanted)))
            except Exception as error:  # a third party's code may raise anything; it is reported, not hidden
                self._note_failure(implementation.plugin_name, f"{hook}: {_describe(error)}", error)
        return results

    def silent(self, hook: str, answers: Mapping[str, Any]) -> list[str]:
        """Names of the plugins that implement a hook and raised in the :meth:`call` that gave these answers."""
        names = [one.plugin_name for one in getattr(self.manager.hook, hook).get_hookimpls()]
        return [name for name in names if name not in answers]

    def types(self, category: str) -> dict[str, type[Adapter[Any]]]:
        """Registered types of one category of :data:`KINDS`, by their kind."""
        found: dict[str, type[Adapter[Any]]] = {}
        for plugin, types in self.call(KINDS[category]):
            if not isinstance(types, Sequence):
                self._note_failure(plugin, f"{KINDS[category]} gave {type(types).__name__} instead of types")
                continue
            for one in types:
                if one.kind in found:
                    self._note_failure(plugin, f"{category} kind {one.kind!r} is already registered")
                else:
                    found[one.kind] = one
        return found

    def open(self, category: str, name: str, table: Mapping[str, Any]) -> Adapter[Any]:
        """Make the adapter that a table of ``mimis.toml`` describes; ``kind`` defaults to ``name``.

        Raises ConfigurationError, naming the field and the mend, for an unknown kind or a wrong setting.
        """
        values = dict(table)
        kind = values.pop("kind", name)
        types = self.types(category)
        if kind not in types:
            failed = "; ".join(f"{plugin.name}: {plugin.failure}" for plugin in self.failures)
            raise ConfigurationError(
                f"There is no {category} of kind {kind!r}; known are {', '.join(sorted(types)) or 'none'}.",
                mend=f"Install it or correct kind in mimis.toml. {failed}".strip(),
            )
        try:
            settings = types[kind].Settings(**values)
        except ValueError as error:
            # Imported only now: `mimis --help` loads plugins and needs no settings.
            from mimis_core.settings import describe_invalid

            text = describe_invalid(error, f"[{category} {name}]")
            raise ConfigurationError(text, mend="Correct it in mimis.toml.") from None
        return types[kind](name, settings)

    def _note_failure(self, name: str, reason: str, error: Exception | None = None) -> None:
        for index, plugin in enumerate(self.loaded):
            if plugin.name == name and not plugin.failure:
                text = reason + _mend_import(error, name, plugin.distribution)
                self.loaded[index] = LoadedPlugin(name, plugin.distribution, plugin.version, text, plugin.hooks)


def load_plugins(disabled: str | None = None) -> Plugins:
    """Find and register all adapters: our own distribution first, then the others by name.

    Arguments:
        disabled: names to leave out, separated by commas; default the environment's ``MIMIS_DISABLED_ADAPTERS``.
    """
    manager = pluggy.PluginManager("mimis")
    manager.add_hookspecs(hookspecs)
    plugins = Plugins(manager)
    blocked = {name.strip() for name in (disabled or os.environ.get("MIMIS_DISABLED_ADAPTERS", "")).split(",")}
    for point, distribution, version in _ordered_entry_points():
        if point.name not in blocked:
            plugins.loaded.append(_load_one(manager, point, distribution, version))
    return plugins


def _ordered_entry_points() -> Iterator[tuple[EntryPoint, str, str]]:
    """Each with its distribution's name and version."""
    points = list(entry_points(group=GROUP))
    # Each look at a distribution's name parses all of its metadata, so each is asked once.
    distributions = {id(point.dist): point.dist for point in points}
    known = {key: (dist.name, dist.version) if dist else ("?", "?") for key, dist in distributions.items()}

    def order(point: EntryPoint) -> tuple[bool, str, str]:
        distribution, _ = known[id(point.dist)]
        return (distribution != "mimis", distribution, point.name)

    for point in sorted(points, key=order):
        yield point, *known[id(point.dist)]


def _load_one(manager: pluggy.PluginManager, point: EntryPoint, distribution: str, version: str) -> LoadedPlugin:
    if manager.has_plugin(point.name):
        return LoadedPlugin(point.name, distribution, version, "another plugin has this name; rename one of them")
    plugin = None
    try:
        plugin = point.load()
        manager.register(plugin, point.name)
        manager.check_pending()
    except Exception as error:  # an import can raise anything; the reason is kept and shown by `mimis adapters`
        if plugin is not None and manager.is_registered(plugin):
            manager.unregister(plugin)
        reason = _describe(error) + _mend_import(error, point.name, distribution)
        return LoadedPlugin(point.name, distribution, version, reason)
    callers = manager.get_hookcallers(plugin) or []
    return LoadedPlugin(point.name, distribution, version, hooks=tuple(sorted(caller.name for caller in callers)))


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _mend_import(error: Exception | None, name: str, distribution: str) -> str:
    """How to install what an adapter of ours lacks; what a third party's extras are called is not known here."""
    ours = isinstance(error, ImportError) and distribution == "mimis"
    return f". Install it with: pip install 'mimis[{name}]'" if ours else ""
