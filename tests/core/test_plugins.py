"""The loader: who comes first, what is isolated, and what configuration errors say. Nothing need be installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import Field, SecretStr

from mimis_core import AdapterSettings, ConfigurationError, PulledPage, Source, hookimpl
from mimis_core.plugins import Plugins, load_plugins

Install = Callable[..., Plugins]


class ListSettings(AdapterSettings):
    """Settings of the source under test."""

    url: str = Field(description="Address")
    api_token: SecretStr = Field(default=SecretStr(""), description="Token")
    pages: int = Field(default=1, le=9, description="Pages")


class ListSource(Source[ListSettings]):
    """A source that has nothing."""

    kind = "list"
    Settings = ListSettings

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        yield PulledPage()


class OtherSource(ListSource):
    """Another source."""

    kind = "other"


class Giving:
    """A plugin that registers some types."""

    def __init__(self, *types: type[Source[Any]]) -> None:
        self.types = types

    @hookimpl
    def mimis_sources(self) -> Sequence[type[Source[Any]]]:
        return self.types


class Misspelt:
    """A plugin with one good hook and one that does not exist."""

    @hookimpl
    def mimis_sources(self) -> Sequence[type[Source[Any]]]:
        return (OtherSource,)

    @hookimpl
    def mimis_suorces(self) -> None:
        """No such hook."""


class WrongArgument:
    """A plugin whose hook asks for what no caller gives."""

    @hookimpl
    def mimis_sources(self, catalog: object) -> Sequence[type[Source[Any]]]:
        return ()


class Raising:
    """A plugin that loads well and fails when it is asked."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    @hookimpl
    def mimis_sources(self) -> Sequence[type[Source[Any]]]:
        raise self.error


class Forgetful:
    """A plugin whose hook forgot its return."""

    @hookimpl
    def mimis_sources(self) -> None:
        """Nothing is returned."""


