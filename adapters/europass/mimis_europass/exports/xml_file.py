"""What the XML files that are exported have in common: their root and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from lxml import etree

from mimis_europass.document.texts import clean

_NOT_IN_XML = dict.fromkeys((0xFFFE, 0xFFFF))


def new_root(namespace: str, name: str, prefixes: Mapping[str, str] | None = None) -> etree._Element:
    """A root whose namespace is the default one, so that its elements need no prefix."""
    # lxml takes None for the default namespace; its stubs do not know that.
    namespaces = cast("dict[str, str]", {None: namespace, **(prefixes or {})})
    return etree.Element(f"{{{namespace}}}{name}", nsmap=namespaces)


def to_bytes(root: etree._Element) -> bytes:
    """The indented file in UTF-8, the same bytes for the same content."""
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def xml_text(text: str) -> str:
    """A text without what XML 1.0 cannot hold (section 2.2): control characters and two that are none."""
    return clean(text.translate(_NOT_IN_XML))
