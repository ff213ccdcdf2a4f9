"""What templates ask for and what views give them, compared each time that a page is made in a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, before_render_template
from jinja2 import BaseLoader, Environment, Template, meta, nodes


@dataclass(frozen=True)
class Part:
    """One file: what it asks for by itself, what it sets for what it includes, and the files that it names."""

    asked: frozenset[str]
    set_here: frozenset[str]
    files: frozenset[str]


_READ: dict[str, Part] = {}
"""By the text of a file: each test makes environments of its own, on the same files."""


class Contract:
    """Listens while pages are made; ``broken`` holds a sentence for each name that only one of the two sides knows."""

    def __init__(self) -> None:
        self.broken: set[str] = set()

    def compare(self, app: Flask, template: Template, context: dict[str, Any], **_: Any) -> None:
        """Compare what one view gave with what its template, and all that this is made of, ask for."""
        if template.name is None:  # a test's own, made of a string
            return
        environment, name = app.jinja_env, template.name
        assert environment.loader is not None
        for_all: dict[str, Any] = {}
        app.update_template_context(for_all)
        asked = asked_by(environment.loader, environment, name) - set(environment.globals)
        given = set(context) - set(for_all)
        self.broken |= {f"{name} is given {one} and does not use it" for one in given - asked}
        self.broken |= {f"{name} uses {one} and is not given it" for one in asked - given - set(for_all)}


@pytest.fixture(autouse=True)
def template_contract() -> Iterator[Contract]:
    """No page of this test is given a value that its template does not ask for, nor asks for one it is not given."""
    contract = Contract()
    with before_render_template.connected_to(contract.compare):
        yield contract
    assert sorted(contract.broken) == []


def asked_by(loader: BaseLoader, environment: Environment, name: str) -> frozenset[str]:
    """The names that a template takes from its context, with what it extends, includes and imports."""
    source, _, _ = loader.get_source(environment, name)
    if source not in _READ:
        _READ[source] = _read(environment, source)
    part = _READ[source]
    return part.asked.union(*(asked_by(loader, environment, file) - part.set_here for file in part.files))


def _read(environment: Environment, source: str) -> Part:
    tree = environment.parse(source)
    # what is set outside the blocks is known in them, which meta does not see
    outside = frozenset(name for one in tree.body for name in _set_by(one))
    inside = frozenset(name for one in tree.find_all((nodes.With, nodes.Assign)) for name in _set_by(one))
    files = frozenset(file for file in meta.find_referenced_templates(tree) if file)
    return Part(frozenset(meta.find_undeclared_variables(tree)) - outside, outside | inside, files)


def _set_by(node: nodes.Node) -> list[str]:
    """The names that a statement sets for what follows, or stands in it."""
    match node:
        case nodes.Import():
            return [node.target]
        case nodes.FromImport():
            return [one if isinstance(one, str) else one[1] for one in node.names]
        case nodes.Assign(target=nodes.Name(name=name)) | nodes.AssignBlock(target=nodes.Name(name=name)):
            return [name]
        case nodes.Macro():
            return [node.name]
        case nodes.With():
            return [one.name for one in node.targets if isinstance(one, nodes.Name)]
        case _:
            return []
