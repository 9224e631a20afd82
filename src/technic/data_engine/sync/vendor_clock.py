"""The clock of a vendor that has a time of its own, and does not answer any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from technic.data_engine.store import BarStore
from technic.errors import FetchError

__all__ = ["LastKnownTime"]


@dataclass(slots=True)
class LastKnownTime:
    """``clock`` while it answers; else the time of the last answer that the store keeps.

    ``trouble``: why it did not answer, or "". Raises what ``clock`` did where nothing is stored.
    """

    clock: Callable[[], dt.datetime]
    store: BarStore
    trouble: str = ""
    _stopped: dt.datetime | None = None

    def __call__(self) -> dt.datetime:
        """The time it is for the vendor."""
        if self._stopped is not None:
            return self._stopped
        try:
            return self.clock()
        except FetchError as error:
            asked = self.store.last_asked()
            if asked is None:
                raise
            self.trouble, self._stopped = error.detail, asked
            return asked
