"""What a process of `technic.engine.processes` runs: it calls what it is asked to call.

It ends with the one that asks: when the line between them closes, whatever it is at. What raises
ends it too, and whoever asked does that work again and finds out why.
"""

from __future__ import annotations

import importlib
import logging
import os
import socket
import sys
from queue import SimpleQueue
from threading import Thread

from technic.engine.nameless_files import read_value, written
from technic.panel.machine.freed_memory import keep_freed_memory

__all__ = ["main"]


def main() -> None:
    """Answer on the socket that the first argument numbers; the second is a module to import."""
    line = socket.socket(fileno=int(sys.argv[1]))
    asked: SimpleQueue[int] = SimpleQueue()
    Thread(target=_listen, args=(line, asked), daemon=True).start()
    keep_freed_memory()
    logging.getLogger("technic").addHandler(logging.NullHandler())  # the other one logs
    importlib.import_module(sys.argv[2])
    while True:
        with written(_called(asked.get())) as answer:
            socket.send_fds(line, [b"!"], [answer.fileno()])


def _listen(line: socket.socket, asked: SimpleQueue[int]) -> None:
    """Take what is asked; end the process when nobody can ask any more."""
    while True:
        said, descriptors, *_ = socket.recv_fds(line, 1, 1)
        if not said or not descriptors:  # nobody is there, or no more files can be open here
            os._exit(0)
        asked.put(descriptors[0])


def _called(descriptor: int) -> object:
    """Call the function in a file with its arguments, which stay in it."""
    call, item = read_value(descriptor, copied=False)
    os.close(descriptor)
    return call(*item)


if __name__ == "__main__":
    main()
