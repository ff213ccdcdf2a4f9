"""Forks workers that have all of mimis imported already: each is a real process, ready in a few milliseconds.

Run as a script: ``nursery.py FD [--draw]``, with a socket on which each order comes with the worker's own end of a
pipe. Without ``--draw`` a picture is one white dot: the real one takes each new process a second.
"""

from __future__ import annotations

import os
import socket
import sys
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path


def main(control: socket.socket) -> None:
    """Fork a worker for each folder that comes with a pipe; for a worker's id alone, wait until that one is stopped.

    The dead are kept, so that no id comes again.
    """
    worker = import_module("tests.kill.worker")
    worker.warm_up(draw="--draw" in sys.argv)
    while _waits(control):
        message, ends, _, _ = socket.recv_fds(control, 4096, 1)
        if not ends:
            control.sendall(b"%d" % os.waitpid(int(message), os.WUNTRACED)[0])
            continue
        child = os.fork()
        if child == 0:
            control.close()
            worker.work(Connection(ends[0]), Path(message.decode()))
            os._exit(0)
        os.close(ends[0])
        control.sendall(b"%d" % child)


def _waits(control: socket.socket) -> bool:
    return bool(control.recv(1, socket.MSG_PEEK))


if __name__ == "__main__":
    # Run as a script, Python looks for modules beside it only; last, so that an installed mimis goes before this tree.
    sys.path.append(str(Path(__file__).resolve().parent.parent.parent))
    main(socket.socket(fileno=int(sys.argv[1])))
