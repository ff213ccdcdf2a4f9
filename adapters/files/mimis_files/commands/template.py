"""``mimis files template``: a list to start from."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mimis_core import ConfigurationError
from mimis_core.services import configured
from mimis_files.columns import SWEDISH
from mimis_files.commands.common import show, tell
from mimis_files.excel import SUFFIX
from mimis_files.templates import Kind, template_book, template_columns, template_text


class Form(StrEnum):
    """How a template is written."""

    CSV = "csv"
    XLSX = "xlsx"


def template(
    kind: Annotated[Kind, typer.Option(help="What it is for.")] = Kind.COURSE,
    format_: Annotated[
        Form | None, typer.Option("--format", help="Default: by the ending of the file, else csv.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write it to this file; Excel files need one.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="A school, to offer its catalogue entries in the Excel file.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the headings as JSON.")] = False,
) -> None:
    """Make a Swedish template with one example row, which is never used."""
    form = format_ or (Form.XLSX if kind is Kind.CATALOGUE or (output and output.suffix == SUFFIX) else Form.CSV)
    if json_:
        show({"kind": kind.value, "columns": headings(kind)}, [], as_json=True)
    elif output is None and form is Form.CSV and kind is not Kind.CATALOGUE:
        typer.echo(template_text(kind), nl=False)
    elif output is None:
        raise ConfigurationError("An Excel file cannot be printed.", mend="Add --output mall.xlsx.")
    else:
        output.write_bytes(_content(kind, form, config))
        tell(f"Mallen finns i {output}.")


def headings(kind: Kind) -> list[str]:
    """What stands over the columns, or for the catalogue before the rows."""
    if kind is not Kind.CATALOGUE:
        return [SWEDISH[name] for name in template_columns(kind)]
    from mimis_files.catalogue.form import template_labels

    return template_labels()


def _content(kind: Kind, form: Form, config: Path | None) -> bytes:
    if kind is Kind.CATALOGUE:
        if form is Form.CSV:
            raise ConfigurationError("The catalogue's template is an Excel file.", mend="Use --format xlsx.")
        from mimis_files.catalogue.book import template_form

        return template_form()
    if form is Form.CSV:
        return template_text(kind).encode("utf-8-sig")
    return template_book(kind, _entries(config) if config else ())


def _entries(config: Path) -> list[tuple[str, str]]:
    with configured(config) as services:
        return [(one.id, one.title.get("sv") or next(iter(one.title.values()))) for one in services.catalogue.latest()]
