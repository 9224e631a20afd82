"""What a browser may do with the report of a study: show it, run its own script, nothing else."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["report_policy"]

POLICY = (
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "sandbox allow-scripts",
)
"""A report is one file: its styles and drawings are in it. The sandbox takes the page's cookies
and origin from it, so whatever it holds can ask this service nothing."""
_HEAD_BYTES = 4_096
_OWN = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
_HASH = re.compile(r"'sha256-[A-Za-z0-9+/]{43}='")


def report_policy(path: Path) -> str:
    """Return the policy for a report: its own, which stands in its head, and more.

    Of what the head says only the hashes of its scripts are taken, so the policy is never wider.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    own = _OWN.search(head)
    hashes = _HASH.findall(own[1]) if own else []
    scripts = [f"script-src {' '.join(hashes)}"] if hashes else []
    return "; ".join([*POLICY, *scripts])
