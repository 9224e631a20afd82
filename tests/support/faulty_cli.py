"""The command line with a scan that misbehaves: ``python faulty_cli.py FAULT OPTIONS ARGUMENT...``.

FAULT: a function of ``blocks_that_fail`` or ``gate``. OPTIONS: its options, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from support import blocks_that_fail, gate
from technic.cli import main
from technic.engine import scan_task
from technic.panel import BarPanel
from technic.scan.block_rows import BlockRows, scan_block

FAULTS = {
    "killed_first": blocks_that_fail.killed_first,
    "raylet_killed": blocks_that_fail.raylet_killed,
    "reported": gate.reported,
}


def faulty(
    panel: BarPanel, *, fault: Callable[..., BlockRows], options: dict[str, Any], **scanning: Any
) -> BlockRows:
    """Scan a block as ever, inside the fault."""
    return fault(panel, scan=partial(scan_block, **scanning), **options)


if __name__ == "__main__":
    options = json.loads(sys.argv[2])
    if "marker" in options:
        options["marker"] = Path(options["marker"])
    fault = FAULTS[sys.argv[1]]
    # workers import this file by the name it has for them
    from support import faulty_cli

    scan_task.scan_block = partial(faulty_cli.faulty, fault=fault, options=options)
    sys.argv[1:] = sys.argv[3:]
    main()
