"""The exchanges' directory as kept on this machine, for vendors that do not say what is listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from technic.data_engine.open_vendor import VENDORS
from technic.settings import Settings
from technic.universe.directory.directory_folder import DirectoryFolder
from technic.wording.counts import count_of

__all__ = ["directory_folder", "kept_listings", "kept_listings_warnings"]

MOST_DAYS_OLD = 7
"""Days that listings may lag behind the data before it is said: few are new within a week."""


def directory_folder(home: Path, *, simulated: bool = False) -> DirectoryFolder:
    """Return where the directory is kept below the user's home for Technic."""
    from technic.data_engine.providers.vendors.nasdaq_trader import FILES

    label = "simulated-listings" if simulated else "nasdaq-trader-listings"
    folder = home / "universe" / "simulated" if simulated else home / "universe"
    return DirectoryFolder(folder, tuple(FILES), label)


def kept_listings(provider: str, settings: Settings) -> str | None:
    """Return the universe file of the kept directory, where the provider's vendor lists nothing.

    None for another provider, and where no directory is kept yet.
    """
    vendor = VENDORS.get(provider)
    if vendor is None or vendor.lists:
        return None
    kept = directory_folder(settings.home).universe
    return str(kept) if kept.is_file() else None


def _days_of(universe: str | None, settings: Settings) -> tuple[str, ...]:
    """Return the days of the kept directory that a file is, the simulated market's too."""
    if universe is None:
        return ()
    folders = (directory_folder(settings.home, simulated=one) for one in (False, True))
    same = (one for one in folders if _same(Path(universe), one.universe))
    return next((one.listed_days for one in same), ())


def _same(path: Path, other: Path) -> bool:
    if path.name != other.name:
        return False
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there
        return False


def kept_listings_warnings(
    universe: str | None, settings: Settings, as_of: np.datetime64, last: np.datetime64
) -> Iterator[str]:
    """Say where the kept directory is the universe and has no day near the scan's.

    ``universe``: the file that is read, by whatever way; ``as_of``: the scan's day, of a study its
    first one; ``last``: the data's last session.
    """
    days = _days_of(universe, settings)
    if not days:
        return
    if as_of < np.datetime64(days[0], "D"):
        yield (
            f"the listings kept begin with {days[0]}: as of {as_of} those of that day are taken, "
            "and who was delisted before is missing"
        )
    behind = int((last - np.datetime64(days[-1], "D")).astype(int))
    if as_of == last and behind > MOST_DAYS_OLD:
        yield (
            f"the listings kept are of {days[-1]}, {count_of(behind, 'day')} before the data's "
            "end; technic universe fetch brings those of today"
        )
