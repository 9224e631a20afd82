"""Who is listed in the simulated market: symbols, kinds, sectors and how each is built to move.

Symbols come in hundreds of the same make-up (``sectors.SLOTS``), so a smaller market is the first
symbols of a larger one. Warrants, units, rights, preferreds, notes and B shares carry the root of
a company in their hundred. Symbols are in CQS form (``ABCD.WS``, ``ABCDpA``; listed on Nasdaq
``ABCDW``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from technic.marketsim.random_streams import normal, uniform
from technic.marketsim.sectors import BLANK_CHECK, INDUSTRIES, KINDS, SECTORS, SLOTS
from technic.typing import FloatArray

__all__ = ["COUNTRIES", "EXCHANGES", "MAX_SIZE", "Codes", "Securities", "list_securities"]

Codes = NDArray[np.intp]

MAX_SIZE = 9_000
HUNDRED = len(SLOTS)

EXCHANGES = ("NASDAQ", "NYSE", "AMEX", "NYSE ARCA")
COUNTRIES = ("United States", "Canada", "Israel", "United Kingdom", "Bermuda", "Ireland")
KIND = {kind.name: code for code, kind in enumerate(KINDS)}

CLASS_A, CLASS_B, TEST_SLOT, NOTE = 5, 6, 74, 99
INDEX_FUND_SLOT = 80
BLANK_CHECK_SLOTS = range(70, 74)
PARENT_OF = {CLASS_B: CLASS_A, 88: 0, 89: 1, 90: 2, 91: 3, 92: 70, 93: 71, 94: 72, 95: 73,
             96: 70, 97: 71, 98: 72, NOTE: 4}  # fmt: skip
"""Slot of the company that a slot's security belongs to; it always comes before."""

# Roots are letter, rare letter, vowel, consonant; the initials of each rare letter leave out those
# that real listings use, so that no simulated symbol is a real one.
ROOT_STARTS = (
    ("Q", "BCDFGHJKLMNPQRSTVWXZ"), ("X", "BGHJNQRSTVWX"), ("Z", "CDFGJKLMNPQRSVWXZ"),
    ("J", "BDGHJKLNPQTWX"), ("V", "BDGHJQWXZ"), ("K", "CDFJKLNQRVWX"),
)  # fmt: skip
ROOT_VOWELS, ROOT_ENDS = "AEIOUY", "BCDFGHKLMNPRSTVWZ"

