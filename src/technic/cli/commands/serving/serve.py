"""``technic serve``: the service, in the foreground."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Annotated

import typer

from technic.cli.options.options import Debug

__all__ = ["serve"]

WRONG_USAGE = 2


def serve(
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; others than this machine need keys.", metavar="ADDRESS"
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port; 0 takes a free one. (default: PORT, else 8000)",
            metavar="N",
        ),
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Ask for no key; on this machine's own address only.")
    ] = False,
    schedule: Annotated[
        bool,
        typer.Option(
            "--schedule",
            help="Sync after each close of the exchange, then run the scans of schedule.toml.",
        ),
    ] = False,
    debug: Debug = False,
) -> None:
    """Serve scans, symbols and data over HTTP, to those who have a key.

    technic keys add NAME makes a key. Ctrl-C ends the service; what runs is marked interrupted and
    can be resumed.
    """
    from technic.cli.render.console import note
    from technic.errors import MissingExtraError
    from technic.settings import load_settings

    gc.disable()  # of what an import makes nothing goes: looking through it is a tenth of the start
    try:
        from technic.service.run import run_service
        from technic.service.service_settings import default_port, is_loopback, service_settings
    except ModuleNotFoundError as error:
        raise MissingExtraError.of("technic serve", "service", error) from None
    finally:
        gc.enable()

    del debug  # logging is set up before any command runs
    if open_ and not is_loopback(host):
        note(f"--open asks for no key, so it serves this machine alone, not {host}: leave out one")
        raise typer.Exit(WRONG_USAGE)
    given = {"open": open_, "schedule": schedule or None}
    settings = service_settings(load_settings(os.environ, Path.cwd()), os.environ, **given)
    code = run_service(settings, host, default_port() if port is None else port, note)
    raise typer.Exit(code)
