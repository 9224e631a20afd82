"""What every provider answers, and what it promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from technic.data_engine.interfaces.records import FetchResult, PriceBasis, Progress, StreamResult
from technic.errors import ParameterError
from technic.typing import DateArray
from technic.universe import Universe

__all__ = ["Provider", "StreamingProvider", "basis_of_history", "require_provider"]


class Provider(Protocol):
    """A source of daily bars."""

    @property
    def name(self) -> str:
        """Name as on the command line (``demo``, ``files``)."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether the market is made up; then SIMULATED is shown wherever its data is."""
        ...

    @property
    def price_basis(self) -> PriceBasis:
        """How the prices that ``history`` answers are adjusted."""
        ...

    @property
    def local(self) -> bool:
        """Whether bars cost no request: then those of the whole market are there to compare."""
        ...

    def listings(self) -> Universe:
        """Return what the provider lists: the universe when the user names none."""
        ...

    def last_session(self) -> np.datetime64:
        """Return the last trading day that the provider has."""
        ...

    def history(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        progress: Progress | None = None,
    ) -> FetchResult:
        """Return the bars of ``symbols`` from the first to the last of ``sessions``.

        Splits come for the same days; earlier and later ones may come too: no bar is adjusted by
        them, but facts of companies that were filed before are restated. A symbol without bars
        there is a failure ``no_data``.
        """
        ...


@runtime_checkable
class StreamingProvider(Provider, Protocol):
    """A provider that can hand out a market larger than memory."""

    def stream(
        self,
        symbols: Sequence[str],
        sessions: DateArray,
        as_of: np.datetime64,
        progress: Progress | None = None,
        *,
        peers: Sequence[str] = (),
    ) -> StreamResult:
        """Do what ``history`` does, but leave the bars where they are, to be taken in blocks.

        What a block holds is what the panel of all bars, split-adjusted as of ``as_of``, would.
        ``peers``: symbols whose bars are handed out too, as far as they cost no request; without
        any ``symbols`` nothing is asked for.
        """
        ...


def basis_of_history(provider: Provider) -> PriceBasis:
    """How a provider's prices are adjusted once its splits are applied: ``raw`` where it has none.

    One that never knows of splits has ``splits_known`` = False.
    """
    basis = provider.price_basis
    known = getattr(provider, "splits_known", True)
    return "split_adjusted" if basis == "raw" and known else basis


def require_provider(provider: object) -> None:
    """Raise ParameterError for what was given as an open provider and is none."""
    if not callable(getattr(provider, "history", None)):
        hint = "ScanConfig(provider=...) takes a name"
        raise ParameterError("provider", provider, "an open provider, with its history()", hint)
