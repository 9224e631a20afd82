"""Whether targets can be sent to, told before a watch is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from technic.errors import ParameterError
from technic.watches.sending.apprise_target import known_address
from technic.watches.sending.target import parse_target

__all__ = ["check_targets"]


def check_targets(targets: Sequence[str], environ: Mapping[str, str]) -> None:
    """Raise ParameterError for an address that nobody can read, without what is secret in it.

    Raises MissingExtraError for one of apprise's where that is not installed.
    """
    for text in targets:
        target = parse_target(text, environ)
        if not target.webhook and not known_address(target.url):
            allowed = "an address that apprise can read"
            raise ParameterError("to", target.shown, allowed, "docs/watches.md has examples")