def point(name: str, plugin: object, distribution: str = "mimis") -> EntryPoint:
    """An entry point as an installed distribution gives it; an exception is raised when it is loaded."""

    def load() -> object:
        if isinstance(plugin, Exception):
            raise plugin
        return plugin

    made = SimpleNamespace(name=name, dist=SimpleNamespace(name=distribution, version="1.2"), load=load)
    return cast("EntryPoint", made)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Load these entry points as if their distributions were installed."""

    def load(*points: EntryPoint, disabled: str | None = None) -> Plugins:
        monkeypatch.setattr("mimis_core.plugins.entry_points", lambda group: points if group == "mimis" else ())
        return load_plugins(disabled)

    return load


def failures_of(plugins: Plugins) -> dict[str, str]:
    return {plugin.name: str(plugin.failure) for plugin in plugins.failures}


def test_no_plugin_is_no_error(install: Install) -> None:
    plugins = install()
    assert (plugins.loaded, plugins.types("source")) == ([], {})


def test_loaded_plugin_names_its_hooks(install: Install) -> None:
    (loaded,) = install(point("a", Giving(ListSource))).loaded
    assert (loaded.name, loaded.distribution, loaded.version) == ("a", "mimis", "1.2")
    assert (loaded.hooks, loaded.failure) == (("mimis_sources",), None)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (ImportError("No module named 'canvasapi'"), "No module named 'canvasapi'"),
        (SyntaxError("invalid syntax"), "SyntaxError"),
        (AttributeError("plugin"), "AttributeError"),
        (ZeroDivisionError("at import"), "ZeroDivisionError: at import"),
        (Misspelt(), "mimis_suorces"),
        (WrongArgument(), "catalog"),
    ],
)
def test_broken_plugin_stops_only_itself(install: Install, broken: object, reason: str) -> None:
    plugins = install(
        point("a", Giving(ListSource), "mimis-a"), point("b", broken, "mimis-b"), point("c", Giving(), "mimis-c")
    )
    assert failures_of(plugins).keys() == {"b"}
    assert reason in failures_of(plugins)["b"]
    assert plugins.types("source").keys() == {"list"}


@pytest.mark.parametrize(("distribution", "offered"), [("mimis", True), ("mimis-canvas", False)])
def test_missing_extra_is_offered_for_ours(install: Install, distribution: str, offered: bool) -> None:
    plugins = install(point("europass", ImportError("No module named 'typst'"), distribution))
    assert ("pip install 'mimis[europass]'" in failures_of(plugins)["europass"]) is offered


def test_extra_missed_later_is_offered(install: Install) -> None:
    plugins = install(point("europass", Raising(ImportError("No module named 'typst'"))))
    assert plugins.types("source") == {}
    assert failures_of(plugins)["europass"].endswith("pip install 'mimis[europass]'")


def test_later_of_one_name_fails(install: Install) -> None:
    plugins = install(point("a", Giving(OtherSource), "mimis-z"), point("a", Giving(ListSource)))
    assert [(one.distribution, bool(one.failure)) for one in plugins.loaded] == [("mimis", False), ("mimis-z", True)]
    assert "rename one of them" in failures_of(plugins)["a"]
    assert plugins.types("source").keys() == {"list"}


def test_own_distribution_comes_first(install: Install) -> None:
    names = ["mimis-b", "abc", "mimis", "mimis-a"]
    plugins = install(*[point(f"p-{name}", Giving(), name) for name in names], point("a", Giving()))
    assert [one.distribution for one in plugins.loaded] == ["mimis", "mimis", "abc", "mimis-a", "mimis-b"]


@pytest.mark.parametrize("blocked", ["b", " b , c", "b,unknown"])
def test_disabled_plugin_is_not_imported(install: Install, monkeypatch: pytest.MonkeyPatch, blocked: str) -> None:
    monkeypatch.setenv("MIMIS_DISABLED_ADAPTERS", blocked)
    plugins = install(point("a", Giving()), point("b", ImportError("would fail")))
    assert [one.name for one in plugins.loaded] == ["a"]


def test_argument_disables_plugins_too(install: Install) -> None:
    assert install(point("a", Giving()), disabled="a").loaded == []


def test_same_kind_twice_is_noted(install: Install) -> None:
    plugins = install(point("a", Giving(ListSource)), point("b", Giving(ListSource, OtherSource)))
    assert plugins.types("source").keys() == {"list", "other"}
    assert "'list' is already registered" in failures_of(plugins)["b"]


@pytest.mark.parametrize(
    ("wrong", "reason"), [(Raising(OSError("no licence")), "no licence"), (Forgetful(), "gave NoneType")]
)
def test_failing_hook_lets_others_answer(install: Install, wrong: object, reason: str) -> None:
    plugins = install(point("a", wrong), point("b", Giving(ListSource)))
    assert plugins.types("source").keys() == {"list"}
    assert reason in failures_of(plugins)["a"]
    assert "mimis_sources" in failures_of(plugins)["a"]


def test_failure_is_noted_once(install: Install) -> None:
    plugins = install(point("a", Raising(OSError("no licence"))))
    first = plugins.types("source") or failures_of(plugins)
    assert plugins.types("source") or failures_of(plugins) == first


def test_call_gives_results_by_plugin(install: Install) -> None:
    plugins = install(point("b", Giving(ListSource)), point("a", Giving(OtherSource)))
    assert plugins.call("mimis_sources") == [("a", (OtherSource,)), ("b", (ListSource,))]


@pytest.mark.parametrize("table", [{"kind": "list", "url": "u"}, {"url": "u"}])
def test_adapter_opens_with_its_settings(install: Install, table: dict[str, Any]) -> None:
    opened = install(point("a", Giving(ListSource))).open("source", "list", table)
    assert (opened.name, opened.settings.url, opened.settings.pages) == ("list", "u", 1)


def test_unknown_kind_names_the_known(install: Install) -> None:
    plugins = install(point("a", Giving(ListSource)), point("canvas", ImportError("canvasapi")))
    with pytest.raises(ConfigurationError) as caught:
        plugins.open("source", "skola", {"kind": "canvas"})
    assert "'canvas'; known are list." in caught.value.message
    assert "canvasapi" in str(caught.value.mend)


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ({}, "url"),
        ({"url": 7}, "url"),
        ({"url": "u", "pages": 10}, "pages"),
        ({"url": "u", "pages": "s3cret"}, "pages"),
        ({"url": "u", "api_token": ["s3cret"]}, "api_token"),
        ({"url": "u", "tokens": "s3cret"}, "tokens"),
    ],
)
def test_wrong_setting_is_named(install: Install, table: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        install(point("a", Giving(ListSource))).open("source", "skola", {"kind": "list", **table})
    assert f"[source skola]: {field}: " in caught.value.message
    assert "mimis.toml" in str(caught.value.mend)
    assert "s3cret" not in str(caught.value)


def test_our_plugins_import_nothing_heavy() -> None:
    failed = [plugin for plugin in load_plugins().failures if plugin.distribution == "mimis"]
    assert failed == []
