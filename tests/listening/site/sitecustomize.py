"""Python runs this as it starts, in each process that a test starts: it writes down what :mod:`tests.leaks` looks at.

Only the standard library: the process may be one of another virtual environment, without mimis.
"""

import json
import logging
import os
import secrets
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import PathFinder

HEARD = os.environ.get("LEAKS_HEARD", "")
"""Folder for what is heard: a file for each process, whose id stands in its name, with a JSON line for each find."""


def write(kind, where, text):
    """Keep one thing heard; written at once, since the process may be killed in the next moment."""
    line = json.dumps({"kind": kind, "where": where, "text": text}) + "\n"
    try:
        file = os.open(os.path.join(HEARD, f"{os.getpid()}.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    except FileNotFoundError:  # the tests have ended before this process
        return
    os.write(file, line.encode())
    os.close(file)


def told(error):
    """An exception as mimis writes it, where the process has loaded what does that."""
    crashes = sys.modules.get("mimis_core.observe.crashes")
    return crashes.told(error) if crashes else type(error).__name__


def hear_logs():
    """Every entry as the code wrote it, whatever handlers mask and however often logging is set up anew."""
    handle = logging.Logger.handle

    def heard(logger, record):
        where = f"{record.name} at {os.path.basename(record.pathname)}:{record.lineno}"
        write("log", where, record.getMessage())
        if record.exc_info and record.exc_info[1] is not None:
            write("log", where, told(record.exc_info[1]))
        handle(logger, record)

    logging.Logger.handle = heard


def hear_secrets():
    """What is drawn as a secret, so that it is known when it is met."""
    draw = secrets.token_urlsafe

    def drawn(nbytes=None):
        token = draw(nbytes)
        write("secret", "", token)
        return token

    secrets.token_urlsafe = drawn


def hear_the_uncaught():
    """What ends the process."""
    usual = sys.excepthook

    def hook(kind, error, trace):
        write("log", "an uncaught exception", told(error))
        usual(kind, error, trace)

    sys.excepthook = hook


class Errors(MetaPathFinder, Loader):
    """Hears every error that mimis makes, from when its module is loaded, which this does not hasten."""

    NAME = "mimis_core.errors"

    def find_spec(self, name, path, target=None):
        """Take the one module's loading over."""
        if name != self.NAME:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None:
            self.loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec):
        """As usual."""
        return self.loader.create_module(spec)

    def exec_module(self, module):
        """As usual, and watch its errors."""
        self.loader.exec_module(module)
        begin = module.MimisError.__init__

        def begun(error, *arguments, **named):
            begin(error, *arguments, **named)
            write("log", type(error).__name__, str(error))

        module.MimisError.__init__ = begun


if HEARD:
    hear_logs()
    hear_secrets()
    hear_the_uncaught()
    sys.meta_path.insert(0, Errors())
