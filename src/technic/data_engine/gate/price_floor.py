"""Which prices the floors of a scan judge: those of the day's trading, or those in the data.

Raw bars are adjusted by the splits up to the scan's day, so a close of that day is the price at
which it was traded, and no later split can change what a floor says of it. Prices that come
adjusted hold what happened afterwards, and only they need to be warned of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from technic.data_engine.gate.rules import GateRules, PriceFloorBasis
from technic.data_engine.interfaces.records import PriceBasis
from technic.errors import ParameterError

__all__ = ["floor_warnings", "settled_price_floor"]


def settled_price_floor(rules: GateRules, basis: PriceBasis, source: str) -> PriceFloorBasis:
    """Return the basis asked for, else ``traded`` for raw bars and ``as_given`` for all others.

    Where the data ends does not matter. ``basis``: how the prices of ``source`` come. Raises
    ParameterError where traded prices are asked for and not known.
    """
    asked = rules.price_floor_basis
    if asked == "traded" and basis != "raw":
        come = "do not say how they are adjusted" if basis == "unknown" else "come adjusted"
        raise ParameterError("price_floor_basis", asked, "as_given, off", f"{source} prices {come}")
    return asked or ("traded" if basis == "raw" else "as_given")


def floor_warnings(
    rules: GateRules,
    filters: Mapping[str, float | None],
    floor: PriceFloorBasis,
    as_of: np.datetime64,
) -> Iterator[str]:
    """Warn, on a day before the last of the data, of floors that judge prices adjusted later.

    Not where the user has asked for just that, and not where there is no floor. ``filters``: the
    others that judge prices, by name, None where they are off.
    """
    if floor != "as_given" or rules.price_floor_basis is not None:
        return
    floors = {
        "price_floor": None if "price_floor" in rules.skip else rules.price_floor or None,
        **filters,
    }
    named = ", ".join(f"{name} {value:g}" for name, value in floors.items() if value is not None)
    if named:
        yield (
            f"{named}: the prices of {as_of} are judged as the data gives them, which may be "
            "adjusted by later splits and dividends (--price-floor-basis as_given: known, off: "
            "no price floor)"
        )
