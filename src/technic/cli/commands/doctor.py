"""``technic doctor``: whether this machine can scan, each check on a line."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Literal

import typer

__all__ = ["doctor"]

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(
    provider: Annotated[
        str | None, typer.Option(help="Check this provider. (default: the settings' or demo)")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Check this file or folder of prices.", metavar="PATH")
    ] = None,
    format_: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print it.")
    ] = "table",
) -> None:
    """Check the installation: Python, packages, folders, settings, calendar, provider.

    For a vendor it sends one small request of each kind with your key and says what the key may do;
    after a refused rate it waits a minute.

    Exit code 1 when a check fails; a warning does not count as failure.
    """
    from technic.health import run_checks

    checks = list(run_checks(provider, data))
    if format_ == "json":
        content = [
            {"check": check.name, "state": check.state, "detail": check.detail} for check in checks
        ]
        sys.stdout.write(json.dumps({"checks": content}, ensure_ascii=False) + "\n")
    else:
        from rich.text import Text

        from technic.cli.render.console import console_for

        console = console_for(sys.stdout)
        width = max(len(check.name) for check in checks)
        for check in checks:
            state = (f"{check.state:<5}", _STYLES[check.state])
            line = Text.assemble(state, f"{check.name:<{width}}  ", (check.detail, "dim"))
            console.print(line, soft_wrap=True)
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)
