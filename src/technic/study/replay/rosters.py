"""Who is scanned on which day: listings, pre-screen and peers, as the scan of each day has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.provider import Provider, StreamingProvider
from technic.scan.config import ScanConfig
from technic.scan.context import choose_peers, choose_universe, load_listings
from technic.scan.expressions.scan_expressions import ScanExpressions
from technic.typing import DateArray
from technic.universe import Prescreened, Universe, prescreen
from technic.universe.load import listing_days

__all__ = ["Roster", "rosters", "survivorship_warning"]


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Who is scanned from one day on, until the listings change.

    ``universe``: those shown, with what the pre-screen made of each; ``listed``: universe and
    listings together; ``shown``: whom the pre-screen left; ``peers``: who is only compared with.
    """

    universe: Universe
    listed: Universe
    screened: Prescreened
    shown: tuple[str, ...]
    peers: tuple[str, ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Everybody whose bars are read."""
        return (*self.shown, *self.peers)


def rosters(
    config: ScanConfig, provider: Provider, expressions: ScanExpressions, days: DateArray
) -> Iterator[tuple[NDArray[np.intp], Roster]]:
    """Yield each roster with the numbers of the ``days`` on which it holds, ascending.

    Only a universe file can have days; of a provider the listings are those that it has.
    """
    changes = np.empty(0, "datetime64[D]")
    if config.universe:
        changes = listing_days(config.universe, config.file_options())
    span = np.searchsorted(changes, days, side="right")
    for number in np.unique(span).tolist():
        at = np.flatnonzero(span == number)
        yield at, _roster(config, provider, expressions, days[at[0]])


def _roster(
    config: ScanConfig, provider: Provider, expressions: ScanExpressions, day: np.datetime64
) -> Roster:
    listings = load_listings(config, provider, day)
    universe = choose_universe(config, listings)
    expressions.require_listings(universe)
    screened = prescreen(universe, config.prescreen)
    shown = tuple(np.array(universe.symbols, dtype=object)[screened.kept].tolist())
    free = isinstance(provider, StreamingProvider) or getattr(provider, "local", False)
    peers = choose_peers(config, listings, universe, screened) if free else ()
    return Roster(universe, universe.union(listings), screened, shown, peers)


def survivorship_warning(config: ScanConfig, provider: Provider, days: DateArray) -> str | None:
    """Say that who was delisted before the listings were made may be missing; None where not."""
    if config.universe:
        changes = listing_days(config.universe, config.file_options())
        if len(changes) > 1 and changes[0] <= days[0]:
            return None
        what = f"the listings of {config.universe} are of one day or begin after {days[0]}"
    else:
        what = f"{provider.name} does not say who was listed on a past day"
    return (
        f"{what}: symbols that were delisted since may be missing, and who is missing did worse "
        "than who is there; take the results as those of the survivors (a universe file with a "
        "column as_of, or with the days of delisting, says who was listed when)"
    )
