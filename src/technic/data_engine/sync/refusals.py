"""Whose fault a refusal is: a symbol's, or the account's, which ends a sync at once.

A 401 says so itself. A 403, 400 or 404 says nothing: as long as others are answered it is the
symbol's own; where nobody has been yet, or several were refused in a row, a symbol that every
vendor has is asked once in the same way, and its answer decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from technic.data_engine.interfaces.records import Failure
from technic.data_engine.interfaces.remote_provider import RemoteProvider
from technic.data_engine.interfaces.requests import (
    AccountRefusedError,
    BarRequest,
    RefusedError,
    RequestError,
    UnknownSymbolError,
)

__all__ = ["WELL_KNOWN", "Refusals", "account_failure"]

WELL_KNOWN = ("AAPL", "MSFT")
IN_A_ROW = 3
"""Refusals without an answer between them that raise the question anew; twice as many each time."""

Ask = Callable[[BarRequest], Awaitable[object]]


class Refusals:
    """The refusals of one sync; ``days``: the whole-market days of its plan."""

    def __init__(self, days: Sequence[BarRequest]) -> None:
        self._days = days
        self._in_a_row = 0
        self._patience = 0
        self._lock = asyncio.Lock()

    def answered(self) -> None:
        """Somebody was answered: the account is good."""
        self._in_a_row = 0
        self._patience = max(self._patience, IN_A_ROW)

    async def judge(self, request: BarRequest, error: RefusedError, ask: Ask) -> None:
        """Return where the refusal is that request's own; else raise AccountRefusedError."""
        self._in_a_row += 1
        async with self._lock:  # who comes while the question is open waits for its answer
            if self._in_a_row <= self._patience:
                return
            control = self._control(request)
            if control is None:
                raise AccountRefusedError(str(error))
            try:
                await ask(control)
            except UnknownSymbolError:
                pass  # an answer to this account
            except RefusedError:
                raise AccountRefusedError(str(error)) from None
            except RequestError:
                return  # undecided: the next refusal asks again
            self._in_a_row = 0
            self._patience = max(IN_A_ROW, 2 * self._patience)

    def _control(self, request: BarRequest) -> BarRequest | None:
        """Return what is asked to tell: the same of a well-known symbol, or another day."""
        if not request.symbols:
            others = (day for day in reversed(self._days) if day != request)
            return next(others, None)
        names = [name for name in WELL_KNOWN if (name,) != request.symbols]
        return replace(request, symbols=(names[0],))


def account_failure(remote: RemoteProvider, error: RequestError) -> Failure:
    """Say that the vendor gives the account nothing, and where to look."""
    settings = " and ".join(getattr(remote, "key_settings", ()))
    check = f"check {settings}; " if settings else ""
    detail = (
        f"{remote.name} gives this account nothing ({error}); {check}"
        f"technic doctor --provider {remote.name} says what it may do"
    )
    return Failure(AccountRefusedError.reason, detail)
