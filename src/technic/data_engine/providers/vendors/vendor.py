"""What a vendor has that offers bars and nothing else; the others override what they do have."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from technic.data_engine.interfaces.records import Dividends, Renames, Splits
from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.universe import Universe

__all__ = ["BarsOnly"]


class BarsOnly:
    """The parts of a RemoteProvider that may be missing: no feeds and no list."""

    __slots__ = ()
    simulated = False
    key_settings: ClassVar[tuple[str, ...]] = ()

    def splits(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Splits] | None:  # noqa: ARG002
        """None: prices come adjusted, or no feed lists the splits of the market."""
        return None

    def dividends(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Dividends] | None:  # noqa: ARG002
        """None: no feed lists the dividends of the market."""
        return None

    def renames(self, first: np.datetime64, last: np.datetime64) -> Endpoint[Renames] | None:  # noqa: ARG002
        """None: no feed names symbol changes."""
        return None

    def listings(self) -> Endpoint[Universe] | None:
        """None: the vendor does not say what it lists."""
        return None