SUFFIX = {
    "preferred": ("P", "pA"), "warrant": ("W", ".WS"), "unit": ("U", ".U"),
    "right": ("R", "r"), "note": ("Z", ""),
}  # fmt: skip
"""Suffix of a root when listed on Nasdaq and elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Securities:
    """One entry per symbol, shape ``(n_symbols,)``; codes are positions in the named tuples.

    ``parent`` is the position of the company a security belongs to (itself for companies).
    ``sigma`` is the own daily volatility, ``beta`` and ``tilt`` the pull of the market and of the
    industry, ``first_price`` and ``market_cap`` are in dollars at the first bar, ``dollars`` is
    the typical dollar volume of a day, ``events`` scales earnings and news.
    """

    symbol: tuple[str, ...]
    parent: Codes
    kind: Codes
    industry: Codes
    exchange: Codes
    country: Codes
    sigma: FloatArray
    beta: FloatArray
    tilt: FloatArray
    first_price: FloatArray
    market_cap: FloatArray
    dollars: FloatArray
    events: FloatArray


def list_securities(seed: int, size: int) -> Securities:
    """Draw the first ``size`` securities of the market of ``seed``."""
    count = -(-size // HUNDRED) * HUNDRED
    at = np.arange(count)
    slot, hundred = at % HUNDRED, at // HUNDRED
    kind = np.array(SLOTS)[slot]
    kind[(slot == TEST_SLOT) & (hundred % 2 == 0)] = KIND["test_issue"]
    parent_slot = np.arange(HUNDRED)
    parent_slot[list(PARENT_OF)] = list(PARENT_OF.values())
    parent = hundred * HUNDRED + parent_slot[slot]

    industry = _industries(seed, count, slot)[parent]
    exchange = _exchanges(seed, count, kind)[parent]
    country = np.minimum(uniform(seed, "country", count) * 24 - 19, 5).clip(0).astype(np.intp)
    country[kind == KIND["adr"]] = np.arange(count)[kind == KIND["adr"]] % 4 + 2
    roots = _roots(seed, count)
    symbol = tuple(
        _symbol(roots[parent[i]], roots[i], KINDS[kind[i]].name, int(exchange[i]), int(slot[i]))
        for i in range(size)
    )
    drawn = _dynamics(seed, kind, industry)
    return Securities(
        symbol, parent[:size], kind[:size], industry[:size], exchange[:size],
        country[parent][:size], **{name: values[:size] for name, values in drawn.items()},
    )  # fmt: skip


def _industries(seed: int, count: int, slot: Codes) -> Codes:
    """Draw a sector by its weight, then one of its industries; some slots are blank checks."""
    weight = np.cumsum([sector.weight for sector in SECTORS])
    sector = np.searchsorted(weight, uniform(seed, "sector", count) * weight[-1])
    of_sector = np.array([number for number, _, _ in INDUSTRIES])
    first = np.searchsorted(of_sector, sector)
    available = np.bincount(of_sector)[sector] - (sector == of_sector[BLANK_CHECK])
    industry: Codes = first + (uniform(seed, "industry", count) * available).astype(np.intp)
    industry[np.isin(slot, list(BLANK_CHECK_SLOTS))] = BLANK_CHECK
    return industry


def _exchanges(seed: int, count: int, kind: Codes) -> Codes:
    exchange = np.searchsorted([0.57, 0.95], uniform(seed, "exchange", count))
    exchange[kind == KIND["etf"]] = EXCHANGES.index("NYSE ARCA")
    exchange[kind == KIND["closed_end_fund"]] = EXCHANGES.index("NYSE")
    return exchange


def _roots(seed: int, count: int) -> list[str]:
    """Return ``count`` different roots, scattered over the alphabet."""
    every = [
        initial + rare + vowel + end
        for rare, initials in ROOT_STARTS
        for initial in initials
        for vowel in ROOT_VOWELS
        for end in ROOT_ENDS
    ]
    order = np.argsort(uniform(seed, "root", len(every)), kind="stable")
    own = np.isin(np.arange(HUNDRED), [slot for slot in PARENT_OF if slot != NOTE], invert=True)
    rank = np.cumsum(np.tile(own, count // HUNDRED)) - 1
    return [every[order[place]] for place in rank]


def _symbol(root: str, spare: str, kind: str, exchange: int, slot: int) -> str:
    """Symbol of a security of the company ``root``; notes off Nasdaq have a root of their own."""
    if slot in (CLASS_A, CLASS_B):
        return f"{root}.{'A' if slot == CLASS_A else 'B'}"
    on_nasdaq, elsewhere = SUFFIX.get(kind, ("", ""))
    suffix = on_nasdaq if EXCHANGES[exchange] == "NASDAQ" else elsewhere
    return spare if kind == "note" and not suffix else root + suffix


def _dynamics(seed: int, kind: Codes, industry: Codes) -> dict[str, FloatArray]:
    """Draw size, price, volatility, pull of the factors and liquidity of each security."""
    count = len(kind)
    traits = {
        name: np.array([getattr(entry, name) for entry in KINDS])[kind]
        for name in ("price", "spread", "sigma", "beta", "tilt", "dollars", "events")
    }
    sector = np.array([number for number, _, _ in INDUSTRIES])[industry]
    sector_beta = np.array([entry.beta for entry in SECTORS])[sector]
    swing = np.array([entry.volatility for entry in SECTORS])[sector]
    cap = np.clip(10.0 ** (8.45 + 0.95 * normal(seed, "cap", count)), 4e6, 2.5e12)
    scale = cap / 6e8
    price = np.where(traits["price"] > 0.0, traits["price"], 11.0 * scale**0.30)
    sigma = np.where(traits["sigma"] > 0.0, traits["sigma"], 0.021 * swing * scale**-0.15)
    dollars = np.where(traits["dollars"] > 0.0, traits["dollars"], 0.0065 * cap * scale**0.05)
    drawn = {
        "market_cap": cap,
        "first_price": price * np.exp(traits["spread"] * normal(seed, "price", count)),
        "sigma": sigma * np.exp(0.42 * normal(seed, "sigma", count)),
        "beta": traits["beta"] * sector_beta * (1.0 + 0.3 * normal(seed, "beta", count)),
        "tilt": traits["tilt"] * (1.0 + 0.3 * normal(seed, "tilt", count)),
        "dollars": dollars * np.exp(1.1 * normal(seed, "dollars", count)),
        "events": traits["events"],
    }
    blank = (industry == BLANK_CHECK) & (kind == KIND["common"])
    for name, value in (("sigma", 0.0015), ("beta", 0.01), ("tilt", 0.0), ("events", 0.0)):
        drawn[name][blank] = value
    index_fund = np.arange(count) % HUNDRED == INDEX_FUND_SLOT
    for name, value in (("sigma", 0.0006), ("beta", 1.0), ("tilt", 0.0), ("dollars", 3e8)):
        drawn[name][index_fund] = value
    drawn["first_price"][blank] = 10.0 + 0.3 * uniform(seed, "trust", count)[blank]
    drawn["market_cap"][blank] = 2.3e8
    drawn["dollars"][blank] *= 0.1
    drawn["first_price"] = np.clip(drawn["first_price"], 0.02, 1500.0)
    drawn["beta"] = np.clip(drawn["beta"], 0.0, 3.0)
    return drawn
