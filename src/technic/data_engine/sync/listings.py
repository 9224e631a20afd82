"""What a vendor lists today: asked once a day, doubted where it is next to nothing, and kept.

A list that is empty, or has less than half of what was listed before, is not believed: the one
kept before is read instead, as it is where the vendor cannot be asked. Its source says so.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.network.run_async import run_async
from technic.data_engine.sync.publication import new_york_date
from technic.data_engine.sync.syncer import Syncer
from technic.errors import FetchError, ParameterError, UsageError
from technic.universe import Universe, universe_of
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VendorListings"]

logger = logging.getLogger(__name__)

LEAST = 0.5


@dataclass(slots=True)
class VendorListings:
    """The listings of one vendor; ``folder``: where they are kept, None for nowhere.

    ``note``: what a reader should know of the latest, or "".
    """

    syncer: Syncer
    folder: Path | None = None
    note: str = ""

    def today(self, last: np.datetime64) -> Universe:
        """What is listed; where it cannot be had, what was kept, then who has bars on ``last``.

        Raises FetchError where there is neither, ParameterError where the vendor lists nothing.
        """
        self.note = ""
        name, endpoint = self.syncer.remote.name, self.syncer.remote.listings()
        if endpoint is None:
            stored = self._stored(last)
            if stored is None:
                what = f"a file of listings, since {name} has none"
                hint = "technic universe fetch brings one without a key, --universe names another"
                raise ParameterError("universe", None, what, hint)
            return universe_of(stored, f"symbols in the store of {name}")
        day = new_york_date(self.syncer.now())
        of_today = self._path(day)
        if of_today is not None and (known := _read(of_today)) is not None:
            return Universe(known, f"{name} listings of {day}")
        kept = self._kept()
        try:
            universe = self._ask(endpoint, 0 if kept is None else len(kept[1]))
        except FetchError as error:
            return self._instead(error, kept, last)
        if of_today is not None:
            self._keep(universe, of_today)
        return universe

    def known(self, last: np.datetime64) -> Universe:
        """What was listed when the vendor was last asked, else who has bars on ``last``.

        Nobody is asked. Raises UsageError where there is neither.
        """
        self.note = ""
        name, kept = self.syncer.remote.name, self._kept()
        if kept is not None:
            return Universe(kept[1], f"{name} listings of {kept[0]}")
        stored = self._stored(last)
        if stored is None:
            first = "the first sync asks for that, then for bars"
            raise UsageError(f"{name} has not been asked yet what it lists; {first}")
        return universe_of(stored, f"symbols in the store of {name}")

    def _ask(self, endpoint: Endpoint[Universe], before: int) -> Universe:
        universe = run_async(self.syncer.ask_listings(endpoint))
        if not len(universe) or len(universe) < LEAST * before:
            detail = f"the list has {count_of(len(universe), 'symbol')}"
            detail += f", where {before:,} were listed before" if before else ""
            raise FetchError(self.syncer.remote.name, "listings", "bad_answer", detail)
        return universe

    def _instead(
        self, error: FetchError, kept: tuple[str, pd.DataFrame] | None, last: np.datetime64
    ) -> Universe:
        """Return what was known before; raise ``error`` where nothing was."""
        name = self.syncer.remote.name
        stored = self._stored(last) if kept is None else None
        if kept is None and stored is None:
            raise error
        what = f"listings of {kept[0]}" if kept else f"symbols with bars in the store of {name}"
        self.note = f"{name}'s listings of today could not be had ({error.detail}): {what} are used"
        logger.warning("%s", self.note)
        if kept is not None:
            return Universe(kept[1], f"{name} listings of {kept[0]}, today's could not be had")
        assert stored is not None
        return universe_of(stored, f"symbols in the store of {name}, its listings cannot be had")

    def _stored(self, last: np.datetime64) -> tuple[str, ...] | None:
        """Return the symbols of the last session that has any, up to ``last``."""
        for session in self.syncer.calendar.last(10, last)[::-1]:
            symbols = self.syncer.store.read(None, session, session).symbols
            if symbols:
                return symbols
        return None

    def _path(self, day: object) -> Path | None:
        if self.folder is None:
            return None
        return self.folder / f"listings-{self.syncer.remote.name}-{day}.parquet"

    def _kept(self) -> tuple[str, pd.DataFrame] | None:
        """Return the day and the rows of the latest list that can be read."""
        if self.folder is None:
            return None
        prefix = f"listings-{self.syncer.remote.name}-"
        for path in sorted(self.folder.glob(f"{prefix}????-??-??.parquet"), reverse=True):
            frame = _read(path)
            if frame is not None and len(frame):
                return path.stem.removeprefix(prefix), frame
        return None

    def _keep(self, universe: Universe, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            universe.frame.to_parquet(part, index=False)
            part.replace(path)
            for old in path.parent.glob(f"listings-{self.syncer.remote.name}-????-??-??.parquet"):
                if old != path:
                    old.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("the listings cannot be kept: %s", error)


def _read(path: Path) -> pd.DataFrame | None:
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        logger.debug("no listings at %s", path)
    except (OSError, ValueError) as error:  # pyarrow's errors are among these
        logger.warning("%s cannot be read (%s): asking for the listings again", path, error)
    return None
