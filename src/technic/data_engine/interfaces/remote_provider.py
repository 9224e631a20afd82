"""What a provider over the network is: requests to send, and how to read what comes back.

A provider opens no socket and keeps no state: what sends is chosen where it is opened, and
``network.fetch`` limits, retries and pages. That keeps each one small, and testable with bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from technic.data_engine.interfaces.records import Dividends, PriceBasis, Renames, Splits
from technic.data_engine.interfaces.requests import BarRequest, Capabilities
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.panel import LongBars
from technic.universe import Universe

__all__ = ["Endpoint", "RemoteProvider"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[T]):
    """One thing to ask, page by page.

    ``request(cursor)`` builds the request of the page (None: the first). ``read(response)``
    answers what the page holds and the cursor of the next one, None on the last; it raises a
    RequestError for everything that is not the data asked for.
    """

    label: str
    request: Callable[[str | None], HttpRequest]
    read: Callable[[HttpResponse], tuple[T, str | None]]


class RemoteProvider(Protocol):
    """A vendor's interface; symbols are canonical on this side and the vendor's on the wire.

    An endpoint is None where the vendor (or the user's plan) has nothing of the kind.
    """

    @property
    def name(self) -> str:
        """Name as on the command line (``polygon``)."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether the market is made up."""
        ...

    @property
    def price_basis(self) -> PriceBasis:
        """How the prices on the wire are adjusted."""
        ...

    @property
    def key_settings(self) -> tuple[str, ...]:
        """The settings that hold the user's key, as they are set in the environment."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """Which kinds of request there are, and their limits."""
        ...

    def bars(self, request: BarRequest) -> Endpoint[LongBars]:
        """Bars of one request, in the kinds that ``capabilities`` names."""
        ...

    def splits(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Splits] | None:
        """Splits executed from ``first`` to ``last``."""
        ...

    def dividends(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Dividends] | None:
        """Cash dividends with an ex-date from ``first`` to ``last``."""
        ...

    def renames(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Renames] | None:
        """Symbol changes from ``first`` to ``last``, where a feed names them."""
        ...

    def listings(self) -> Endpoint[Universe] | None:
        """What is listed today."""
        ...
