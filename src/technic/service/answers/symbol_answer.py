"""Everything about one symbol of a result, asked once and then remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from technic.service.answers.ask_worker import ask_worker
from technic.service.state import Service

__all__ = ["facts_answer", "symbol_answer"]


def symbol_answer(service: Service, folder: Path, symbol: str) -> dict[str, Any]:
    """Return what the result in ``folder`` has on a symbol; 404 where it is not in its universe."""
    known = service.answers.get((folder.name, symbol))
    if known is not None:
        return known
    detail = ask_worker(service, folder, kind="symbol", symbol=symbol)
    service.remember(folder.name, symbol, detail)
    return detail


def facts_answer(service: Service, folder: Path, symbol: str) -> dict[str, Any]:
    """Return what was known of a company on the day of the result in ``folder``.

    Asked each time: a sync of facts may have brought more. 404 where the symbol is not in the
    result's universe.
    """
    home = str(service.settings.settings.home)
    return ask_worker(service, folder, kind="facts", symbol=symbol, home=home)
