"""Who was seen in the directory from when to when: the days of a folder as rows of listings.

A row is a symbol and what was said of it, with the first and the last day of which that is so;
where a name or a type changes, a new row begins. Between two days that are kept the earlier one
holds, so a universe file of these rows answers for each day what a file with all listings of each
day in ``as_of`` would, at the size of little more than one day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic.universe.listings import COLUMNS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["SAID", "with_day"]

SAID = tuple(name for name in COLUMNS if name in ("symbol", "company", "exchange", "type"))
"""What the directory says of a listing; a change in any of it begins a new row."""


def with_day(seen: pd.DataFrame | None, day: np.datetime64, listed: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a later day added; neither argument is written into.

    ``seen``: columns ``SAID``, ``first_seen`` and ``last_seen``, None before the first day.
    ``listed``: columns ``SAID``, a row a symbol, what is listed on ``day``.
    """
    import pandas as pd

    now = pd.Timestamp(day)
    today = listed.loc[:, list(SAID)].assign(first_seen=now, last_seen=now)
    if seen is None:
        return today.reset_index(drop=True)
    here = pd.MultiIndex.from_frame(listed.loc[:, list(SAID)].fillna(""))
    before = pd.MultiIndex.from_frame(seen.loc[:, list(SAID)].fillna(""))
    open_ = (seen["last_seen"] == seen["last_seen"].max()).to_numpy()
    stays = open_ & before.isin(here)
    last = seen["last_seen"].mask(open_, now - pd.Timedelta(days=1)).mask(stays, now)
    new = ~here.isin(before[open_])
    return pd.concat([seen.assign(last_seen=last), today[new]], ignore_index=True)
