"""Prints docs/settings.md from the settings classes: ``python tests/settings_page.py > docs/settings.md``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mimis_core import Organisation
from mimis_core.plugins import KINDS, load_plugins
from mimis_core.services.look import LookTable
from mimis_core.services.pacing import JobsTable, Pace
from mimis_core.services.platforms import Platform
from mimis_core.settings import DeliveryRule, IssuerTable, Privacy, Renewal, Settings, StatusTable, TrustTable

HEAD = """\
# Settings

<!-- Made by `python tests/settings_page.py > docs/settings.md`. Do not edit. -->

Everything that `mimis.toml` may hold. `mimis init` writes a first one; `mimis check` says what is wrong with it, by
field.

- An unknown field is an error, so that a misspelt one is not passed over.
- A **secret** is never written into the file, only where it is: `{ env = "NAME" }` takes it from the environment,
  `{ file = "PATH" }` from a file, without the white space around it. Both forms work for every value of the file.
- A relative path starts at the folder of `mimis.toml` for `file`, `path`, `logo` and `fonts` of an adapter's table and
  of `[look]`, for `catalogue`, `[trust] anchors`, files of secrets and SQLite. Write other paths in full.
- "required" means that the table must hold it. Where a default is empty, that is said as "none" or "empty".

| environment variable | is |
|---|---|
| `MIMIS_CONFIG` | folder or file of the configuration, instead of `--config` |
| `MIMIS_DISABLED_ADAPTERS` | names of adapters that are not loaded, separated by commas |
| `MIMIS_LOG` | `json` or `text`: the form of the log; without it text on a terminal, else JSON |
| `MIMIS_LOG_LEVEL` | `DEBUG`, `INFO`, `WARNING` or `ERROR`: what is logged |
| `MIMIS_METRICS_TOKEN` | **secret**: opens `/metrics` to callers from elsewhere |
| `MIMIS_METRICS_PORT` | port of loopback on which `mimis worker` answers scrapes |
"""

ORGANISATION = {
    "id": "Name of the organisation in the catalogue and the database; never change it once something is issued",
    "legal_name": 'The legal person\'s name by language, such as { sv = "...", en = "..." }',
    "registration": "Organisation number, NNNNNN-NNNN",
    "eidas": "organizationIdentifier of the seal's certificate, such as NTRSE-8020026509",
    "address": "Postal address",
    "homepage": "Address of the website",
    "email": "Where learners may write; stands in the footer of the pages",
    "country": "Three letters, as in the EU's list of countries",
    "region": "NUTS code, such as SE224 for Skåne",
    "public_body": "true for a public school: pages and mails then never say that nobody else can see a credential",
    "accreditations": "Decisions of reviewing bodies about the school; docs/katalog.md says what each holds",
}
"""The model of an organisation describes itself in words of its docstring; here they stand by field."""

WORDS = {
    str: "text",
    SecretStr: "**secret**",
    bool: "true or false",
    int: "whole number",
    float: "number",
    Path: "path",
    date: "date",
    Any: "any",
    dict: "table",
}

CORE: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("At the top of the file", Settings, "Tables that have a section of their own below are listed here too."),
    ("`[organisation]` and `[[owners]]`", Organisation, "Who runs this mimis, and others who own catalogue entries."),
    ("`[privacy]`", Privacy, "`mimis sync` does not start before `protected` is answered."),
    ("`[delivery.rule]`", DeliveryRule, "Without it, a credential is delivered only when the learner asks for it."),
    ("`[status]`", StatusTable, "How long a signed answer about a credential may be relied on."),
    ("`[renewal]`", Renewal, "For catalogue entries with `valid_months`."),
    ("`[trust]`", TrustTable, ""),
    ("`[look]`", LookTable, "What the pages look like, beside the legal name of `[organisation]` that they bear."),
    ("`[lti.NAME]`", Platform, "One table for each learning platform that opens mimis; docs/lti.md shows one."),
    ("`[jobs]`", JobsTable, "docs/operations.md says how work is done, and what `[schedule]` may hold."),
    ("`[couriers.NAME]`, of every kind", Pace, "Beside what the adapter asks for, below."),
    ("`[issuers.NAME]`", IssuerTable, "Employer role: one table for each school that you pull from."),
)
HEADINGS = {
    "source": "`[sources.NAME]`",
    "format": "`[format]` or `[formats.NAME]`",
    "signer": "`[signer]` or `[formats.NAME.signer]`",
    "sealer": "`[sealer]` or `[formats.NAME.sealer]`",
    "courier": "`[couriers.NAME]`",
    "feed": "`[feeds.NAME]`",
}


def page() -> str:
    """The whole page."""
    parts = [HEAD, "## The core\n"]
    for title, model, text in CORE:
        parts.append(f"### {title}\n")
        parts += [f"{text}\n"] if text else []
        parts.append("\n".join(_table(model)) + "\n")
    parts.append("## The adapters\n")
    parts.append(
        "`kind` chooses the adapter; left out, it is the table's name. The mail courier must be named `mail`.\n"
    )
    parts += _adapters()
    return "\n".join(parts)


def _adapters() -> Iterator[str]:
    plugins = load_plugins()
    ours = {plugin.name for plugin in plugins.loaded if plugin.distribution == "mimis"}
    for category, hook in KINDS.items():
        for name, types in plugins.call(hook):
            for one in types if name in ours else ():
                yield f'### {HEADINGS[category]}, kind = "{one.kind}"\n'
                yield f"From the adapter `{name}`: see [its page](../adapters/{name}/README.md).\n"
                yield "\n".join(_table(one.Settings)) + "\n"


def _table(model: type[BaseModel]) -> Iterator[str]:
    yield "| setting | type | default | is |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        if name == "folder":
            continue
        text = ORGANISATION[name] if model is Organisation else field.description
        yield f"| `{name}` | {_type(field.annotation)}{_bounds(field)} | {_default(field)} | {text} |"


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, UnionType):
        return " or ".join(_type(one) for one in arguments if one is not NoneType)
    if origin is Literal:
        return " or ".join(f"`{one}`" for one in arguments)
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return WORDS[origin or annotation]


def _bounds(field: FieldInfo) -> str:
    names = {"ge": "from {}", "gt": "over {}", "le": "to {}", "lt": "under {}"}
    found = [
        text.format(getattr(one, name))
        for name, text in names.items()
        for one in field.metadata
        if getattr(one, name, None) is not None
    ]
    return f", {' '.join(found)}" if found else ""


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "required"
    if value is None:
        return "none"
    if value in ((), {}) or isinstance(value, BaseModel):
        return "empty"
    if isinstance(value, dict):
        return f"`{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}`"
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return str(value) if isinstance(value, int | float) else f'"{value}"'


if __name__ == "__main__":
    print(page(), end="")
