"""A third party's distributions beside ours, installed as their users would (``tox -e sample``)."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from mimis_core import PulledPage, Source
from mimis_core.plugins import Plugins, load_plugins

OURS = {"files", "moodle", "openbadges", "openedx", "europass", "seals", "mail", "portal", "ats", "esco"}


@pytest.fixture
def plugins() -> Plugins:
    """All plugins, once both distributions are there; without them skip, or fail where they must be."""
    for name in ("mimis-sample", "mimis-broken"):
        try:
            distribution(name)
        except PackageNotFoundError:
            sentence = f"{name} is not installed: run tox -e sample"
            if os.environ.get("MIMIS_SAMPLE") == "1":
                pytest.fail(sentence)
            pytest.skip(sentence)
    return load_plugins()


def test_sample_is_found_with_hooks(plugins: Plugins) -> None:
    (sample,) = [plugin for plugin in plugins.loaded if plugin.name == "sample"]
    assert (sample.distribution, sample.version, sample.failure) == ("mimis-sample", "1.0", None)
    assert sample.hooks == ("mimis_commands", "mimis_sources")


def test_sample_is_pulled_like_ours(plugins: Plugins) -> None:
    with plugins.open("source", "vår lista", {"kind": "sample", "learners": ["Åsa Öberg"]}) as source:
        assert isinstance(source, Source)
        (page,) = source.pull(None)
    assert isinstance(page, PulledPage)
    assert [(one.source, one.learner.full_name) for one in page.completions] == [("vår lista", "Åsa Öberg")]


def test_broken_is_named_with_reason(plugins: Plugins) -> None:
    (broken,) = [plugin for plugin in plugins.failures if plugin.name == "broken"]
    assert broken.distribution == "mimis-broken"
    assert "No module named 'canvasapi'" in str(broken.failure)


def test_all_our_adapters_load(plugins: Plugins) -> None:
    sound = {plugin.name for plugin in plugins.loaded if plugin.distribution == "mimis" and not plugin.failure}
    assert sound == OURS


def test_ours_come_before_theirs(plugins: Plugins) -> None:
    distributions = [plugin.distribution for plugin in plugins.loaded]
    assert distributions[: len(OURS)] == ["mimis"] * len(OURS)


def test_disabled_broken_is_not_tried(plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIMIS_DISABLED_ADAPTERS", "broken, sample")
    again = {plugin.name for plugin in load_plugins().loaded}
    assert again == {plugin.name for plugin in plugins.loaded} - {"broken", "sample"}


def test_command_of_sample_runs(plugins: Plugins) -> None:
    mimis = Path(sys.executable).with_name("mimis")
    result = subprocess.run([mimis, "sample"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "sample says hello\n")
