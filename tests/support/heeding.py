"""Child processes that signals reach, though whoever started the tests may have had them ignored.

A shell starts what runs in the background with SIGINT ignored, ``nohup`` with SIGHUP ignored, and
children inherit that; rightly so, but a test that interrupts its child needs one that can be.
"""

from __future__ import annotations

import os
import signal
import sys

__all__ = ["SIGNALS", "heeding_python"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heeding_python(*arguments: str) -> list[str]:
    """Command line of a Python with these arguments, in which signals do what they do by default.

    The process first runs this file, then becomes that Python: its id is the one of the start.
    """
    return [sys.executable, __file__, *arguments]


if __name__ == "__main__":
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
