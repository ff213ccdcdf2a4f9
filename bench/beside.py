"""A process of its own for what is not to be measured, such as a sandbox, and a line to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any


@contextmanager
def beside(serve: Callable[..., None], *arguments: Any) -> Iterator[Connection]:
    """Run ``serve(line, *arguments)`` until it is sent None; ``serve`` stands at the top of its module."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, *arguments), daemon=True)
    process.start()
    try:
        yield here
    finally:
        here.send(None)
        process.join(10)


def ask(line: Connection, what: str, *arguments: Any) -> Any:
    """Call what the process serves under this name."""
    line.send((what, arguments))
    return line.recv()


def answer(line: Connection, find: Callable[[str], Callable[..., Any]]) -> None:
    """The other end: answer with what ``find`` has under each name, until None comes."""
    while (wanted := line.recv()) is not None:
        name, arguments = wanted
        line.send(find(name)(*arguments))
